"""The linear target: a stretch of one device."""

import errno
from collections.abc import Iterator
from typing import ClassVar

from ...dm.targets.linear import LinearTarget
from ...errors import TableError
from ...units import Sectors, format_devt
from ..bio import Bio
from .target import Area, Owner, RunningTarget, TargetRefused


class RunningLinear(RunningTarget):
    """
    A linear mapping at work.

    Source: linux ``drivers/md/dm-linear.c``.
    """

    type: ClassVar[str] = "linear"

    def __init__(self, owner: Owner, start: Sectors, length: Sectors, params: str) -> None:
        super().__init__(owner, start, length, params)
        parsed = _parsed(params)
        try:
            self._device = owner.open(parsed.device)
        except OSError as error:
            raise TargetRefused(error.errno or errno.ENXIO, "Device lookup failed") from None
        self._offset = parsed.offset

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


def _parsed(params: str) -> LinearTarget:
    try:
        return LinearTarget.parse(params)
    except TableError as error:
        # Only a word that stands there can be a bad number; else there are too few words, or too many.
        bad_sector = error.word == 1 and error.found is not None
        reason = "Invalid device sector" if bad_sector else "Invalid argument count"
        raise TargetRefused(errno.EINVAL, reason) from None
