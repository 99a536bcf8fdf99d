"""Whether a disk is a path, on a host that is a folder of files."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path as Folder

import pytest

from multipath import errors
from multipath.config.reader import read_configuration
from multipath.config.resolve import Resolver
from multipath.maps.claim import ClaimAnswer, Places, Question, claim
from multipath.maps.failed_wwids import FailedWwids
from multipath.maps.state_file import StateFolder
from multipath.maps.waits import Waits
from multipath.paths.path import Path
from multipath.paths.wwid import identify_wwid
from multipath.units import parse_devt

from ..paths.world import NAA, OTHER, Sysfs, naa_page

WWID = f"3{NAA.hex()}"
NOW = 1_700_000_000.0


@dataclass
class Screened:
    """What a configuration says that excludes ``sdx`` alone."""

    path: Path

    @property
    def allowed(self) -> bool:
        """Whether it may be used."""
        return self.path.name != "sdx"

    @property
    def text(self) -> str:
        """Why not."""
        return "multipath.conf:3 says so"

    @property
    def wwid(self) -> str | None:
        """By page 0x83."""
        found = identify_wwid(self.path, "ID_SERIAL")
        return found.value if found else None


def screen(paths: Iterable[Path]) -> list[Screened]:
    """Return what it says of each."""
    return [Screened(path) for path in paths]


class World:
    """A host with one disk, ``sda``, of which nothing is known yet, and multipathd."""

    def __init__(self, root: Folder) -> None:
        self.sysfs = Sysfs(root / "sys")
        self.places = Places(
            root / "sys", root / "proc", root / "dev", root / "run", StateFolder(root / "etc"), lambda: True
        )
        for folder in (root / "proc/self", root / "dev"):
            folder.mkdir(parents=True)
        self.disk = self.add("sda", "8:0")

    def add(self, name: str, number: str, naa: bytes = NAA) -> Folder:
        """Add a disk that can be opened."""
        (self.places.dev / name).write_bytes(b"")
        return self.sysfs.add_scsi(name, number, f"2:0:0:{number.replace(':', '')}", vpd_pg83=naa_page(naa))

    def add_map(self, uuid: str, *, on: Folder | None = None) -> None:
        """Add a map, and have it hold a disk."""
        dm = self.sysfs.add("dm-0", "253:0")
        (dm / "dm").mkdir()
        self.sysfs.write(dm / "dm", uuid=uuid, name="mpatha")
        if on is not None:
            (on / "holders").mkdir()
            self.sysfs.link(on / "holders/dm-0", dm)

    def asked(self, mode: str, ref: str = "sda", *, event: bool = True, released: bool = False) -> ClaimAnswer:
        """Ask of a disk."""
        configuration = read_configuration([("multipath.conf", f"defaults {{\n\tfind_multipaths {mode}\n}}\n")])
        question = Question(Resolver(configuration), screen, event, released, lambda: NOW)
        return claim(ref, question, places=self.places)


@pytest.fixture
def world(tmp_path: Folder) -> World:
    """A host with one disk."""
    return World(tmp_path)


def silent_daemon(world: World) -> None:
    """Stop multipathd."""
    world.places = replace(world.places, daemon=lambda: False)


def mounted(world: World) -> None:
    """Mount the disk."""
    (world.places.proc / "self/mountinfo").write_text("36 1 8:0 / /srv rw - ext4 /dev/sda rw\n")


def nothing(world: World) -> None:
    """Leave the host as it is."""


CASES: dict[str, tuple[str, Callable[[World], object], str, str]] = {
    "nothing known": ("strict", nothing, "unknown", "0"),
    "greedy": ("greedy", nothing, "greedy", "1"),
    "smart": ("smart", nothing, "smart", "2"),
    "a path of a map": ("strict", lambda world: world.add_map(f"mpath-{WWID}", on=world.disk), "member", "1"),
    "part of a volume": ("greedy", lambda world: world.add_map("LVM-x", on=world.disk), "in-use", "0"),
    "no daemon": ("greedy", silent_daemon, "no-daemon", "0"),
    "a failed map": ("greedy", lambda world: FailedWwids(world.places.run).mark(WWID), "failed", "0"),
    "mounted": ("smart", mounted, "in-use", "0"),
    "in the wwids file": ("strict", lambda world: world.places.state.add_wwid(WWID), "listed", "1"),
    "a map without it": ("strict", lambda world: world.add_map(f"mpath-{WWID}"), "live-map", "1"),
    "a map of another": ("strict", lambda world: world.add_map(f"mpath-3{OTHER.hex()}"), "unknown", "0"),
    "a second path": ("smart", lambda world: world.add("sdb", "8:16"), "sibling", "1"),
    "another disk": ("smart", lambda world: world.add("sdb", "8:16", OTHER), "smart", "2"),
    "a second path that is excluded": ("smart", lambda world: world.add("sdx", "65:16"), "smart", "2"),
    "one that cannot be opened": ("smart", lambda world: (world.places.dev / "sda").unlink(), "open", "0"),
    "a wait that is over": (
        "smart",
        lambda world: Waits(world.places.run).begin(parse_devt("8:0"), NOW - 1),
        "wait-over",
        "0",
    ),
}


class TestADisk:
    @pytest.mark.parametrize("case", CASES)
    def test_is_what_the_facts_of_its_host_say(self, world: World, case: str) -> None:
        """From files alone, and the same again: a question changes nothing."""
        mode, given, code, number = CASES[case]
        given(world)
        before = files(world)
        answer = world.asked(mode)

        assert answer.decision.code == code
        assert answer.udev[-1] == f'DM_MULTIPATH_DEVICE_PATH="{number}"'
        assert files(world) == before

    @pytest.mark.parametrize("ref", ["sda", "8:0", "/dev/sda"])
    def test_has_three_names(self, world: World, ref: str) -> None:
        """Name, number, node."""
        assert world.asked("greedy", ref).device == parse_devt("8:0")

    @pytest.mark.parametrize("ref", ["sdz", "9:9", "../sda", "", "\0", "sd a"])
    def test_that_is_not_there_is_an_error(self, world: World, ref: str) -> None:
        """And never another one."""
        with pytest.raises(errors.NotFound):
            world.asked("greedy", ref)

    def test_that_is_excluded_is_so_with_the_rule(self, world: World) -> None:
        """The sentence of whoever judged it."""
        world.add("sdx", "65:16")

        assert world.asked("greedy", "sdx").decision.reason == "the blacklist excludes it: multipath.conf:3 says so"

    def test_that_is_a_partition_or_a_map_is_none(self, world: World) -> None:
        """Nor is what no driver made."""
        world.sysfs.add("sda1", "8:1", partition=1)
        world.sysfs.add("loop0", "7:0")

        assert world.asked("greedy", "sda1").decision.code == "partition"
        assert world.asked("greedy", "loop0").decision.code == "blacklisted"

    def test_whose_wwid_no_map_can_have_is_left_to_others(self, world: World) -> None:
        """Nobody could build its map, and nobody else might use it."""
        world.sysfs.add_scsi("sdc", "8:32")
        world.sysfs.udev("8:32", ID_SERIAL="../../etc/passwd")

        assert world.asked("greedy", "sdc").decision.code == "no-wwid"

    def test_without_an_event_needs_no_daemon(self, world: World) -> None:
        """Hence ``multipath -c`` and ``multipath -u`` can disagree."""
        silent_daemon(world)

        assert [world.asked("greedy", event=event).decision.is_path for event in (True, False)] == [False, True]

    def test_that_was_released_stays_released(self, world: World) -> None:
        """Somebody may have it in use by now."""
        assert world.asked("greedy", released=True).decision.code == "released"


class TestADiskThatMayBeAPath:
    def test_waits_one_second_where_its_array_is_unknown(self, world: World) -> None:
        """And the same wait is found again."""
        world.sysfs.write(world.disk / "device", vendor="ACME    ")
        answer = world.asked("smart")
        answer.begin_wait(world.places.run)
        again = world.asked("smart")

        assert answer.udev == again.udev == ('FIND_MULTIPATHS_WAIT_UNTIL="1.000000"', 'DM_MULTIPATH_DEVICE_PATH="2"')
        assert os.listdir(world.places.run / "find_multipaths") == ["8:0"]

    def test_waits_longer_where_its_array_is_known(self, world: World) -> None:
        """Ten seconds, unless the configuration says otherwise; LIO is in the hardware table."""
        assert world.asked("smart").udev[0] == 'FIND_MULTIPATHS_WAIT_UNTIL="10.000000"'

    def test_does_not_wait_where_it_is_decided(self, world: World) -> None:
        """Nothing is noted of it."""
        world.asked("greedy").begin_wait(world.places.run)

        assert not world.places.run.exists()


class TestAMarkerOfAFailure:
    def test_comes_and_goes(self, tmp_path: Folder) -> None:
        """Twice does not matter."""
        failed = FailedWwids(tmp_path)
        failed.clear(WWID)
        failed.mark(WWID)
        failed.mark(WWID)
        marked = WWID in failed
        failed.clear(WWID)

        assert (marked, WWID in failed) == (True, False)

    @pytest.mark.parametrize("wwid", ["", ".", "..", "../x", "a/b", "\0"])
    def test_is_never_a_file_elsewhere(self, tmp_path: Folder, wwid: str) -> None:
        """A WWID comes from a device."""
        failed = FailedWwids(tmp_path)
        with pytest.raises(errors.NameRefused):
            failed.mark(wwid)

        assert wwid not in failed
        assert os.listdir(tmp_path) == []

    def test_that_cannot_be_made_says_so(self, tmp_path: Folder) -> None:
        """With the file."""
        (tmp_path / "failed_wwids").write_bytes(b"")

        with pytest.raises(errors.FileError, match=f"{WWID}: cannot be made"):
            FailedWwids(tmp_path).mark(WWID)


class TestAWait:
    def test_that_has_begun_is_not_begun_again(self, tmp_path: Folder) -> None:
        """Its end is the first one."""
        waits = Waits(tmp_path)

        assert waits.until(parse_devt("8:0")) is None
        assert waits.begin(parse_devt("8:0"), NOW) == NOW
        assert waits.begin(parse_devt("8:0"), NOW + 9) == NOW == waits.until(parse_devt("8:0"))


def files(world: World) -> dict[str, int]:
    """Return every file of the host, with the time of its last change."""
    root = world.places.sysfs.parent
    return {str(file): file.lstat().st_mtime_ns for file in root.rglob("*")}
