"""Uevents are read from bytes that anybody may have sent."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.paths.uevent import Uevent, of_kernel, of_udev
from multipath.units import devt

WORDS = b"ACTION=change\0DEVPATH=/devices/x/block/sda\0SUBSYSTEM=block\0DEVTYPE=disk\0MAJOR=8\0MINOR=0\0SEQNUM=4711\0"
KERNEL = b"change@/devices/x/block/sda\0" + WORDS


def of_udevd(words: bytes = WORDS, magic: int = 0xFEEDCAFE, at: int = 40, length: int | None = None) -> bytes:
    """Return a message as udevd sends it to its monitors."""
    sizes = struct.pack("=III", 40, at, len(words) if length is None else length)
    return b"libudev\0" + struct.pack(">I", magic) + sizes + bytes(16) + words


class TestAUevent:
    @pytest.mark.parametrize("found", [of_kernel(KERNEL), of_udev(of_udevd())])
    def test_is_the_same_from_the_kernel_and_from_udev(self, found: Uevent | None) -> None:
        """Action, device, number, and all properties."""
        assert found is not None
        assert (found.action, found.name, found.subsystem, found.seqnum) == ("change", "sda", "block", 4711)
        assert found.devt == devt(8, 0)
        assert found.is_disk and not found.is_map

    def test_of_a_map_is_one(self) -> None:
        """Known by the kernel's name of the device."""
        found = of_kernel(KERNEL.replace(b"block/sda", b"block/dm-3"))

        assert found is not None and found.is_map

    def test_of_device_mapper_is_ordered_by_its_own_number(self) -> None:
        """The kernel sends those of one burst newest first."""
        first, second = (Uevent("change", "/dm-0", "block", {"DM_SEQNUM": word}, 9) for word in ("7", "8"))

        assert first.order < second.order


class TestAMessageThatIsNone:
    @pytest.mark.parametrize(
        "message",
        [
            b"",
            b"change@/devices/x",
            KERNEL.replace(b"ACTION=change\0", b""),
            KERNEL.replace(b"DEVPATH=/devices/x/block/sda", b"DEVPATH=devices"),
            KERNEL.replace(b"DEVPATH=/devices/x/block/sda", b"DEVPATH=/devices/../../etc"),
        ],
    )
    def test_of_the_kernel_is_passed_over(self, message: bytes) -> None:
        """No action, no device, or one outside of sysfs."""
        assert of_kernel(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            b"libudev\0",
            of_udevd(magic=0xFEEDCAFF),
            of_udevd(at=8),
            of_udevd(at=4000),
            of_udevd(length=1 << 31),
            KERNEL,
        ],
    )
    def test_of_udev_is_passed_over(self, message: bytes) -> None:
        """Another magic, or properties that are not where the header says."""
        assert of_udev(message) is None

    @given(st.binary(max_size=200), st.binary(max_size=200))
    def test_never_raises(self, head: bytes, tail: bytes) -> None:
        """Whatever the bytes are."""
        for message in (head + tail, KERNEL + tail, of_udevd(tail), of_udevd()[:44] + tail):
            for found in (of_kernel(message), of_udev(message)):
                assert found is None or isinstance(found.order, tuple)
                assert found is None or found.devt is None or found.devt >= 0
