"""The commands seam of a virtual world, and its errors, which are those of the real one."""

import errno

import pytest

from multipath.errors import PathError, PathsDiffer
from multipath.paths.discover import discover
from multipath.paths.identity import check_one_unit
from multipath.paths.path import Path
from multipath.units import devt
from multipath.virtual.commands import VirtualCommands
from multipath.virtual.path import VirtualPath

from .san import San


@pytest.fixture
def disk(san: San) -> VirtualPath:
    """Give the first of two paths."""
    return san.fabric.add_array(paths=2).paths[0]


@pytest.fixture
def path(san: San, disk: VirtualPath) -> Path:
    """Give it as the library found it."""
    return next(path for path in discover(san.root) if path.devt == disk.devt)


class TestAPage:
    def test_comes_whole(self, san: San, path: Path) -> None:
        """Each that the device has."""
        commands = VirtualCommands(san.devices)

        assert commands.vpd_page(path, 0x00) == bytes((0, 0, 0, 4, 0x00, 0x80, 0x83, 0xB0))
        assert commands.vpd_page(path, 0x80)[4:] == san.fabric.arrays[0].units[0].serial.encode()

    def test_may_not_be_there(self, san: San, path: Path) -> None:
        """The sense data says so."""
        with pytest.raises(PathError, match="INQUIRY of page 0xc9 failed: status 0x02") as caught:
            VirtualCommands(san.devices).vpd_page(path, 0xC9)

        assert caught.value.sense[12:14] == b"\x24\x00"
        assert (caught.value.errno, caught.value.path) == (errno.EIO, "/dev/sda")


class TestADiskInTrouble:
    def test_is_given_up_after_its_time(self, san: San, disk: VirtualPath, path: Path) -> None:
        """Five seconds of the world's clock, none of ours."""
        disk.silence()
        before = san.clock.monotonic_ns()

        with pytest.raises(PathError, match="host 0x03"):
            VirtualCommands(san.devices).vpd_page(path, 0x83)
        assert san.clock.monotonic_ns() - before == 5_000_000_000

    def test_cannot_be_opened_when_it_is_offline(self, san: San, disk: VirtualPath, path: Path) -> None:
        """As the sd driver has it."""
        for fault in (disk.offline, disk.break_cable):
            fault()
            with pytest.raises(PathError, match="cannot be opened") as caught:
                VirtualCommands(san.devices).vpd_page(path, 0x83)
            assert caught.value.errno == errno.ENXIO
            disk.online()

    def test_may_be_another_by_now(self, san: San, disk: VirtualPath, path: Path) -> None:
        """Name and number are the same; the number of the disk tells."""
        disk.delete()
        san.fabric.scan()

        with pytest.raises(PathError, match=r"is device 8:0 \(disk 3\), not 8:0 \(disk 1\)"):
            VirtualCommands(san.devices).vpd_page(path, 0x83)

    def test_may_be_gone(self, san: San, disk: VirtualPath, path: Path) -> None:
        """No node is left."""
        disk.delete()

        with pytest.raises(PathError, match="cannot be opened: No such file") as caught:
            VirtualCommands(san.devices).vpd_page(path, 0x83)
        assert caught.value.errno == errno.ENOENT


class TestPathsThatDiffer:
    def test_are_found_out_when_a_lun_was_remapped(self, san: San) -> None:
        """The kernel's memory is old, and the name, the number and the size are the same."""
        array = san.fabric.add_array(paths=2, units=2)
        numbers = [path.devt for path in array.paths_to(array.units[0])]
        commands = VirtualCommands(san.devices)
        assert check_one_unit(numbers, sysfs=san.root, commands=commands)

        other = san.fabric.add_array(paths=1).paths[0].devt
        with pytest.raises(PathsDiffer, match=array.wwid[1:]):
            check_one_unit([numbers[0], other], sysfs=san.root, commands=commands)

    def test_may_not_be_there(self, san: San) -> None:
        """A number without a disk."""
        with pytest.raises(PathsDiffer, match="no such block device"):
            check_one_unit([devt(8, 0)], sysfs=san.root, commands=VirtualCommands(san.devices))
