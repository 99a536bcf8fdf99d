"""Who holds a device, on a sysfs and a procfs of a few files."""

import os
from pathlib import Path

import pytest

from multipath.dm.holders import Holder, holders, users, users_of_many
from multipath.units import devt, format_devt

DISK = devt(8, 16)
MOUNT = "36 1 {number} / {point} rw,relatime shared:1 - ext4 /dev/{name} rw\n"
SWAPS = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


class World:
    """A host with one disk, ``sdb`` as 8:16, and its partition ``sdb1`` as 8:17."""

    def __init__(self, root: Path) -> None:
        self.sysfs, self.proc = root / "sys", root / "proc"
        self.disk = self.sysfs / "devices/sdb"
        (self.disk / "holders").mkdir(parents=True)
        (self.disk / "sdb1/holders").mkdir(parents=True)
        (self.disk / "sdb1/partition").write_text("1\n")
        (self.disk / "sdb1/dev").write_text("8:17\n")
        links = self.sysfs / "dev/block"
        links.mkdir(parents=True)
        (links / "8:16").symlink_to(self.disk)
        (self.proc / "self").mkdir(parents=True)

    def stack(self, name: str, *, on: Path | None = None, map_name: str = "") -> None:
        """Put a device on top."""
        above = (on or self.disk) / "holders" / name
        above.mkdir()
        if map_name:
            (above / "dm").mkdir()
            (above / "dm/name").write_text(f"{map_name}\n")

    def mount(self, number: str, point: str) -> None:
        """Mount a file system of the device ``number``."""
        with (self.proc / "self/mountinfo").open("a") as mounts:
            mounts.write(MOUNT.format(number=number, point=point, name="sdb"))

    def swap(self, file: str, kind: str = "partition") -> None:
        """Swap to ``file``."""
        (self.proc / "swaps").write_text(f"{SWAPS}{file:<39} {kind}\t8388604\t\t0\t\t-2\n")

    def holders(self) -> list[str]:
        """Return who holds the disk."""
        return [str(holder) for holder in holders(DISK, sysfs=self.sysfs, proc=self.proc)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A host whose disk nobody holds."""
    return World(tmp_path)


class TestADiskThatIsUsed:
    def test_is_so_without_a_process_that_has_it_open(self, world: World) -> None:
        """A map, a mount, swap; whoever just reads it does not count."""
        (world.proc / "42/fd").mkdir(parents=True)
        (world.proc / "42/fd/0").symlink_to("/dev/null")
        world.stack("dm-0", map_name="root")
        world.mount("8:17", "/srv")

        assert users(DISK, sysfs=world.sysfs, proc=world.proc) == (Holder("map", "root"), Holder("mount", "/srv"))


class TestManyDisks:
    def test_are_used_as_each_of_them_is(self, world: World) -> None:
        """One look at the mounts and swaps tells of all; those that nobody uses are left out."""
        world.stack("dm-0", map_name="root")
        world.stack("md0", on=world.disk / "sdb1")
        world.mount("8:17", "/srv")
        other = devt(8, 32)

        found = users_of_many([DISK, other], sysfs=world.sysfs, proc=world.proc)

        assert found == {DISK: users(DISK, sysfs=world.sysfs, proc=world.proc)}

    def test_of_another_world_are_in_no_file_system_of_this_one(self, world: World) -> None:
        """Numbers are the same in every world; procfs is of one."""
        world.mount("8:17", "/srv")

        assert users_of_many([DISK], sysfs=world.sysfs, proc=world.proc, here=False) == {}


class TestADiskThatNobodyHolds:
    def test_has_no_holders(self, world: World) -> None:
        """No evidence is an empty answer."""
        assert world.holders() == []

    def test_may_be_none_at_all(self, tmp_path: Path) -> None:
        """A number without a device, on a host without sysfs and procfs, is held by nobody."""
        assert holders(DISK, sysfs=tmp_path / "sys", proc=tmp_path / "proc") == ()


class TestADiskWithDevicesOnTop:
    def test_is_held_by_them(self, world: World) -> None:
        """A map goes by its own name, an array and any other device by the kernel's."""
        world.stack("dm-3", map_name="mpatha")
        world.stack("md0")
        world.stack("bcache0")

        assert world.holders() == ["device bcache0", "map mpatha", "md md0"]

    def test_is_held_by_a_map_with_the_spaces_of_its_name(self, world: World) -> None:
        """Another map may have the name without them."""
        world.stack("dm-3", map_name=" mpatha ")

        assert world.holders() == ["map  mpatha "]

    def test_is_held_through_its_partitions(self, world: World) -> None:
        """What stands on a partition stands on the disk."""
        world.stack("dm-4", on=world.disk / "sdb1", map_name="root")

        assert world.holders() == ["map root"]

    def test_names_each_of_them_once(self, world: World) -> None:
        """A map over two partitions is one holder."""
        world.stack("dm-4", map_name="root")
        world.stack("dm-4", on=world.disk / "sdb1", map_name="root")

        assert world.holders() == ["map root"]


class TestADiskThatIsMounted:
    @pytest.mark.parametrize("number", ["8:16", "8:17"])
    def test_is_held_by_the_mount_point(self, world: World, number: str) -> None:
        """The disk itself, or one of its partitions."""
        world.mount(number, "/srv")

        assert world.holders() == ["mount /srv"]

    @pytest.mark.parametrize("number", ["8:1", "8:161", "9:16"])
    def test_is_not_taken_for_another(self, world: World, number: str) -> None:
        """Numbers are compared whole."""
        world.mount(number, "/srv")

        assert world.holders() == []

    @pytest.mark.parametrize(
        ("written", "point"),
        [
            (r"/mnt/a\040b", "/mnt/a b"),
            (r"/mnt/a\011b\012c\134d", "/mnt/a\tb\nc\\d"),
            ("/mnt/däte\\040n", "/mnt/däte n"),
            (r"/mnt/\x41", r"/mnt/\x41"),
            ("/mnt/a\x0bb", "/mnt/a\x0bb"),
        ],
    )
    def test_names_the_mount_point_as_it_is(self, world: World, written: str, point: str) -> None:
        """Procfs writes white space and backslashes as octal numbers, and everything else as it is."""
        world.mount("8:16", written)

        assert holders(DISK, sysfs=world.sysfs, proc=world.proc) == (Holder("mount", point),)

    def test_is_safe_to_print(self, world: World) -> None:
        """A mount point cannot write to the terminal of who reads the error."""
        world.mount("8:16", "/mnt/\x1b[2J\\012x")

        assert world.holders() == [r"mount /mnt/\x1b[2J\nx"]

    def test_may_have_lines_that_are_cut(self, world: World) -> None:
        """A line that cannot be read is no mount."""
        (world.proc / "self/mountinfo").write_text("36 1\n\n")

        assert world.holders() == []


class TestADiskThatIsSwappedTo:
    @pytest.mark.parametrize("file", ["/dev/sdb", "/dev/sdb1"])
    def test_is_held_by_the_swap(self, world: World, file: str) -> None:
        """By the name of the disk or of a partition, where the node itself is not to be seen."""
        world.swap(file)

        assert world.holders() == [f"swap {file}"]

    def test_is_not_a_file_of_the_same_name(self, world: World) -> None:
        """A swap file may be called like a disk, and holds none by that."""
        world.swap("/srv/sdb", "file")

        assert world.holders() == []


class TestADiskThatAProcessHasOpen:
    @pytest.fixture
    def node(self, tmp_path: Path) -> Path:
        """A block node of the disk."""
        node = tmp_path / "sdb"
        try:
            os.mknod(node, 0o060600, DISK)
        except PermissionError:
            pytest.skip("block nodes can be made by root alone")
        return node

    def test_is_held_by_the_process(self, world: World, node: Path) -> None:
        """By its number, whatever the node is called; the process by its number and its own name."""
        (world.proc / "77/fd").mkdir(parents=True)
        (world.proc / "77/fd/3").symlink_to(node)
        (world.proc / "77/comm").write_text("f\x1bsck\n")

        assert world.holders() == [r"process 77 (f\x1bsck)"]

    def test_is_swapped_to_by_any_name(self, world: World, node: Path) -> None:
        """A swap on a link counts by the number of what it leads to."""
        link = node.with_name("by-id")
        link.symlink_to(node)
        world.swap(str(link))

        assert world.holders() == [f"swap {link}"]


class TestAProcessThatDoesNotHoldIt:
    @pytest.mark.parametrize("target", ["/dev/null", "/nowhere", "socket:[1]"])
    def test_has_other_files_open(self, world: World, target: str) -> None:
        """Files that are no block device, are gone, or are no files."""
        (world.proc / "77/fd").mkdir(parents=True)
        (world.proc / "77/fd/3").symlink_to(target)

        assert world.holders() == []

    def test_may_have_gone_away(self, world: World) -> None:
        """A process without a list of files is passed over."""
        (world.proc / "77").mkdir()

        assert world.holders() == []


class TestThisHost:
    def test_can_be_asked_about_any_number(self) -> None:
        """The real sysfs and procfs, as whoever runs this."""
        assert holders(devt(4095, 0)) == ()

    def test_tells_who_mounted_its_root(self) -> None:
        """Where the root file system is on a block device of its own."""
        number = os.stat("/").st_dev
        if not Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").exists():
            pytest.skip("the root file system of this machine is on no block device of its own")

        assert Holder("mount", "/") in holders(devt(os.major(number), os.minor(number))), format_devt(DISK)
