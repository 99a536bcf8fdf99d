"""
Which device a word of a table or a message means, as each kernel reads it.

Source: linux ``drivers/md/dm-table.c`` (``dm_get_dev_t()``, ``dm_devt_from_path()``), ``init/do_mounts.c``
(``name_to_dev_t()``).
"""

import errno
import os
import re
from collections.abc import Callable
from typing import Final

from ..units import DevT, devt
from .block import BlockDevices
from .profile import KernelProfile

_PAIR: Final = re.compile(r"([0-9]+):([0-9]+)", re.ASCII)
_PAIR_AND_OFFSET: Final = re.compile(r"([0-9]+):([0-9]+):[0-9]+", re.ASCII)
_HEX: Final = re.compile(r"(?:0[xX])?[0-9A-Fa-f]{1,8}", re.ASCII)
_MAJORS: Final = 1 << 12
_MINORS: Final = 1 << 20
# What every machine has and no table can use.
_NO_BLOCK_DEVICES: Final = frozenset({"/", "/dev", "/dev/mapper", "/dev/mapper/control", "/dev/null", "/dev/zero"})


class Lookup:
    """
    The look-up of one world.

    Args:
        profile: The kernel that is played.
        devices: The block devices.
        mapped: Finds the number of a mapped device by its name, for ``/dev/mapper``.
    """

    def __init__(self, profile: KernelProfile, devices: BlockDevices, mapped: Callable[[str], DevT | None]) -> None:
        self._profile, self._devices, self._mapped = profile, devices, mapped

    def number(self, word: str) -> DevT:
        """
        Return the number that ``word`` means, whether or not there is such a device.

        Raises:
            OSError: ``EOVERFLOW``: beyond what Linux has; ``ENODEV``, ``ENOENT``, ``ENOTBLK``: a path to nowhere, or to
                something else.
        """
        pair = _PAIR.fullmatch(word)
        if pair:
            return self._of_pair(pair[1], pair[2])
        found = self.behind(word)
        if found is None and self._profile.hex_numbers:
            found = self._of_old_form(word)
        if found is not None:
            return found
        if not self._profile.lookup_tells:
            raise _error(errno.ENODEV)
        raise _error(errno.ENOTBLK if word in _NO_BLOCK_DEVICES else errno.ENOENT)

    def behind(self, node: str) -> DevT | None:
        """Return the number behind ``/dev/sda``, ``/dev/dm-0`` or ``/dev/mapper/mpatha``; ``None`` behind none."""
        folder, _, name = node.rpartition("/")
        if folder == "/dev/mapper":
            return self._mapped(name)
        device = self._devices.named(name) if folder == "/dev" else None
        return None if device is None else device.devt

    def _of_pair(self, major: str, minor: str) -> DevT:
        numbers = self._profile.number(major), self._profile.number(minor)
        if numbers[0] >= _MAJORS or numbers[1] >= _MINORS:
            raise _error(errno.EOVERFLOW)
        return devt(*numbers)

    def _of_old_form(self, word: str) -> DevT | None:
        """Return the number of a word as the kernel's command line has them: hexadecimal, or with an offset."""
        pair = _PAIR_AND_OFFSET.fullmatch(word)
        if pair:
            return self._of_pair(pair[1], pair[2])
        return DevT(int(word, 16)) if _HEX.fullmatch(word) else None


def _error(code: int) -> OSError:
    return OSError(code, os.strerror(code))
