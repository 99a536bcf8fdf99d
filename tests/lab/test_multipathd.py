"""The client beside the daemons of Debian's packages: an old release, and the newest."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest

from multipath import Host, Map, errors
from multipath.config.files import load
from multipath.config.reader import read_configuration
from multipath.frontends.cli.main import main
from multipath.lab.faults import injected
from multipath.multipathd.client import Multipathd
from multipath.multipathd.daemon_state import ReservationKey
from multipath.multipathd.map import MAP_COLUMNS
from multipath.multipathd.path import PATH_COLUMNS
from multipath.multipathd.socket import ABSTRACT, BELOW_RUN, daemon_is_running
from multipath.multipathd.topology import read_maps, write_map, write_maps
from multipath.multipathd.wildcards import format_maps, format_paths
from multipath.policy.observation import Observation
from multipath.units import DevT

from .oracle import dmsetup
from .running_daemon import CONF, RunningDaemon, running, until

# A path is checked once, and then not again while the test lasts: what the test does to it, nobody undoes.
PAGE: Final = (Path(__file__).parents[2] / "docs/multipathd.md").read_text("utf-8")
TEXT: Final = (
    "defaults {\n find_multipaths greedy\n user_friendly_names yes\n polling_interval 600\n max_polling_interval 600\n"
    " no_path_retry 12\n failback 7\n reservation_key file\n uxsock_timeout 60000\n}\n"
)
SCSI_DEBUG: Final = Path("/sys/module/scsi_debug/parameters")
ADD_HOST: Final = Path("/sys/bus/pseudo/drivers/scsi_debug/add_host")
VENDOR, PRODUCT = b'a"b\\n",x', b'", "uuid" : "z\\ '
# What only the daemon knows, and what it does not say alike in all releases.
DAEMONS_OWN: Final = {"action", "map_loads", "failback"}


@pytest.fixture
def daemon(request: pytest.FixtureRequest) -> Iterator[RunningDaemon]:
    """Give the daemon of the class's release; `client` speaks to it."""
    with running(request.cls.RELEASE, TEXT) as (daemon, request.cls.client):
        yield daemon


def add_a_hostile_path() -> None:
    """Have a path to another unit, of an array that says of itself what breaks JSON; the guest is not used again."""
    (SCSI_DEBUG / "inq_vendor").write_bytes(VENDOR)
    (SCSI_DEBUG / "inq_product").write_bytes(PRODUCT)
    ADD_HOST.write_text("1\n")
    subprocess.run(["udevadm", "settle"], check=True)


class Conversation:
    """What holds for every release."""

    RELEASE: ClassVar[str]
    client: ClassVar[Multipathd]

    def only_map(self, host: Host) -> Map:
        """Return the map as the kernel has it."""
        (found,) = host.maps()
        return found

    def test_tells_of_the_daemon(self, daemon: RunningDaemon) -> None:
        """Its process, its release, and what it can do."""
        assert self.client.daemon().pid == daemon.process.pid
        assert self.client.release() in daemon.said("help")
        assert {"show maps json", "setmarginal path $path"} <= set(self.client.commands())

    def test_says_what_its_own_client_prints(self, daemon: RunningDaemon) -> None:
        """Texts are passed on as they are."""
        (name,) = (found.name for found in self.client.maps())

        assert self.client.topology() == daemon.said("show", "topology")
        assert self.client.topology(name) == daemon.said("show", "map", name, "topology")
        assert self.client.config() == daemon.said("show", "config")
        assert self.client.format_maps("%n: %w") == daemon.said("show", "maps", "format", "%n: %w")
        assert self.client.format_paths("%d|%m", raw=True) == daemon.said("show", "paths", "raw", "format", "%d|%m")

    def test_reads_its_json_and_writes_it_back(self, daemon: RunningDaemon) -> None:
        """Byte for byte, so nothing of it is lost."""
        assert write_maps(self.client.maps()) == daemon.said("show", "maps", "json")
        (found,) = self.client.maps()
        assert write_map(self.client.map(found.name)) == daemon.said("show", "map", found.name, "json")

    def test_reads_its_listings_and_writes_them_back(self, daemon: RunningDaemon) -> None:
        """All wildcards that it knows, but for one that shows the time; with and without headers."""
        maps, paths = self.client.wildcards()
        of_maps = "|".join(f"%{each}" for each, header in maps.items() if MAP_COLUMNS[each].header == header)
        of_paths = "|".join(f"%{each}" for each in paths if PATH_COLUMNS[each].attribute != "next_check")

        for style, ours, theirs, kind in (
            (of_maps, format_maps(self.client.listed_maps(), of_maps), self.client.format_maps(of_maps), "maps"),
            (of_paths, format_paths(self.client.paths(), of_paths), self.client.format_paths(of_paths), "paths"),
        ):
            assert ours == theirs.splitlines() == daemon.said("show", kind, "format", style).splitlines()

    def test_tells_of_its_configuration(self, daemon: RunningDaemon) -> None:
        """In the form of multipath.conf, which reads as it was meant."""
        read = read_configuration([("multipathd", self.client.config())])

        assert read.effective("no_path_retry").value == 12
        assert all(device.monitored for device in self.client.devices() if device.name.startswith("sd"))
        assert any(rule.subject == "device node" and rule.rule.startswith("!^(") for rule in self.client.blacklist())

    def test_is_what_this_library_says_without_it(self, daemon: RunningDaemon) -> None:
        """The JSON of a host, made of what the kernel has and the configuration wants."""
        with Host() as host:
            ours = host.multipathd_view(load(), observed=priorities(host)).to_multipathd_json()
            theirs = daemon.said("show", "maps", "json")

        assert known(ours) == known(theirs)

    def test_lists_what_this_library_lists_without_it(self, daemon: RunningDaemon) -> None:
        """And the formats: all but what only the daemon knows."""
        style = "%d|%D|%w|%i|%t|%o|%T|%c|%p|%S|%z|%M|%m|%n|%r|%a|%P|%0|%L|%I"
        with Host() as host:
            view = host.multipathd_view(load(), observed=priorities(host))

        assert sorted(view.format_paths(style)) == sorted(self.client.format_paths(style).splitlines())
        assert (
            view.format_maps("%n|%w|%d|%Q|%N|%r|%t|%S|%f|%h|%v|%p|%e")
            == self.client.format_maps("%n|%w|%d|%Q|%N|%r|%t|%S|%f|%h|%v|%p|%e").splitlines()
        )

    def test_prints_what_mpath_prints(self, daemon: RunningDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        """For scripts that know no other format."""
        for kind, style in (("paths", "%w:%d|%D %i %t"), ("maps", "%n %w %d %N %S %r")):
            assert main(["show", kind, "--format", style]) == 0
            ours, theirs = capsys.readouterr().out, daemon.said("show", kind, "format", style)
            assert sorted(ours.splitlines()) == sorted(theirs.splitlines())

    def test_fails_a_path_and_reinstates_it(self, daemon: RunningDaemon) -> None:
        """By name, by number, and by node; the kernel says so too."""
        with Host() as host:
            found = self.only_map(host)
            device = found.table().devices[0]
            (name,) = (path.name for path in self.client.paths() if path.device_number == device)
            for fail, back in ((name, device), (device, f"/dev/{name}"), (f"/dev/{name}", name)):
                self.client.fail_path(fail)
                assert found.status().failed_paths == {device}
                self.client.reinstate_path(back)
                assert found.status().failed_paths == frozenset()

    def test_switches_groups(self, daemon: RunningDaemon) -> None:
        """And refuses one that there is not."""
        with Host() as host:
            found = self.only_map(host)
            self.client.switch_group(found.name, 2)

            assert found.status().current_group == 2
            with pytest.raises(errors.DaemonRefused):
                self.client.switch_group(found.name, 99)

    def test_ends_queueing_and_restores_it(self, daemon: RunningDaemon) -> None:
        """Of one map and of all."""
        with Host() as host:
            found = self.only_map(host)
            for ref in (found.name, None):
                self.client.disable_queueing(ref)
                assert not found.table().features.queue_if_no_path
                # 0.9.4 changes only what it has seen to be otherwise, and looks when it is asked.
                assert self.client.map(found.name).queueing == "off"
                self.client.restore_queueing(ref)
                assert found.table().features.queue_if_no_path
                assert self.client.map(found.name).queueing == "12 chk"
        self.client.force_queueing_at_exit()
        self.client.restore_queueing_at_exit()

    def test_suspends_a_map_and_resumes_it(self, daemon: RunningDaemon) -> None:
        """However the block ends."""
        with Host() as host:
            found = self.only_map(host)
            with suppress(KeyboardInterrupt), self.client.suspended(found.name):
                assert found.info().suspended
                raise KeyboardInterrupt
            assert not found.info().suspended

    def test_loads_a_map_again_and_counts_that(self, daemon: RunningDaemon) -> None:
        """Until the counters are reset."""
        (before,) = self.client.maps()
        self.client.reload_map(before.name)
        assert self.client.map(before.name).map_loads == (before.map_loads or 0) + 1

        self.client.reset_statistics(before.name)
        assert self.client.map(before.name).map_loads == 0
        self.client.reload_map(before.name)
        self.client.reset_statistics()
        assert self.client.map(before.name).map_loads == 0
        self.client.resize_map(before.name)
        self.client.reassign_map(before.name)

    def test_marks_paths_as_marginal(self, daemon: RunningDaemon) -> None:
        """One by one, and back together."""
        (found,) = self.client.maps()
        first, second = (path.name for path in self.client.paths()[:2])

        def marginal() -> set[str]:
            return {path.name for path in self.client.paths() if path.marginal}

        self.client.set_marginal(first)
        self.client.set_marginal(second)
        assert marginal() == {first, second}
        self.client.unset_marginal(first)
        assert marginal() == {second}
        self.client.unset_marginal_paths(found.name)
        assert marginal() == set()

    def test_forgets_a_path_and_finds_it_again(self, daemon: RunningDaemon) -> None:
        """The kernel's map loses it and gets it back."""
        name = self.client.paths()[-1].name
        with Host() as host:
            self.client.remove_path(name)
            assert name not in {path.name for path in self.client.paths()}
            assert len(self.only_map(host).table().devices) == 3
            assert self.client.path_state(self.client.paths()[0].name) == "running"

            self.client.add_path(name)
            until(lambda: len(self.only_map(host).table().devices) == 4)

    def test_keeps_the_key_of_a_reservation(self, daemon: RunningDaemon) -> None:
        """With its flag, until it is unset."""
        (found,) = self.client.maps()
        for key in (ReservationKey(0x123), ReservationKey(0xFFFFFFFFFFFFFFFF, aptpl=True)):
            self.client.set_reservation_key(found.name, key)
            assert self.client.reservation_key(found.name) == key
        self.client.unset_reservation_key(found.name)
        assert self.client.reservation_key(found.name) is None
        assert self.client.reservation_status(found.name) == "unset"

    def test_removes_a_map_that_nobody_uses(self, daemon: RunningDaemon) -> None:
        """And refuses one that somebody does."""
        (found,) = self.client.maps()
        with open(f"/dev/mapper/{found.name}", "rb"), pytest.raises(errors.DaemonRefused):
            self.client.remove_map(found.name)
        subprocess.run(["udevadm", "settle"], check=True)
        self.client.remove_map(f"/dev/mapper/{found.name}")

        assert dmsetup("ls").strip() == "No devices found"
        assert (self.client.maps(), self.client.listed_maps()) == ((), ())
        assert {path.map for path in self.client.paths()} == {None}
        assert (self.client.topology(), self.client.format_maps("%n")) == ("", "")

    def test_knows_neither_maps_nor_paths_that_there_are_not(self, daemon: RunningDaemon) -> None:
        """Also where the daemon says no more than fail."""
        for ask in (self.client.map, self.client.remove_map, self.client.resize_map, self.client.reservation_key):
            with pytest.raises(errors.DaemonNotFound):
                ask("no such map")
        for change in (self.client.fail_path, self.client.remove_path, self.client.path_state):
            with pytest.raises(errors.DaemonNotFound):
                change("sdzz")
        with pytest.raises(errors.DaemonBlacklisted):
            self.client.add_path("ram0")
        with pytest.raises(errors.DaemonCommandUnknown, match="does not have it"):
            self.client.ask("dance")

    def test_reads_its_configuration_again(self, daemon: RunningDaemon) -> None:
        """Some time after it said ok."""
        (found,) = self.client.maps()
        CONF.write_text(f"{TEXT}multipaths {{\n multipath {{\n wwid {found.wwid}\n alias other\n }}\n}}\n")

        self.client.reconfigure()

        until(lambda: [each.name for each in self.client.maps()] == ["other"])
        self.client.reconfigure(everything=True)
        until(lambda: self.client.daemon().state == "idle")

    def test_lets_anybody_look_and_root_alone_act(self, daemon: RunningDaemon) -> None:
        """In a process of another user."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.setuid(65534)
            os.write(writer, as_anybody().encode())
            os._exit(0)
        os.close(writer)
        with open(reader) as result:
            said = result.read()
        os.waitpid(child, 0)

        assert said == "4 paths, DaemonDenied"

    def test_is_not_waited_for_when_it_hangs(self, daemon: RunningDaemon) -> None:
        """And is asked again when it is back; the late answer is nobody's."""
        with Multipathd(timeout=0.5) as impatient:
            daemon.process.send_signal(signal.SIGSTOP)
            try:
                with pytest.raises(errors.DaemonTimeout, match=r"no answer in 0\.5 s"):
                    impatient.status()
            finally:
                daemon.process.send_signal(signal.SIGCONT)
            impatient.timeout = 60

            assert impatient.daemon().pid == daemon.process.pid

    def test_ends_when_it_is_told_to(self, daemon: RunningDaemon) -> None:
        """From then on it is missing."""
        self.client.shutdown()
        daemon.process.wait(60)

        assert not daemon_is_running()
        with pytest.raises(errors.DaemonMissing, match="start multipathd"):
            self.client.daemon()


def as_anybody() -> str:
    """Return what comes of looking, and of acting."""
    with Multipathd(timeout=60) as client:
        paths = client.paths()
        try:
            client.fail_path(paths[0].name)
        except errors.DaemonError as error:
            return f"{len(paths)} paths, {type(error).__name__}"
    return "it acted"


def priorities(host: Host) -> dict[DevT, Observation]:
    """Return what the paths themselves say that they are worth: the kernel of user-mode Linux has no handlers."""
    plan = host.plan(load(), ask=True)
    members = [
        member for each in plan.maps if each.desired for group in each.desired.groups for member in group.members
    ]
    return {member.path.devt: Observation(priority=member.priority) for member in members}


def known(text: str) -> list[dict[str, Any]]:
    """Return the maps of a JSON, without what only the daemon knows."""
    document = json.loads(text)
    maps = document["maps"] if "maps" in document else [document["map"]]
    return [{key: value for key, value in found.items() if key not in DAEMONS_OWN} for found in maps]


@pytest.mark.slow
@pytest.mark.kernel(on="6.1", timeout=180)
class TestAnOldDaemon(Conversation):
    RELEASE = "0.9.4"

    def test_listens_under_its_abstract_name_alone(self, daemon: RunningDaemon) -> None:
        """It has no other."""
        with Multipathd(address=f"@{ABSTRACT[1:]}") as client:
            assert client.daemon().pid == daemon.process.pid
        with Multipathd(address=BELOW_RUN) as client, pytest.raises(errors.DaemonMissing):
            client.daemon()

    def test_has_no_command_of_newer_ones(self, daemon: RunningDaemon) -> None:
        """And says so, not only fail."""
        (found,) = self.client.maps()

        with pytest.raises(errors.DaemonCommandUnknown, match=r"release 0\.9\.4"):
            self.client.reservation_hold(found.name)


@pytest.mark.slow
@pytest.mark.kernel(on="newest", timeout=180)
class TestTheNewestDaemon(Conversation):
    RELEASE = "newest"

    def test_listens_under_both_names(self, daemon: RunningDaemon) -> None:
        """A container may have but the path, an initramfs but the abstract one."""
        for address in (BELOW_RUN, f"@{ABSTRACT[1:]}"):
            with Multipathd(address=address) as client:
                assert client.daemon().pid == daemon.process.pid

    def test_does_what_the_page_shows(self, daemon: RunningDaemon, capsys: pytest.CaptureFixture[str]) -> None:
        """Every example that speaks to the daemon, in order."""
        code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.partition("## Without the daemon")[0], re.DOTALL))

        exec(compile(code, "docs/multipathd.md", "exec"), {})

        assert "asked to 'del map \"no-such-map\"': device not found" in capsys.readouterr().out

    def test_makes_a_map_of_a_wwid(self, daemon: RunningDaemon) -> None:
        """That had one before."""
        (found,) = self.client.maps()
        subprocess.run(["udevadm", "settle"], check=True)
        self.client.remove_maps()
        assert self.client.maps() == ()
        subprocess.run(["udevadm", "settle"], check=True)
        until(lambda: not self.client.status().busy)

        self.client.add_map(found.wwid)

        until(lambda: [each.wwid for each in self.client.maps()] == [found.wwid])

    def test_says_why_a_map_is_not_removed(self, daemon: RunningDaemon) -> None:
        """In an error of its own."""
        (found,) = self.client.maps()

        with open(f"/dev/mapper/{found.name}", "rb"), pytest.raises(errors.DaemonMapInUse):
            self.client.remove_map(found.name)

    def test_remembers_who_holds_a_reservation(self, daemon: RunningDaemon) -> None:
        """As it is told."""
        (found,) = self.client.maps()
        self.client.set_reservation_hold(found.name)
        self.client.unset_reservation_hold(found.name)

        assert self.client.reservation_hold(found.name) == "unset"


class HostileArray:
    """An array may say anything of itself; the daemon escapes nothing of it."""

    RELEASE: ClassVar[str]

    def test_is_read_for_what_it_is(self) -> None:
        """Its JSON is broken, and means what it means all the same."""
        with running(self.RELEASE, TEXT, paths=1) as (_, client), Host() as host:
            add_a_hostile_path()
            until(lambda: len(client.maps()) == 2)
            text, ours = client.ask("show maps json"), json.loads(host.to_multipathd_json(load()))
            hostile = next(found for found in client.maps() if found.vendor == VENDOR.decode())
            (path,) = (path for path in client.paths() if path.map == hostile.name)

        with pytest.raises(ValueError, match=r"Invalid|Expecting"):
            json.loads(text)
        assert hostile.product == PRODUCT.decode().strip()
        assert {found.name for found in read_maps(text)} == {found["name"] for found in ours["maps"]}
        assert {found["vend"] for found in ours["maps"]} == {"Linux", VENDOR.decode()}
        assert path.inquiry.startswith(f"{VENDOR.decode()},{PRODUCT.decode().strip()}")


@pytest.mark.slow
@pytest.mark.kernel(on="6.1", paths=1, size=48, timeout=180)  # a guest of its own
class TestAnOldDaemonOfAHostileArray(HostileArray):
    RELEASE = "0.9.4"


@pytest.mark.slow
@pytest.mark.kernel(on="newest", paths=1, size=48, timeout=180)  # a guest of its own
class TestTheNewestDaemonOfAHostileArray(HostileArray):
    RELEASE = "newest"


@pytest.mark.slow
@pytest.mark.kernel(on="newest", luns=24, timeout=180)
class TestADaemonOfManyPaths:
    def test_gives_answers_of_hundreds_of_kilobytes(self) -> None:
        """As they are, in one piece."""
        style = "%w" * 160
        with running("newest", TEXT, paths=96) as (_, client):
            text = client.format_paths(style, raw=True)
            wwids = sorted(path.wwid for path in client.paths())

            assert len(text) > 256 << 10
            assert sorted(text.splitlines()) == [wwid * 160 for wwid in wwids]
            assert sum(len(group.paths) for found in client.maps() for group in found.groups) == 96


@pytest.mark.slow
@pytest.mark.kernel(on="newest", backend="stuck", paths=2, timeout=180)
class TestADaemonThatWaitsForAPath:
    # A prioritizer of this kind reads from each path, and holds the daemon's lock as long as that takes.
    TEXT: ClassVar = (
        "defaults {\n find_multipaths greedy\n polling_interval 1\n max_polling_interval 1\n}\n"
        'overrides {\n path_checker tur\n detect_prio no\n prio path_latency\n prio_args "io_num=20 base_num=2"\n}\n'
    )

    def test_is_busy_and_says_so(self) -> None:
        """It did nothing, and how it is it tells all the same."""
        with running("newest", self.TEXT, paths=2) as (daemon, client):
            with injected("stuck", client.paths()[0].name):
                until(lambda: is_busy(client))

                assert client.daemon().pid == daemon.process.pid
            until(lambda: not is_busy(client))
            assert len(client.paths()) == 2


def is_busy(client: Multipathd) -> bool:
    """Tell whether the daemon gave up waiting for its own lock."""
    try:
        client.status()
    except errors.DaemonBusy:
        return True
    return False
