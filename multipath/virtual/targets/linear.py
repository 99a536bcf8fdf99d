"""The linear target: a stretch of one device."""

import errno
from collections.abc import Iterator
from typing import ClassVar, Final

from ...units import Sectors, format_devt
from ...wire.words import split_words
from ..bio import Bio, BlockDevice
from .target import Area, Owner, RunningTarget, TargetRefused

_WORDS: Final = 2


class RunningLinear(RunningTarget):
    """
    A linear mapping at work.

    Source: linux ``drivers/md/dm-linear.c``.
    """

    type: ClassVar[str] = "linear"

    def __init__(self, owner: Owner, start: Sectors, length: Sectors, params: str) -> None:
        super().__init__(owner, start, length, params)
        words = split_words(params)
        if len(words) != _WORDS:
            raise TargetRefused(errno.EINVAL, "Invalid argument count")
        self._device, self._offset = device_and_offset(owner, *words)

    def map(self, bio: Bio) -> None:
        """Pass it on."""
        bio.sector += self._offset
        self._device.submit(bio)

    def areas(self) -> Iterator[Area]:
        """Yield the stretch."""
        yield self._device, self._offset, self.length

    def table(self) -> str:
        """Return device and offset."""
        return f"{format_devt(self._device.devt)} {self._offset}"

    def measured(self) -> str:
        """Return the same, with names."""
        return f",device_name={format_devt(self._device.devt)},start={self._offset};"


def device_and_offset(owner: Owner, device: str, offset: str) -> tuple[BlockDevice, Sectors]:
    """
    Open a device of a line, and read where on it the target begins; the sector is looked at first.

    Raises:
        TargetRefused: with the reasons that linear, delay and error share.
    """
    try:
        sector = Sectors(owner.profile.number(offset, bits=64))
        return owner.open(device), sector
    except ValueError:
        raise TargetRefused(errno.EINVAL, "Invalid device sector") from None
    except OSError as error:
        raise TargetRefused(error.errno or errno.ENXIO, "Device lookup failed") from None
