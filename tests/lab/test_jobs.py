"""
Jobs of integrators that no other file has, on a real kernel: each against the program that does it today.

The others are where their part is: waiting, removal, resize, reservations, partitions, metrics, multipathd.
"""

import os
import re
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from pkgutil import iter_modules
from typing import ClassVar, Final

import pytest

from multipath import Control, Host, Map, MultipathTable, config, errors, maps, paths
from multipath.config.configuration import Configuration
from multipath.config.files import load, read_document, save
from multipath.config.reader import read_configuration
from multipath.config.writer import Place, set_option
from multipath.lab import multipath_tools
from multipath.maps.state_file import StateFolder
from multipath.multipathd.client import Multipathd
from multipath.multipathd.map import DaemonMap
from multipath.multipathd.saved_topology import read_topology
from multipath.units import format_devt, to_bytes

from .conftest import UUID
from .oracle import dmsetup
from .running_daemon import CONF, running, until

pytestmark = pytest.mark.kernel(memory=656)  # a guest of their own: multipathd runs in some of these
NOBODY: Final = 65534
LONG: Final = 60.0  # seconds


OF_MAPS: Final = ["name", "wwid", "node", "features", "hardware_handler", "read_only"]
OF_PATHS: Final = attrgetter("name", "device_number", "dm_state", "device_state")


def places(found: DaemonMap) -> list[tuple[object, ...]]:
    """Return every path of a map with its group, as far as a topology tells of them."""
    return [
        (group.number, group.priority, group.selector, group.state, *OF_PATHS(path))
        for group in found.groups
        for path in group.paths
    ]


def printed(*words: str) -> str:
    """Run a program and return what it prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@contextmanager
def nobody() -> Iterator[None]:
    """Be a user without any right, one who could read this library where it is installed."""
    for room in (config, maps, paths):
        for module in iter_modules(room.__path__, f"{room.__name__}."):
            import_module(module.name)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


class TestAUserWithoutRights:
    """Jobs 1, 4 and 5: vdsm, curtin and exporters read sysfs themselves, for lack of a call."""

    def test_sees_every_map_with_its_paths(self, mpath: Map) -> None:
        """As lsblk shows them; device-mapper itself takes root."""
        with nobody(), Host() as host:
            (seen,) = host.seen_maps()
            with pytest.raises(errors.NotPermitted):
                host.maps()

        assert (seen.name, seen.uuid, seen.devt) == (mpath.name, mpath.uuid, mpath.devt)
        assert to_bytes(seen.size) == int(printed("lsblk", "-bdno", "SIZE", "/dev/mapper/mpatha"))
        below = re.findall(r"\((\w+)\)", dmsetup("deps", "-o", "blkdevname", "mpatha"))
        assert sorted(seen.paths) == sorted(below)
        assert not seen.suspended
        assert not seen.read_only

    def test_sees_that_it_is_suspended(self, mpath: Map) -> None:
        """I/O to it would wait."""
        mpath.suspend()
        try:
            with nobody(), Host() as host:
                assert host.seen_maps()[0].suspended
        finally:
            mpath.resume()

    def test_sees_no_device_of_another_kind_as_a_map(self, dm: Control) -> None:
        """Neither one of LVM nor one without a uuid."""
        for name, uuid in (("volume", "LVM-abc"), ("bare", None)):
            dmsetup("create", name, "--table", "0 8 zero", *(["-u", uuid] if uuid else []))

        with nobody(), Host() as host:
            assert host.seen_maps() == ()


@pytest.mark.kernel(backend="tcm_loop", paths=2)
class TestAWwid:
    """Job 5: os-brick cuts it out of sysfs, and vdsm runs scsi_id as root for the serial number."""

    def test_is_what_scsi_id_says_and_takes_no_rights(self, host: Host) -> None:
        """Of an array whose units have names that are registered; page 0x80 too."""
        for path in host.paths():
            with nobody(), Host() as other:
                found, serial = other.wwid(path.name, Configuration()), other.path(path.name).serial

            scsi_id = ["/lib/udev/scsi_id", "--whitelisted", f"--device=/dev/{path.name}"]
            assert found.value == printed(*scsi_id, "--page=0x83").strip()
            assert f"ID_SERIAL_SHORT={serial}" in printed(*scsi_id, "--page=0x80", "--export").splitlines()
            assert not found.problem


class TestLinks:
    """Job 23: what initramfs, LVM and boot loaders are to call a map."""

    def test_are_all_that_udev_made(self, host: Host, mpath: Map) -> None:
        """Those that lead to it, below /dev, and no others."""
        printed("udevadm", "settle")
        (seen,) = host.seen_maps()

        assert seen.links == tuple(
            sorted(printed("udevadm", "info", "-q", "symlink", "-r", "-n", "mapper/mpatha").split())
        )
        assert {"/dev/mapper/mpatha", f"/dev/disk/by-id/dm-uuid-{UUID}"} <= set(seen.links)
        assert {os.stat(link).st_rdev for link in seen.links} == {mpath.devt}


class TestALookup:
    """Jobs 3 and 5: os-brick takes the first holder; blivet, curtin and CSI drivers compare parts of names."""

    def test_of_a_path_takes_what_names_it(self, host: Host) -> None:
        """Name, node, number, link."""
        path = host.paths()[0]
        links = printed("udevadm", "info", "-q", "symlink", "-r", "-n", path.name).split()

        assert host.path(path.devt) == path
        assert [host.path(ref) for ref in (path.name, f"/dev/{path.name}", format_devt(path.devt))] == [path] * 3
        assert [host.path(link).devt for link in links] == [os.stat(link).st_rdev for link in links]

    @pytest.mark.parametrize("ref", ["mpatha", "/dev/mapper/mpatha", "no-such", "9999:1", "/dev/null"])
    def test_of_what_is_no_path_is_refused(self, host: Host, mpath: Map, ref: str) -> None:
        """A map is none, and neither is what does not exist."""
        with pytest.raises(errors.NotFound):
            host.path(ref)


class TestAnotherRoot:
    """Job 27: CSI drivers see the host below /host."""

    def test_is_read_through_the_seams(self, mpath: Map, tmp_path: Path) -> None:
        """Sysfs, device-mapper, configuration and state of the host; nothing of the container's."""
        (tmp_path / "etc/multipath").mkdir(parents=True)
        (tmp_path / "etc/multipath.conf").write_text("defaults {\n polling_interval 7\n}\n")
        (tmp_path / "etc/multipath/wwids").write_text("/360001/\n")
        for below in ("sys", "dev", "run"):
            (tmp_path / below).mkdir()
            printed("mount", "--rbind", f"/{below}", str(tmp_path / below))
        try:
            with (
                Control(str(tmp_path / "dev/mapper/control")) as control,
                Host(control=control, sysfs=tmp_path / "sys") as host,
            ):
                assert [found.uuid for found in host.maps()] == [mpath.uuid]
                assert host.map(str(tmp_path / "dev/mapper/mpatha")).devt == mpath.devt
                assert host.wwid(host.paths()[0].name).source.startswith("udev")
                assert host.seen_maps()[0].links == Host().seen_maps()[0].links
        finally:
            for below in ("sys", "dev", "run"):
                printed("umount", "-R", "-l", str(tmp_path / below))
        config = load(tmp_path / "etc/multipath.conf", tmp_path / "etc/multipath/conf.d")
        assert config.effective("polling_interval").value == 7
        assert StateFolder(tmp_path / "etc/multipath").wwids().wwids == ("360001",)


class TestCapabilities:
    """Job 28: Trident and opensvc compare version numbers."""

    def test_are_what_the_kernel_says(self, host: Host) -> None:
        """The target, with dmsetup as the oracle; no daemon runs."""
        found = host.capabilities()

        versions = dict(line.split() for line in dmsetup("targets").splitlines())
        assert f"v{found.multipath}" == versions["multipath"]
        assert {name: f"v{version}" for name, version in found.targets.items()} == versions
        assert found.probes_paths == (found.interface >= (4, 50, 0))
        assert (found.udev, found.daemon) == (True, None)
        assert found.native_nvme == (Path("/sys/module/nvme_core").exists() or None)


class TestAVerdict:
    """Job 20: sm greps the words "wwid blacklisted" in what multipath -v3 logs."""

    def test_names_the_rule_that_decides(self, host: Host) -> None:
        """With file and line; the other paths are not touched by it."""
        first, second = (path.name for path in host.paths()[:2])
        config = read_configuration([("multipath.conf", f'blacklist {{\n devnode "^{first}$"\n}}\n')])

        verdict = host.verdict(first, config)
        assert (verdict.allowed, verdict.code) == (False, "blacklisted")
        assert "multipath.conf:2" in verdict.text
        assert host.verdict(second, config).allowed
        assert verdict.wwid == host.verdict(second, config).wwid


class Beside:
    """Jobs 9, 20, 25 and 28 beside a daemon, for every release."""

    RELEASE: ClassVar[str]
    STRICT: Final = "defaults {\n find_multipaths strict\n user_friendly_names yes\n uxsock_timeout 60000\n}\n"
    GREEDY: Final = STRICT.replace("strict", "greedy")

    @pytest.fixture
    def daemon(self, request: pytest.FixtureRequest) -> Iterator[Multipathd]:
        """Give the daemon; a parameter is its configuration, with how many paths its maps then have."""
        text, paths = getattr(request, "param", (self.GREEDY, 4))
        with running(self.RELEASE, text, paths=paths) as (_, client):
            yield client

    def test_has_the_wwids_that_are_found_without_it(self, daemon: Multipathd) -> None:
        """Job 5, by whoever has no rights."""
        with nobody(), Host() as host:
            found = {path.name: str(host.wwid(path.name)) for path in host.paths()}

        assert found == {path.name: path.wwid for path in daemon.paths()}

    @pytest.mark.parametrize("daemon", [(STRICT, 0)], indirect=True)
    def test_a_map_of_one_path_is_allowed_and_waited_for(self, host: Host, daemon: Multipathd) -> None:
        """Os-brick compares sentences of ``multipath -a``, then sleeps."""
        first = host.paths()[0].name
        wwid = str(host.wwid(first))
        assert host.maps() == []

        StateFolder().add_wwid(wwid)
        daemon.add_path(first)
        found = host.wait_map(wwid, paths=1, usable=True, timeout=LONG)

        assert host.map_of(first).devt == found.devt  # type: ignore[union-attr]

    def test_a_saved_topology_says_what_the_daemon_does(self, host: Host, daemon: Multipathd) -> None:
        """Also of a path that failed; what was logged stands apart."""
        (found,) = host.maps()
        daemon.fail_path(host.paths()[0].name)
        until(lambda: "failed" in daemon.topology())

        text = daemon.topology()
        logged = "Nov 26 12:00:00 | sdz: unusable path"
        saved = read_topology(f"{logged}\n{text}\nerror receiving packet\n")

        (known,), (told,) = daemon.maps(), saved.maps
        assert [getattr(told, each) for each in OF_MAPS] == [getattr(known, each) for each in OF_MAPS]
        assert places(told) == places(known)
        assert told.paths_active == found.status().paths_active  # the daemon counts those that its checker likes
        failed = {path.device_number for group in told.groups for path in group.paths if path.dm_state == "failed"}
        assert failed == found.status().failed_paths
        assert saved.other == (logged, "error receiving packet")

    def test_what_its_own_program_prints_is_read_as_well(self, host: Host, daemon: Multipathd) -> None:
        """``multipath -ll`` itself."""
        saved = read_topology(printed(*multipath_tools.program(self.RELEASE), "-ll"))

        (found,) = host.maps()
        assert [(each.name, each.wwid, each.paths_active) for each in saved.maps] == [
            (found.name, found.wwid, found.status().paths_active)
        ]
        assert saved.other == ()

    def test_a_changed_configuration_holds_after_a_reconfigure(self, daemon: Multipathd) -> None:
        """One value changed, every other byte as it was; vdsm writes the file anew."""
        before = CONF.read_text().splitlines()
        save(set_option(read_document(CONF), Place("defaults"), "polling_interval", 11), CONF)

        (added,) = (line for line in CONF.read_text().splitlines() if line not in before)
        assert added.split() == ["polling_interval", "11"]
        daemon.reconfigure()
        until(lambda: daemon.daemon().state == "idle")
        assert read_configuration([("daemon", daemon.config())]).defaults["polling_interval"].value == 11

    def test_is_among_the_capabilities(self, host: Host, daemon: Multipathd) -> None:
        """Its release, and the commands that it knows."""
        found = host.capabilities()

        assert found.daemon == daemon.release()
        assert "show maps json" in found.daemon_commands


class TestAnOldDaemon(Beside):
    RELEASE = "0.9.4"


class TestTheNewestDaemon(Beside):
    RELEASE = "newest"


class TestASerial:
    """Job 6: Trident compares the serial number with the uuid before it mounts."""

    def test_and_wwid_and_size_are_verified_by_asking_the_paths(self, host: Host, table: MultipathTable) -> None:
        """What fits is silent; what does not is one line for each path."""
        first = host.paths()[0]
        mpath = host.create("mpatha", table, uuid=f"mpath-{host.wwid(first.name)}")

        assert mpath.verify(wwid=str(host.wwid(first.name)), serial=first.serial, size=first.size) == ()
        assert len(mpath.verify(serial="another")) == len(host.paths())
        mpath.remove()


class TestAMapOfWhichNothingIsLeftButItsPartition:
    """Seagate exos-x#141: maps over partitions held a map without paths, and it was tried for ever."""

    def test_goes_with_it(self, host: Host, mpath: Map) -> None:
        """Nothing is read for this: the partition would wait for a path."""
        mpath.queue_if_no_path(True)
        dmsetup(
            "create", "mpatha-part1", "-u", f"part1-{mpath.uuid}", "--table", "0 2048 linear /dev/mapper/mpatha 2048"
        )
        for path in mpath.status().paths:
            mpath.fail_path(path.device)

        report = host.detach_plan(mpath.uuid, ghosts=True, fail_io=True).run(timeout=LONG)

        assert report.is_clean
        assert dmsetup("ls").strip() == "No devices found"
        host.create(mpath.name, mpath.snapshot.table, uuid=mpath.uuid)  # for who gave it


class TestANodeWhereALinkShouldBe:
    """BZ 869253: /dev/mapper had a block node, udev knew nothing of it, and curtin deletes those."""

    def test_is_the_map_and_goes_or_is_told(self, host: Host, mpath: Map) -> None:
        """Whoever looks it up gets the map; after the removal nothing by that name is silently left."""
        link = Path("/dev/mapper/mpatha")
        link.unlink()
        os.mknod(link, 0o600 | stat.S_IFBLK, mpath.devt)

        assert host.map(str(link)).devt == mpath.devt
        assert host.wait_map("mpatha", timeout=LONG).devt == mpath.devt
        report = host.detach_plan(mpath.uuid).run(timeout=LONG)

        left, there = [each.name for each in report.leftovers], os.path.lexists(link)
        link.unlink(missing_ok=True)
        assert left == [str(link)] * there
        host.create(mpath.name, mpath.snapshot.table, uuid=mpath.uuid)


class TestAMapThatSomebodyBegan:
    """A device that has the uuid of a map, and no table: killed between two commands."""

    def test_is_seen_and_is_no_map(self, dm: Control, host: Host) -> None:
        """The kernel makes its disk with its first table, so sysfs has none either."""
        dmsetup("create", "mpathz", "-u", "mpath-36001405", "--notable")

        assert host.maps() == []
        with pytest.raises(errors.NotFound, match="no multipath map with a live table"):
            host.map("mpathz")
        assert host.seen_maps() == ()
        assert host.detach_plan("36001405").run(timeout=LONG).is_clean
