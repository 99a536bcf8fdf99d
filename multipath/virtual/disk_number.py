"""
The numbers and names that the sd driver gives to its disks, by their index.

Source: linux ``drivers/scsi/sd.c``, ``sd_major()``, ``sd_format_disk_name()``.
"""

from typing import Final

from ..units import DevT, devt

_MINORS: Final = 16  # of one disk: itself and its partitions
_MAJORS: Final = (8, *range(65, 72), *range(128, 136))
_PER_MAJOR: Final = 256 // _MINORS
_LETTERS: Final = 26


def disk_devt(index: int) -> DevT:
    """
    Return the device number of a disk: sixteen disks for each of sixteen majors, then again with higher minors.

    >>> from multipath.units import format_devt
    >>> [format_devt(disk_devt(index)) for index in (0, 1, 16, 255, 256)]
    ['8:0', '8:16', '65:0', '135:240', '8:256']
    """
    block, within = divmod(index, _PER_MAJOR)
    round_, which = divmod(block, len(_MAJORS))
    return devt(_MAJORS[which], (round_ * _PER_MAJOR + within) * _MINORS)


def disk_name(index: int) -> str:
    """
    Return the name of a disk.

    >>> [disk_name(index) for index in (0, 25, 26, 701, 702)]
    ['sda', 'sdz', 'sdaa', 'sdzz', 'sdaaa']
    """
    letters = ""
    while index >= 0:
        index, letter = index // _LETTERS - 1, index % _LETTERS
        letters = chr(ord("a") + letter) + letters
    return f"sd{letters}"
