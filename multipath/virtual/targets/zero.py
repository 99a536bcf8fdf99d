"""The zero target: reads as zeroes, and forgets what is written."""

import errno
from typing import ClassVar

from ...units import Sectors
from ..bio import Bio, BlockStatus
from .target import Owner, RunningTarget, TargetRefused


class RunningZero(RunningTarget):
    """
    A mapping of zeroes at work.

    Source: linux ``drivers/md/dm-zero.c``.
    """

    type: ClassVar[str] = "zero"
    takes_flush: ClassVar[bool] = False

    def __init__(self, owner: Owner, start: Sectors, length: Sectors, params: str) -> None:
        super().__init__(owner, start, length, params)
        if params.split():
            raise TargetRefused(errno.EINVAL, "No arguments required")

    def map(self, bio: Bio) -> None:
        """Fill a read with zeroes."""
        if bio.op == "read":
            bio.buffer[:] = bytes(len(bio.buffer))
        bio.end(BlockStatus.OK)
