"""Everything that stands on a device, all the way up, on a sysfs and a procfs of a few files."""

import os
from pathlib import Path

import pytest

from multipath.dm.holders import Holder
from multipath.dm.stack import stack

from .test_holders import DISK, World, world

__all__ = ["world"]


def told(world: World) -> list[str]:
    """Return all that stands on the disk."""
    return [str(holder) for holder in stack(DISK, sysfs=world.sysfs, proc=world.proc)]


def above(world: World, name: str, number: str, *, on: Path, map_name: str, uuid: str) -> Path:
    """Put a device of device-mapper on another and give its folder."""
    folder = world.sysfs / "devices" / name
    (folder / "holders").mkdir(parents=True)
    (folder / "dm").mkdir()
    (folder / "dm/name").write_text(f"{map_name}\n")
    (folder / "dm/uuid").write_text(f"{uuid}\n")
    (folder / "dev").write_text(f"{number}\n")
    (on / "holders" / name).symlink_to(folder)
    (world.sysfs / "dev/block" / number).symlink_to(folder)
    return folder


@pytest.fixture
def volume(world: World) -> Path:
    """Put a partition's map on the disk, and a logical volume on that."""
    part = above(world, "dm-1", "253:1", on=world.disk, map_name="mpatha-part1", uuid="part1-mpath-3600")
    return above(world, "dm-2", "253:2", on=part, map_name="vg-data", uuid="LVM-abc")


def process(world: World, number: int, name: str, *, namespace: str = "") -> Path:
    """Make a process, in a mount namespace where one is named."""
    folder = world.proc / str(number)
    (folder / "fd").mkdir(parents=True)
    (folder / "comm").write_text(f"{name}\n")
    if namespace:
        (folder / "ns").mkdir()
        (folder / "ns/mnt").symlink_to(f"mnt:[{namespace}]")
    return folder


class TestADeviceUnderOthers:
    def test_is_held_by_what_stands_on_them(self, world: World, volume: Path) -> None:
        """Each floor, with its kind by its uuid, and what it holds."""
        world.mount("253:2", "/srv")
        world.mount("8:17", "/boot")

        assert told(world) == [
            "partition mpatha-part1",
            "lvm vg-data on mpatha-part1",
            "mount /srv on vg-data",
            "mount /boot",
        ]

    def test_is_climbed_once_where_two_ways_lead_up(self, world: World, volume: Path) -> None:
        """A volume over the disk and over its partition: held twice, listed with both, its mount once."""
        (world.disk / "holders/dm-2").symlink_to(volume)
        world.mount("253:2", "/srv")

        assert told(world) == [
            "partition mpatha-part1",
            "lvm vg-data",
            "lvm vg-data on mpatha-part1",
            "mount /srv on vg-data",
        ]

    def test_is_swapped_to_through_them(self, world: World, volume: Path) -> None:
        """By the kernel's name of the volume."""
        world.swap("/dev/dm-2")

        assert told(world)[2:] == ["swap /dev/dm-2 on vg-data"]


class TestAMount:
    def test_of_another_namespace_counts_where_ours_is_gone(self, world: World) -> None:
        """As a container leaves it behind; with a process that is in it."""
        (world.proc / "self/ns").mkdir()
        (world.proc / "self/ns/mnt").symlink_to("mnt:[1]")
        process(world, 6, "self's own", namespace="1")
        process(world, 7, "pause", namespace="2")
        process(world, 8, "sidecar", namespace="2")
        for number in (6, 7, 8):
            line = f"36 1 8:16 / /data/{number} rw shared:1 - ext4 /dev/sdb rw\n"
            (world.proc / str(number) / "mountinfo").write_text(line)

        (found,) = told(world)

        assert found in (
            "mount /data/7 (in the mount namespace of 7 (pause))",
            "mount /data/8 (in the mount namespace of 8 (sidecar))",
        )

    def test_of_another_namespace_is_ours_where_we_have_it_too(self, world: World) -> None:
        """A hundred containers see what the host mounted; it is one mount to end."""
        (world.proc / "self/ns").mkdir()
        (world.proc / "self/ns/mnt").symlink_to("mnt:[1]")
        world.mount("8:16", "/srv")
        seen = process(world, 7, "pause", namespace="2")
        (seen / "mountinfo").write_text("36 1 8:16 / /host/srv rw shared:1 - ext4 /dev/sdb rw\n")

        assert told(world) == ["mount /srv"]

    def test_of_a_file_system_with_a_number_of_its_own_is_known_by_its_source(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As btrfs has it."""
        monkeypatch.setattr("multipath.dm.stack.number_of_node", {"/dev/sdb": "8:16"}.get)
        lines = [
            "36 1 0:44 / /srv rw shared:1 - btrfs /dev/sdb rw",
            "37 1 0:45 / /tmp rw - tmpfs tmpfs rw",
            "38 1 0:46 / /other rw - btrfs /dev/sdc rw",
            "39 1 0:47 / /cut rw -",
        ]
        (world.proc / "self/mountinfo").write_text("\n".join(lines))

        assert told(world) == ["mount /srv"]


class TestALoopDevice:
    def test_holds_what_its_file_is(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """And what stands on it stands on the device; one over a file holds nothing."""
        monkeypatch.setattr("multipath.dm.stack.number_of_node", {"/dev/sdb": "8:16"}.get)
        for name, number, file in (("loop0", "7:0", "/dev/sdb"), ("loop1", "7:1", "/srv/image")):
            folder = world.sysfs / "block" / name
            (folder / "loop").mkdir(parents=True)
            (folder / "loop/backing_file").write_text(f"{file}\n")
            (folder / "dev").write_text(f"{number}\n")
            (world.sysfs / "dev/block" / number).symlink_to(folder)
        world.mount("7:0", "/loop")
        world.mount("7:1", "/image")

        assert told(world) == ["loop loop0", "mount /loop on loop0"]


class TestAProcess:
    def test_holds_each_device_that_it_has_open_once(
        self, world: World, volume: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However many descriptors it has; sockets and pipes are not looked at."""
        looked: list[str] = []

        def number(file: str) -> str | None:
            looked.append(os.readlink(file))
            return {"/dev/sdb": "8:16", "/dev/dm-2": "253:2"}.get(looked[-1])

        monkeypatch.setattr("multipath.dm.stack.number_of_node", number)
        holder = process(world, 7, "dd")
        for fd, target in enumerate(["/dev/dm-2", "/dev/sdb", "/dev/dm-2", "socket:[7]", "pipe:[8]", "/etc/passwd"]):
            (holder / "fd" / str(fd)).symlink_to(target)

        assert sorted(told(world)[2:]) == ["process 7 (dd)", "process 7 (dd) on vg-data"]
        assert "socket:[7]" not in looked


class TestTheWayOut:
    @pytest.mark.parametrize(
        ("holder", "way"),
        [
            (Holder("mount", "/srv"), "umount /srv"),
            (Holder("swap", "/dev/dm-2"), "swapoff /dev/dm-2"),
            (Holder("lvm", "v--g-da--ta"), "lvchange -an v-g/da-ta"),
            (Holder("md", "md0"), "mdadm --stop /dev/md0"),
            (Holder("loop", "loop3"), "losetup -d /dev/loop3"),
            (Holder("process", "7 (dd)"), "end process 7 (dd)"),
            (Holder("map", "crypt\x1b"), r"remove crypt\x1b"),
        ],
    )
    def test_is_what_a_person_can_type(self, holder: Holder, way: str) -> None:
        """Escaped, for a name may be anything."""
        assert holder.way_out == way
