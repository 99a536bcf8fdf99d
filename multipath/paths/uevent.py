"""
One uevent: what the kernel, or udev after its rules, says of one device; read from the bytes of a netlink message.

The bytes are believed in nothing: every offset is checked, what is no text stays escaped, and a message that is not
what it should be is none.

Source: linux ``lib/kobject_uevent.c``; systemd ``src/libsystemd/sd-device/device-monitor.c``, ``struct
monitor_netlink_header``.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ..units import DevT, devt

_PREFIX: Final = b"libudev\0"
_MAGIC: Final = 0xFEED_CAFE
_HEADER: Final = struct.Struct("=8s4x4xII")  # prefix; magic and the header's size passed over; where what is, how long
_MAGIC_AT: Final = struct.Struct(">I")
_HEADER_LENGTH: Final = 40
_MOST_PROPERTIES: Final = 512
_LONGEST_NUMBER: Final = 20


@dataclass(frozen=True, slots=True)
class Uevent:
    """
    One uevent.

    Attributes:
        action: ``add``, ``change``, ``remove``, …
        devpath: The device's folder below the root of sysfs, with a slash in front.
        subsystem: ``block``, ``scsi``, …
        properties: All that was said, these three included.
        seqnum: The kernel's number of it; 0 where it has none.
    """

    action: str
    devpath: str
    subsystem: str
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    seqnum: int = 0

    @property
    def name(self) -> str:
        """The kernel's name of the device."""
        return self.devpath.rpartition("/")[2].replace("!", "/")

    @property
    def devt(self) -> DevT | None:
        """The device number; ``None`` where it has none."""
        major, minor = (_number(self.properties.get(key)) for key in ("MAJOR", "MINOR"))
        if major is None or minor is None:
            return None
        try:
            return devt(major, minor)
        except (ValueError, OverflowError):
            return None

    @property
    def is_disk(self) -> bool:
        """Whether it is about a whole block device."""
        return self.subsystem == "block" and self.properties.get("DEVTYPE", "disk") == "disk"

    @property
    def is_map(self) -> bool:
        """Whether it is about a device of device-mapper."""
        return self.is_disk and self.name.startswith("dm-")

    @property
    def order(self) -> tuple[int, int]:
        """What events are sorted by: device-mapper sends those of one burst newest first, but numbers them."""
        return _number(self.properties.get("DM_SEQNUM")) or 0, self.seqnum


def of_kernel(message: bytes) -> Uevent | None:
    """Return the uevent in a message of the kernel; ``None`` where there is none."""
    head, nul, rest = message.partition(b"\0")
    if not nul or b"@" not in head:
        return None
    return _uevent(rest)


def of_udev(message: bytes) -> Uevent | None:
    """Return the uevent in a message of udevd; ``None`` where there is none."""
    if len(message) < _HEADER_LENGTH or not message.startswith(_PREFIX):
        return None
    (magic,) = _MAGIC_AT.unpack_from(message, 8)
    _, at, length = _HEADER.unpack_from(message)
    if magic != _MAGIC or at < _HEADER_LENGTH or at + length > len(message):
        return None
    return _uevent(message[at : at + length])


def _uevent(data: bytes) -> Uevent | None:
    properties: dict[str, str] = {}
    for word in data.split(b"\0", _MOST_PROPERTIES)[:_MOST_PROPERTIES]:
        key, equals, value = word.partition(b"=")
        if equals and key:
            properties[_text(key)] = _text(value)
    action, devpath, subsystem = (properties.get(key, "") for key in ("ACTION", "DEVPATH", "SUBSYSTEM"))
    if not action or not devpath.startswith("/") or ".." in devpath.split("/"):
        return None
    seqnum = _number(properties.get("SEQNUM")) or 0
    return Uevent(action, devpath, subsystem, MappingProxyType(properties), seqnum)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _number(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        return None
    return int(text)
