"""
Reservations on a real target: two hosts contend for one unit, and sg_persist sees what the library did.

A loopback host of the target is an initiator of its own. Two of them are the paths of this host's map; the other two
are another host, which speaks through sg_persist alone.
"""

import asyncio
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath import Host, Map, Monitor, MultipathTable, errors
from multipath.config.reader import read_configuration
from multipath.lab import guest
from multipath.maps.reservation_result import PathOutcome
from multipath.maps.reservations import Reservations
from multipath.maps.state_file import StateFolder
from multipath.wire.reservation import ReservationType

LOOPBACK: Final = pytest.mark.kernel(backend="tcm_loop", paths=4, timeout=180)
OURS, THEIRS = 0xA11CE, 0xB0B
WERO: Final = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY
EARO: Final = ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY
WEAR: Final = ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS
WE: Final = ReservationType.WRITE_EXCLUSIVE
BLOCK: Final = 4096
DEADLINE: Final = 60.0
CONFIGURATION: Final = """
defaults {
    find_multipaths off
    user_friendly_names no
    polling_interval 1
    max_polling_interval 2
    checker_timeout 10
    reservation_key 0xa11ce
}
overrides {
    path_checker tur
    detect_checker no
    skip_kpartx yes
}
blacklist {
    devnode "^(ram|loop|ubd|vd)"
}
"""


def sg_persist(disk: str, *words: str) -> tuple[int, str]:
    """Run sg_persist, and return its exit status and what it printed."""
    done = subprocess.run(["sg_persist", *words, f"/dev/{disk}"], check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def drained(disk: str) -> None:
    """Let a path tell what it has to tell first: sg_persist does not ask again after a unit attention."""
    for _ in range(5):
        if not sg_persist(disk, "--in", "--read-keys")[0]:
            return


class Other:
    """Another host, with the paths that this one's map does not have."""

    def __init__(self, disks: list[str]) -> None:
        self.disks = disks

    def order(self, *words: str, path: int = 0) -> int:
        """Send an order, and return the exit status of sg_persist."""
        drained(self.disks[path])
        return sg_persist(self.disks[path], "--out", *words)[0]

    def register(self) -> None:
        """Register every path."""
        for path in range(len(self.disks)):
            assert self.order("--register-ignore", f"--param-sark={THEIRS:x}", path=path) == 0

    def reserve(self, kind: ReservationType) -> int:
        """Reserve the unit."""
        return self.order("--reserve", f"--param-rk={THEIRS:x}", f"--prout-type={kind:d}")

    def keys(self) -> list[int]:
        """Return the registered keys, as sg_persist prints them."""
        drained(self.disks[0])
        _, text = sg_persist(self.disks[0], "--in", "--read-keys")
        return sorted(int(key, 16) for key in re.findall(r"^\s+0x([0-9a-f]+)\s*$", text, re.MULTILINE))

    def reservation(self) -> tuple[int, str] | None:
        """Return the key of the holder and the type, as sg_persist prints them."""
        drained(self.disks[0])
        _, text = sg_persist(self.disks[0], "--in", "--read-reservation")
        key, kind = re.search(r"Key\s*=\s*0x([0-9a-f]+)", text), re.search(r"scope.*type:\s*(.*)$", text, re.MULTILINE)
        return (int(key[1], 16), kind[1].strip()) if key and kind else None

    def writes(self) -> bool:
        """Whether it can write."""
        drained(self.disks[0])
        return write(f"/dev/{self.disks[0]}")


def write(node: str) -> bool:
    """Whether one block can be written past the cache."""
    command = ["dd", "if=/dev/zero", f"of={node}", f"bs={BLOCK}", "count=1", "oflag=direct"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


async def met(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(DEADLINE):
        while not true():
            await asyncio.sleep(0.02)


@pytest.fixture
def mpath(host: Host) -> Iterator[Map]:
    """Give a map of two paths."""
    ours = guest.luns()[0][::2]
    created = host.create("mpatha", MultipathTable.build([ours]), uuid="mpath-pr")
    yield created
    created.remove()


@pytest.fixture
def other(mpath: Map) -> Iterator[Other]:  # noqa: ARG001 - the map claims its paths first
    """Give the other host; nobody is registered before, nor after."""
    found = Other(guest.luns()[0][1::2])
    found.order("--register-ignore", "--param-sark=1")
    assert found.order("--clear", "--param-rk=1") == 0
    assert found.keys() == []
    yield found
    found.order("--register-ignore", "--param-sark=1")
    assert found.order("--clear", "--param-rk=1") == 0


@pytest.fixture
def pr(host: Host, mpath: Map, other: Other) -> Reservations:  # noqa: ARG001 - nobody is registered yet
    """Give the reservations of the unit."""
    return host.reservations(mpath.name)


@pytest.fixture(params=["commands", "ioctl"])
def either(request: pytest.FixtureRequest, host: Host, mpath: Map, other: Other) -> Reservations:  # noqa: ARG001
    """Give the same by commands, and by the kernel's own calls."""
    return host.reservations(mpath.name, through=request.param)


@LOOPBACK
class TestRegistering:
    def test_registers_every_path_of_the_map(self, either: Reservations, other: Other) -> None:
        """sg_persist sees one key for each nexus; and none after they are taken back."""
        result = either.register(OURS)

        assert [each.outcome for each in result.paths] == [PathOutcome.DONE] * 2
        assert other.keys() == [OURS, OURS]
        assert sorted(either.keys().keys) == [OURS, OURS]

        either.unregister(OURS)

        assert other.keys() == []

    def test_changes_the_key(self, either: Reservations, other: Other) -> None:
        """With the key that it has, or whatever that is."""
        either.register(OURS)
        either.register(OURS + 1, current=OURS)
        changed = other.keys()
        either.register(OURS + 2, ignore=True)

        assert changed == [OURS + 1] * 2
        assert other.keys() == [OURS + 2] * 2

    @pytest.mark.parametrize("ignore", [False, True])
    def test_is_taken_back_where_a_path_fails(self, pr: Reservations, mpath: Map, other: Other, ignore: bool) -> None:
        """One path cannot be asked any more, and the map has not noticed: the other has its old key again."""
        lost = guest.luns()[0][2]
        pr.register(OURS)
        guest.set_state(lost, "offline")
        try:
            with pytest.raises(errors.ReservationError) as failed:
                pr.register(OURS + 1, current=OURS, ignore=ignore)
        finally:
            guest.set_state(lost, "running")

        assert [each.outcome for each in failed.value.results] == [PathOutcome.ROLLED_BACK, PathOutcome.FAILED]
        assert other.keys() == [OURS, OURS]

    def test_is_refused_as_a_whole_where_a_path_has_another_key(self, either: Reservations, other: Other) -> None:
        """Somebody registered it by hand."""
        by_hand = guest.luns()[0][2]
        drained(by_hand)
        assert sg_persist(by_hand, "--out", "--register-ignore", "--param-sark=77")[0] == 0

        with pytest.raises(errors.ReservationConflict) as failed:
            either.register(OURS)

        assert [each.outcome for each in failed.value.results] == [PathOutcome.ROLLED_BACK, PathOutcome.CONFLICT]
        assert other.keys() == [0x77]

    def test_may_persist(self, pr: Reservations) -> None:
        """The unit says so, in sg_persist's words too."""
        pr.register(OURS, aptpl=True)
        _, text = sg_persist(guest.luns()[0][1], "--in", "--report-capabilities")

        assert pr.capabilities().aptpl_active
        assert "Persist Through Power Loss Active(PTPL_A): 1" in text

    def test_reaches_all_target_ports_with_one_order(self, pr: Reservations, other: Other) -> None:
        """Each initiator is told once; a loopback host has one port of its own."""
        result = pr.register(OURS, all_target_ports=True)

        assert {each.outcome for each in result.paths} == {PathOutcome.DONE}
        assert set(other.keys()) == {OURS}


@LOOPBACK
class TestTwoHosts:
    def test_contend_and_the_first_wins(self, either: Reservations, other: Other) -> None:
        """The other host gets a conflict, and may not write; every path of this one may."""
        other.register()
        either.register(OURS)

        result = either.reserve(EARO, OURS)

        assert len(result.done) == 1
        assert other.reserve(EARO) == 24  # reservation conflict
        assert other.reservation() == (OURS, "Exclusive Access, registrants only")
        assert either.reservation().key == OURS

    def test_fence_each_other(self, either: Reservations, other: Other) -> None:
        """The other host holds the unit; it is preempted, and can write no more."""
        other.register()
        assert other.reserve(WERO) == 0
        with pytest.raises(errors.ReservationConflict):
            either.reserve(WERO, OURS)
        assert not write("/dev/mapper/mpatha")
        either.register(OURS)
        assert write("/dev/mapper/mpatha")

        either.preempt(THEIRS, WERO, OURS)

        assert other.keys() == [OURS, OURS]
        assert other.reservation() == (OURS, "Write Exclusive, registrants only")
        assert (other.writes(), write("/dev/mapper/mpatha")) == (False, True)

    def test_are_both_forgotten_by_clear(self, either: Reservations, other: Other) -> None:
        """Reservation and registrations, those of the other host too."""
        other.register()
        either.register(OURS)
        either.reserve(WERO, OURS)

        either.clear(OURS)

        assert (other.keys(), other.reservation()) == ([], None)
        assert other.writes()

    def test_hold_it_together_where_all_registrants_do(self, either: Reservations, other: Other) -> None:
        """Until the last one is gone."""
        other.register()
        either.register(OURS)
        either.reserve(WEAR, OURS)
        both = (other.writes(), write("/dev/mapper/mpatha"))
        either.unregister(OURS)

        assert both == (True, True)
        assert not write("/dev/mapper/mpatha")
        assert set(other.keys()) == {THEIRS}

    def test_are_told_apart_in_the_full_status(self, pr: Reservations, other: Other) -> None:
        """Each with its key and its initiator; one of them holds the unit."""
        other.register()
        pr.register(OURS)
        pr.reserve(WERO, OURS)
        status = pr.full_status()

        assert sorted(each.key for each in status.registrants) == sorted([OURS, OURS, THEIRS, THEIRS])
        assert len({each.initiator for each in status.registrants}) == 4
        assert [(each.key, each.type) for each in status.registrants if each.holds] == [(OURS, WERO)]


@LOOPBACK
class TestAReservation:
    def test_is_released_by_the_path_that_made_it(self, either: Reservations, other: Other) -> None:
        """And registered stays who was."""
        either.register(OURS)
        either.reserve(WERO, OURS)
        either.reserve(WERO, OURS)  # again, which does no harm
        either.release(WERO, OURS)

        assert other.reservation() is None
        assert other.keys() == [OURS, OURS]

    def test_is_released_where_the_path_that_made_it_is_gone(self, pr: Reservations, mpath: Map, other: Other) -> None:
        """The other path takes it over under another key, which nobody keeps."""
        lost = guest.luns()[0][0]
        other.register()
        pr.register(OURS)
        assert [each.name for each in pr.reserve(WERO, OURS).done] == [lost]
        mpath.fail_path(lost)

        pr.release(WERO, OURS)

        assert other.reservation() is None
        assert other.keys() == sorted([OURS, THEIRS, THEIRS])

    def test_of_one_holder_lets_one_path_write(self, pr: Reservations, other: Other) -> None:
        """That is said when it is made."""
        pr.register(OURS)

        assert "only" in pr.reserve(WE, OURS).remarks[0]
        assert other.reservation() == (OURS, "Write Exclusive")

    def test_survives_many_who_ask_at_the_same_time(self, pr: Reservations, other: Other) -> None:
        """Reading while registering: each answer is whole."""

        async def work() -> list[int]:
            reads = [asyncio.create_task(pr.asynchronous.keys()) for _ in range(20)]
            await pr.asynchronous.register(OURS)
            return [len((await each).keys) for each in reads]

        assert set(asyncio.run(work())) <= {0, 1, 2}
        assert other.keys() == [OURS, OURS]


@pytest.mark.kernel(backend="iscsi", paths=4, timeout=180)
class TestOverIscsi:
    """Here, for a loopback host never ends a PREEMPT AND ABORT, whoever sends it: sg_persist hangs there too."""

    def test_two_hosts_fence_each_other_and_abort(self, either: Reservations, other: Other) -> None:
        """What the other host has sent is aborted, and it can write no more."""
        other.register()
        assert other.reserve(WERO) == 0
        either.register(OURS)

        either.preempt(THEIRS, WERO, OURS, abort=True)

        assert other.keys() == [OURS, OURS]
        assert other.reservation() == (OURS, "Write Exclusive, registrants only")
        assert (other.writes(), write("/dev/mapper/mpatha")) == (False, True)

    def test_initiators_have_their_names(self, pr: Reservations) -> None:
        """As the target knows them, with the identifiers of their sessions."""
        pr.register(OURS)

        assert {each.initiator.split(",")[0] for each in pr.full_status().registrants} == {
            "iqn.2026-11.lab.multipath:guest"
        }


@LOOPBACK
class TestAMonitor:
    def test_registers_a_path_before_it_is_used_again(self, host: Host, tmp_path: Path) -> None:
        """It lost its registration; sg_persist sees it again as soon as the map has the path back."""
        config = read_configuration([("multipath.conf", CONFIGURATION)])
        lost, kept = guest.luns()[0][:2]

        async def story() -> list[int]:
            async with Monitor(host, config=config, state=StateFolder(tmp_path)) as monitor:
                await monitor.settled()
                (mpath,) = host.maps()
                pr = host.reservations(mpath.name, config=config).asynchronous
                await pr.register()
                drained(lost)
                assert sg_persist(lost, "--out", "--register-ignore", "--param-sark=0")[0] == 0
                guest.set_state(lost, "offline")
                await met(lambda: mpath.status().paths_active == 3)
                guest.set_state(lost, "running")
                await met(lambda: mpath.status().paths_active == 4)
                found = Other([kept]).keys()
                await pr.clear()
            return found

        assert asyncio.run(story()) == [OURS] * 4


@LOOPBACK
class TestThePrkeysFile:
    def test_keeps_the_key_of_what_is_registered(self, pr: Reservations, tmp_path: Path) -> None:
        """As the command line does it; another key that is refused leaves it as it was."""
        conf = tmp_path / "multipath.conf"
        conf.write_text("defaults {\n reservation_key file\n}\n")
        words = ["mpath", "pr", "register", "mpatha", "--key", "abc", "--state", str(tmp_path), "--conf", str(conf)]
        first = subprocess.run(words, check=False, capture_output=True, text=True)
        assert (first.returncode, first.stderr) == (0, "")

        text = (tmp_path / "prkeys").read_text()
        again = subprocess.run([*words[:5], "def", *words[6:]], check=False, capture_output=True, text=True)

        assert "0x0000000000000abc pr\n" in text
        assert again.returncode == 4, again.stderr
        assert (tmp_path / "prkeys").read_text() == text
        assert set(pr.keys().keys) == {0xABC}
