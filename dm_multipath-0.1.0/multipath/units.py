"""
Units of the field, as types that cost nothing at run time.

A sector is always 512 bytes, whatever the device's logical block size: the kernel's device-mapper counts nothing else.
A `DevT` is the kernel's "huge" encoding of a device number, as it stands in ``struct dm_ioctl``; it equals what
`os.makedev` gives for every device number that Linux can have (major below 4096, minor below 2**20).
"""

import os
import re
from typing import Final, NewType

Sectors = NewType("Sectors", int)
Bytes = NewType("Bytes", int)
Nanoseconds = NewType("Nanoseconds", int)
DevT = NewType("DevT", int)

SECTOR_SIZE: Final = 512
_MAJORS: Final = 1 << 12
_MINORS: Final = 1 << 20
_DEVICE_NUMBERS: Final = _MAJORS * _MINORS
_MAJOR_MINOR: Final = re.compile(r"([0-9]{1,10}):([0-9]{1,10})\Z", re.ASCII)


def devt(major: int, minor: int) -> DevT:
    """
    Return the device number of ``major:minor``.

    Raises:
        ValueError: Linux has no such device number.

    >>> devt(8, 16) == DevT(0x810)
    True
    """
    if not (0 <= major < _MAJORS and 0 <= minor < _MINORS):
        raise ValueError(
            f"no device number {major}:{minor}: Linux has majors to {_MAJORS - 1} and minors to {_MINORS - 1}"
        )
    return DevT(os.makedev(major, minor))


def parse_devt(text: str) -> DevT:
    """
    Parse ``"major:minor"``, the form of tables and of sysfs ``dev`` files; inverse of `format_devt`.

    Raises:
        ValueError: another form, or a number that Linux cannot have.
    """
    match = _MAJOR_MINOR.match(text)
    if match is None:
        raise ValueError(f"not a device number: {text!r}; expected major:minor, for example 8:16")
    return devt(int(match[1]), int(match[2]))


def format_devt(number: DevT) -> str:
    """
    Return ``"major:minor"``; a number that Linux cannot have as it is.

    >>> format_devt(DevT(0x0010FD2C))
    '253:300'
    """
    return f"{os.major(number)}:{os.minor(number)}" if 0 <= number < _DEVICE_NUMBERS else str(int(number))


def to_bytes(sectors: Sectors) -> Bytes:
    """Return the bytes that ``sectors`` hold."""
    return Bytes(sectors * SECTOR_SIZE)


def to_sectors(size: Bytes) -> Sectors:
    """
    Return the sectors that ``size`` bytes fill.

    Raises:
        ValueError: not a whole number of sectors.
    """
    if size % SECTOR_SIZE:
        raise ValueError(f"{size} bytes are not a whole number of {SECTOR_SIZE}-byte sectors")
    return Sectors(size // SECTOR_SIZE)
