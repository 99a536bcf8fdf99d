"""Block devices by their numbers, and who holds them."""

import errno

import pytest

from multipath.units import DevT, devt
from multipath.virtual.bio import BlockDevice
from multipath.virtual.block import BlockDevices

from .bench import MemoryDisk

SDA = devt(8, 0)


class OfflineDisk(MemoryDisk):
    """A disk that cannot be opened."""

    def open(self) -> None:
        """Refuse."""
        raise OSError(errno.ENXIO, "offline")


@pytest.fixture
def devices() -> BlockDevices:
    """Give one disk."""
    devices = BlockDevices()
    devices.add(MemoryDisk(0))
    return devices


def refused(devices: BlockDevices, number: DevT, holder: object = None) -> int | None:
    """Return the errno with which an open is refused."""
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the errno is what counts
        devices.open(number, holder)
    return caught.value.errno


class TestABlockDevice:
    def test_has_a_number_of_its_own(self, devices: BlockDevices) -> None:
        """Two of one number are refused, and who is removed takes only himself away."""
        with pytest.raises(ValueError, match="taken by sda"):
            devices.add(MemoryDisk(0))
        devices.remove(MemoryDisk(0))

        assert [device.name for device in devices] == ["sda"]

    def test_is_found_by_number_and_name(self, devices: BlockDevices) -> None:
        """Or it is not there."""
        disk = devices.get(SDA)

        assert (devices.named("sda"), devices.named("sdb"), devices.get(devt(8, 16))) == (disk, None, None)
        assert refused(devices, devt(8, 16)) == errno.ENXIO

    def test_is_claimed_by_one_holder(self, devices: BlockDevices) -> None:
        """As often as that one likes; others may use it, not claim it."""
        ours, theirs = object(), object()
        opened = [devices.open(SDA, ours) for _ in range(2)]
        assert (refused(devices, SDA, theirs), devices.open(SDA)) == (errno.EBUSY, devices.get(SDA))

        for device in opened:
            devices.close(device, ours)
        assert (devices.open(SDA, theirs), devices.claims(SDA)) == (devices.get(SDA), (theirs,))

    def test_that_cannot_be_opened_is_not_claimed(self, devices: BlockDevices) -> None:
        """What went wrong leaves no claim."""
        offline: BlockDevice = OfflineDisk(1)
        devices.add(offline)

        assert refused(devices, offline.devt, self) == errno.ENXIO
        assert devices.claims(offline.devt) == ()
