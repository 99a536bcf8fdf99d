"""Every path device of a host, from sysfs."""

import shutil
from collections.abc import Callable
from pathlib import Path as Folder

import pytest

from multipath.paths.discover import discover, read_path
from multipath.paths.path import Path
from multipath.paths.sysfs import block_folder, device_number
from multipath.units import DevT, Sectors, devt

from .world import Sysfs


class TestAHostWithDisks:
    def test_has_them_in_the_order_of_their_numbers(self, sysfs: Sysfs) -> None:
        """By number, not by name: ``sdaa`` comes after ``sdz``."""
        for name, number in (("sdb", "8:16"), ("sdaa", "65:160"), ("sdz", "65:144"), ("sda", "8:0")):
            sysfs.add_scsi(name, number)

        assert [path.name for path in discover(sysfs.root)] == ["sda", "sdb", "sdz", "sdaa"]

    def test_shows_what_the_kernel_knows_of_each(self, sysfs: Sysfs) -> None:
        """Text without the blanks that SCSI pads it with."""
        folder = sysfs.add_scsi("sdb", "8:16", "2:0:1:7", 131072, wwid="naa.600140500000000000000000000000a1")
        sysfs.write(folder, diskseq=42)

        assert discover(sysfs.root) == (
            Path(
                name="sdb",
                devt=devt(8, 16),
                size=Sectors(131072),
                designator="naa.600140500000000000000000000000a1",
                vendor="LIO-ORG",
                model="disk",
                hctl="2:0:1:7",
                state="running",
                diskseq=42,
                bus="scsi",
                protocol="scsi:unspec",
                revision="UNKNOWN",
                host=2,
            ),
        )

    def test_may_have_disks_that_are_not_scsi(self, sysfs: Sysfs) -> None:
        """A namespace has its identity in its own folder, and no place on a SCSI bus."""
        folder = sysfs.add("nvme0n1", "259:0", wwid="eui.0123456789abcdef")
        (folder / "device").mkdir()

        (path,) = discover(sysfs.root)

        assert (path.designator, path.hctl, path.vendor, path.diskseq) == ("eui.0123456789abcdef", None, "NVME", None)


class TestADeviceThatIsNoPath:
    def test_has_no_device_below(self, sysfs: Sysfs) -> None:
        """Maps, loop devices and RAM disks."""
        sysfs.add("dm-0", "253:0")

        assert discover(sysfs.root) == ()

    def test_may_be_hidden(self, sysfs: Sysfs) -> None:
        """A namespace that the NVMe driver multipaths itself has no node for a map."""
        sysfs.write(sysfs.add_scsi("nvme0c0n1", "259:1"), hidden=1)

        assert discover(sysfs.root) == ()

    @pytest.mark.parametrize(
        ("number", "size"),
        [
            ("", 8),
            ("8", 8),
            ("8:16:1", 8),
            ("9999:0", 8),
            ("8:16", ""),
            ("8:16", "many"),
            ("8:16", "-8"),
            ("8:16", "²"),
            ("8:16", b"\xff\n"),
            ("8:16", "9" * 5000),
        ],
    )
    def test_cannot_be_read(self, sysfs: Sysfs, number: str, size: object) -> None:
        """One odd device hides no other."""
        sysfs.add_scsi("sda", "8:0")
        sysfs.write(sysfs.add_scsi("sdb", "8:16", size=size), dev=number)

        assert [path.name for path in discover(sysfs.root)] == ["sda"]

    @pytest.mark.parametrize("gone", ["dev", "size", "device"])
    def test_may_go_away_while_it_is_read(self, sysfs: Sysfs, gone: str) -> None:
        """A folder that is half empty by now is no error."""
        folder = sysfs.add_scsi("sdb", "8:16")

        (folder / gone).unlink()

        assert read_path(folder) is None


class TestADeviceThatGoesAwayWhileItIsRead:
    def test_is_left_out(self, sysfs: Sysfs) -> None:
        """And hides no other."""
        gone = Leaving(sysfs.add_scsi("sdb", "8:16"))
        sysfs.add_scsi("sda", "8:0", "2:0:0:0")

        assert [path.name for path in discover(sysfs.root, udev=gone)] == ["sda"]

    def test_is_not_mixed_with_its_successor(self, sysfs: Sysfs) -> None:
        """The next disk of that name is another one: the next pass finds it."""
        successor = Leaving(sysfs.add_scsi("sdb", "8:16"), lambda: sysfs.add_scsi("sdb", "8:16", vendor="OTHER"))

        assert discover(sysfs.root, udev=successor) == ()
        assert [path.vendor for path in discover(sysfs.root)] == ["OTHER"]


class Leaving:
    """A reader of udev's properties: while it is asked for those of one disk, that disk goes away."""

    def __init__(self, folder: Folder, then: Callable[[], object] = lambda: None) -> None:
        self.folder, self.then = folder, then

    def properties(self, devt: DevT, folder: str) -> None:
        """Remove the disk, with the links to it."""
        if folder == str(self.folder):
            root = next(each for each in self.folder.parents if each.name == "sys")
            for link in ("block/sdb", "class/block/sdb", "dev/block/8:16"):
                (root / link).unlink()
            shutil.rmtree(self.folder.parents[1])
            self.then()


class TestAHostWithoutSysfs:
    def test_has_no_paths(self, sysfs: Sysfs) -> None:
        """In a chroot, for example."""
        assert discover(sysfs.root / "nowhere") == ()


class TestAnAttribute:
    @pytest.mark.parametrize("vendor", [b"\xff\xfe ACME\n", b"ACME\x00\x1b[2J\n"])
    def test_is_never_a_reason_to_fail(self, sysfs: Sysfs, vendor: bytes) -> None:
        """Whatever a device calls itself."""
        sysfs.write(sysfs.add_scsi("sdb", "8:16") / "device", vendor=vendor)

        (path,) = discover(sysfs.root)

        assert path.vendor is not None
        assert "ACME" in path.vendor


class TestAReferenceToADevice:
    @pytest.mark.parametrize("ref", ["8:16", "sdb", "/dev/sdb"])
    def test_is_its_number(self, sysfs: Sysfs, ref: str) -> None:
        """The forms that a table and people use."""
        sysfs.add_scsi("sdb", "8:16")

        assert device_number(ref, sysfs.root) == devt(8, 16)

    @pytest.mark.parametrize(
        "ref", ["", "sdc", "/dev/no-such-disk", "/dev/", "..", ".", "../sdb", "/dev/null", "sd\0b", "8:16:1"]
    )
    def test_may_lead_nowhere(self, sysfs: Sysfs, ref: str) -> None:
        """No such block device, or a name that is none."""
        sysfs.add_scsi("sdb", "8:16")

        assert device_number(ref, sysfs.root) is None

    def test_leads_to_its_folder(self, sysfs: Sysfs) -> None:
        """The last part of the folder is the kernel's name."""
        sysfs.add_scsi("sdb", "8:16")

        assert block_folder(devt(8, 16), sysfs.root).name == "sdb"
