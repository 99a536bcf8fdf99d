"""The files of a virtual world: what programs find in them, and what they may write."""

import os
import threading
from pathlib import Path as Folder

import pytest

from multipath.paths.discover import discover
from multipath.paths.identity import check_one_unit, remembered
from multipath.paths.sysfs import block_folder, device_number
from multipath.units import devt
from multipath.virtual.commands import VirtualCommands
from multipath.virtual.disk_number import disk_devt, disk_name

from .san import San

MAP = devt(253, 3)


def links(folder: Folder) -> list[str]:
    """Return what stands in a folder; every link of it leads somewhere."""
    assert all(entry.exists() for entry in folder.iterdir())
    return sorted(entry.name for entry in folder.iterdir())


class TestDisks:
    def test_are_found_by_the_library(self, san: San) -> None:
        """Every field of a path, in the order of the numbers."""
        array = san.fabric.add_array(paths=4)

        found = discover(san.root)

        assert [(path.name, path.hctl) for path in found] == [
            ("sda", "0:0:0:0"),
            ("sdb", "0:0:1:0"),
            ("sdc", "1:0:0:0"),
            ("sdd", "1:0:1:0"),
        ]
        assert [path.devt for path in found] == [path.devt for path in array.paths]
        one = found[2]
        assert (one.size, one.vendor, one.model, one.state) == (131072, "LIO-ORG", "VIRTUAL-DISK", "running")
        assert (one.designator, one.diskseq) == (f"naa.{array.wwid[1:]}", array.paths[2].diskseq)

    def test_are_compared_by_the_library(self, san: San) -> None:
        """Their unit is asked for through both seams."""
        array = san.fabric.add_array(paths=2, size=2048)
        numbers = [path.devt for path in array.paths]

        assert check_one_unit(numbers, sysfs=san.root, commands=VirtualCommands(san.devices)) == 2048
        assert remembered(numbers[0], sysfs=san.root).unit

    def test_are_referred_to_as_programs_do(self, san: San) -> None:
        """By name, by number, through each link."""
        (disk,) = san.fabric.add_array(paths=1).paths

        assert device_number("sda", san.root) == disk.devt
        assert block_folder(disk.devt, san.root) == (san.root / "block/sda").resolve()
        assert block_folder(disk.devt, san.root) == (san.root / "class/block/sda").resolve()

    def test_stand_where_the_kernel_puts_them(self, san: San) -> None:
        """Below adapter, remote port and target."""
        (disk,) = san.fabric.add_array(paths=1).paths

        assert block_folder(disk.devt, san.root).relative_to(san.root) == Folder(
            "devices/pci0000:00/0000:00:03.0/host0/rport-0:0-0/target0:0:0/0:0:0:0/block/sda"
        )
        assert (san.root / "block/sda/device").resolve().name == "0:0:0:0"
        assert links(san.root / "class/scsi_device") == links(san.root / "class/scsi_disk") == ["0:0:0:0"]
        assert links(san.root / "class/scsi_host") == links(san.root / "class/fc_host") == ["host0"]
        assert links(san.root / "class/fc_remote_ports") == ["rport-0:0-0"]

    def test_have_what_the_kernel_read_of_them(self, san: San) -> None:
        """The pages, the knobs, and the numbers of the transport."""
        (disk,) = san.fabric.add_array(paths=1).paths
        device = san.root / "block/sda/device"

        assert (device / "vpd_pg83").read_bytes() == disk.execute(bytes((0x12, 1, 0x83, 1, 0, 0))).data
        assert sorted(page.name for page in device.glob("vpd_pg*")) == ["vpd_pg0", "vpd_pg80", "vpd_pg83", "vpd_pgb0"]
        knobs = ("timeout", "eh_timeout", "queue_depth", "dh_state", "type")
        assert [(device / knob).read_text() for knob in knobs] == ["30\n", "10\n", "32\n", "detached\n", "0\n"]
        assert (san.root / "class/scsi_disk/0:0:0:0/max_retries").read_text() == "5\n"
        port = san.root / "class/fc_remote_ports/rport-0:0-0"
        assert (port / "port_name").read_text() == f"{disk.port.name:#018x}\n"
        assert [(port / f"{tmo}_tmo").read_text() for tmo in ("dev_loss", "fast_io_fail")] == ["60\n", "0\n"]


class TestAttributes:
    @pytest.mark.slow
    def test_are_never_seen_half_written(self, san: San) -> None:
        """While faults come and go, a reader finds the old value or the new one."""
        (disk,) = san.fabric.add_array(paths=1).paths
        seen: set[str] = set()
        over = threading.Event()

        def read() -> None:
            while not over.is_set():
                seen.add((san.root / disk.folder / "state").read_text())

        reader = threading.Thread(target=read)
        reader.start()
        for _ in range(200):
            disk.offline()
            disk.online()
        over.set()
        reader.join()

        assert seen <= {"running\n", "offline\n"}

    def test_of_what_is_gone_may_be_set(self, san: San) -> None:
        """Which does nothing."""
        san.tree.replace("devices/nothing/state", "running")

        assert not (san.root / "devices/nothing").exists()
        assert san.tree.read("devices/nothing/state") is None

    @pytest.mark.parametrize(("text", "number"), [("5\n", 5), ("off\n", None), ("", None), ("-1\n", None), ("²", None)])
    def test_may_be_numbers(self, san: San, text: str, number: int | None) -> None:
        """Whoever wrote them."""
        (san.root / "knob").write_text(text)

        assert san.tree.number("knob") == number


class TestAMap:
    def test_appears_with_its_attributes(self, san: San) -> None:
        """And changes; what is not said stays."""
        san.tree.add_map(3, MAP)
        san.tree.update_map(3, name="mpatha", uuid="mpath-36", size=2048)
        san.tree.update_map(3, suspended=True, read_only=True)
        folder = san.root / "block/dm-3"

        files = ("dev", "size", "ro", "dm/name", "dm/uuid", "dm/suspended")
        assert [(folder / file).read_text() for file in files] == [
            "253:3\n",
            "2048\n",
            "1\n",
            "mpatha\n",
            "mpath-36\n",
            "1\n",
        ]
        assert block_folder(MAP, san.root) == folder.resolve() == (san.root / "class/block/dm-3").resolve()

    def test_is_no_path(self, san: San) -> None:
        """It has no device."""
        san.tree.add_map(3, MAP)

        assert discover(san.root) == ()

    def test_is_linked_with_what_it_holds(self, san: San) -> None:
        """From both sides, as long as any table of it holds the path."""
        array = san.fabric.add_array(paths=2)
        san.tree.add_map(3, MAP)
        for path in (*array.paths, array.paths[0]):
            san.tree.hold(path.devt, 3)

        assert links(san.root / "block/dm-3/slaves") == ["sda", "sdb"]
        assert links(san.root / "block/sda/holders") == ["dm-3"]
        san.tree.release(array.paths[0].devt, 3)
        assert links(san.root / "block/sda/holders") == ["dm-3"]
        san.tree.release(array.paths[0].devt, 3)
        san.tree.release(array.paths[0].devt, 3)
        assert links(san.root / "block/dm-3/slaves") == ["sdb"]
        assert links(san.root / "block/sda/holders") == []

    def test_may_hold_another_map(self, san: San) -> None:
        """A partition of it, for example."""
        san.tree.add_map(3, MAP)
        san.tree.add_map(4, devt(253, 4))
        san.tree.hold(MAP, 4)

        assert links(san.root / "block/dm-3/holders") == ["dm-4"]
        assert links(san.root / "block/dm-4/slaves") == ["dm-3"]

    def test_leaves_nothing_when_it_is_removed(self, san: San) -> None:
        """No folder, no link, no holder; twice does no harm."""
        array = san.fabric.add_array(paths=1)
        san.tree.add_map(3, MAP)
        san.tree.hold(array.paths[0].devt, 3)
        san.tree.remove_map(3)
        san.tree.remove_map(3)
        san.tree.update_map(3, name="gone")

        assert links(san.root / "block/sda/holders") == []
        assert list(san.root.rglob("dm-3*")) == []
        assert not os.path.lexists(san.root / "dev/block/253:3")

    def test_may_come_again(self, san: San) -> None:
        """With the same minor, as another disk."""
        san.tree.add_map(3, MAP)
        first = (san.root / "block/dm-3/diskseq").read_text()
        san.tree.remove_map(3)
        san.tree.add_map(3, MAP)

        assert (san.root / "block/dm-3/diskseq").read_text() != first


class TestDeletingADisk:
    def test_leaves_nothing_of_it(self, san: San) -> None:
        """Its folder and links are gone; the others stay."""
        array = san.fabric.add_array(paths=2)
        disk = array.paths[0]
        disk.delete()

        assert [path.name for path in discover(san.root)] == ["sdb"]
        assert links(san.root / "class/scsi_device") == ["0:0:1:0"]
        assert not (san.root / disk.folder).exists()

    def test_under_a_map_keeps_its_number_taken(self, san: San) -> None:
        """A scan finds the unit again under another name, until the map lets go."""
        array = san.fabric.add_array(paths=2)
        disk = array.paths[0]
        san.tree.add_map(3, MAP)
        san.tree.hold(disk.devt, 3)
        disk.delete()

        (found,) = san.fabric.scan()
        assert (found.name, found.hctl) == ("sdc", disk.hctl)
        assert os.path.lexists(san.root / "block/dm-3/slaves/sda")

        san.tree.release(disk.devt, 3)
        assert links(san.root / "block/dm-3/slaves") == []
        found.delete()
        assert [path.name for path in san.fabric.scan()] == ["sda"]


class TestTheNumbersOfDisks:
    @pytest.mark.parametrize(
        ("index", "name", "major", "minor"),
        [
            (0, "sda", 8, 0),
            (15, "sdp", 8, 240),
            (16, "sdq", 65, 0),
            (26, "sdaa", 65, 160),
            (127, "sddx", 71, 240),
            (128, "sddy", 128, 0),
            (255, "sdiv", 135, 240),
            (256, "sdiw", 8, 256),
            (272, "sdjm", 65, 256),
            (702, "sdaaa", 131, 736),
        ],
    )
    def test_are_those_of_the_sd_driver(self, index: int, name: str, major: int, minor: int) -> None:
        """Sixteen minors each, sixteen majors, then again."""
        assert (disk_name(index), disk_devt(index)) == (name, devt(major, minor))

    def test_are_all_different(self) -> None:
        """For every disk of a large world."""
        assert len({disk_devt(index) for index in range(10_000)}) == 10_000
