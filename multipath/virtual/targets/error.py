"""The error target: all I/O fails."""

from collections.abc import Iterator
from typing import ClassVar, Final

from ...units import Sectors
from ...wire.words import split_words
from ..bio import Bio, BlockStatus
from .linear import device_and_offset
from .target import Area, Owner, RunningTarget

_DEVICE_AND_OFFSET: Final = 2


class RunningError(RunningTarget):
    """
    A mapping that fails, at work; it follows any table.

    Source: linux ``drivers/md/dm-target.c``.
    """

    type: ClassVar[str] = "error"
    wildcard: ClassVar[bool] = True
    takes_flush: ClassVar[bool] = False
    kind = None

    def __init__(self, owner: Owner, start: Sectors, length: Sectors, params: str) -> None:
        super().__init__(owner, start, length, params)
        self._areas: list[Area] = []
        words = split_words(params)
        # Since Linux v6.7 ("dm error: Add support for zoned block devices").
        if owner.profile.error_opens_device and len(words) == _DEVICE_AND_OFFSET:
            self._areas.append((*device_and_offset(owner, *words), length))

    def map(self, bio: Bio) -> None:
        """Fail it."""
        bio.end(BlockStatus.IOERR)

    def areas(self) -> Iterator[Area]:
        """Yield the device whose limits it has, if it was given one."""
        yield from self._areas
