"""
How a caller names a device, and what goes into a request for it.

By name (`str`), by number (`DevT`), or by a snapshot: that is looked up by its uuid where it has one, else by its
number, never by the name that it had.
"""

from typing import Final

from .._native import codec
from ..errors import NumberRefused
from ..units import DevT, format_devt
from .device import DeviceEntry, DeviceInfo
from .name import encoded

DeviceRef = str | DevT | DeviceInfo | DeviceEntry
SNAPSHOTS: Final = (DeviceInfo, DeviceEntry)


def address(ref: DeviceRef) -> tuple[bytes, bytes, int]:
    """Return the name, uuid and number of a request: one of them, for the kernel refuses more than one."""
    if isinstance(ref, str):
        return encoded(ref, "device name", codec.NAME_MAX), b"", 0
    if isinstance(ref, SNAPSHOTS):
        if ref.uuid:
            return b"", encoded(ref.uuid, "device uuid", codec.UUID_MAX), 0
        return b"", b"", ref.devt
    return b"", b"", checked_number(ref, 64, "device number")


def checked_number(number: int, bits: int, what: str) -> int:
    """
    Return a number that goes into a field of so many bits.

    Raises:
        NumberRefused: it does not fit.
    """
    if not 0 <= number < 1 << bits:
        raise NumberRefused(f"the {what} {number} is refused: the kernel's field holds 0 to {(1 << bits) - 1}")
    return number


def other_device(ref: DeviceInfo | DeviceEntry, reply: codec.Reply) -> str:
    """Say which device answered where it is not the one of the snapshot; nothing where it is."""
    # Some commands leave the number as it was sent, which is 0 for a look-up by uuid.
    if reply.dev not in (0, ref.devt):
        return f"its uuid now belongs to {format_devt(DevT(reply.dev))}"
    if ref.uuid == "" != reply.uuid:
        return f"its number now belongs to a device with the uuid {reply.uuid!r}"
    return ""


def label(ref: DeviceRef) -> str:
    """Return what an error calls the device."""
    return format_devt(ref) if isinstance(ref, int) else str(ref)
