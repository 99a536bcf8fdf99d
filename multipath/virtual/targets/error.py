"""The error target: all I/O fails."""

import errno
from collections.abc import Iterator
from typing import ClassVar, Final

from ...dm.targets.error import ErrorTarget
from ...dm.targets.extent import Extent
from ...errors import TableError
from ...units import Sectors
from ...wire.words import Words
from ..bio import Bio, BlockStatus
from .target import Area, Owner, RunningTarget, TargetRefused

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
        args = ErrorTarget.parse(params).args
        if owner.profile.error_opens_device and len(args) == _DEVICE_AND_OFFSET:
            self._areas.append(self._area(params))

    def map(self, bio: Bio) -> None:
        """Fail it."""
        bio.end(BlockStatus.IOERR)

    def areas(self) -> Iterator[Area]:
        """Yield the device whose limits it has, if it was given one."""
        yield from self._areas

    def _area(self, params: str) -> Area:
        """
        Open the device that it was given.

        Since Linux v6.7 ("dm error: Add support for zoned block devices").
        """
        try:
            extent = Extent.read(Words(params, "error"))
            return self.owner.open(extent.device), extent.offset, self.length
        except TableError:
            raise TargetRefused(errno.EINVAL, "Invalid device sector") from None
        except OSError as error:
            raise TargetRefused(error.errno or errno.ENXIO, "Device lookup failed") from None
