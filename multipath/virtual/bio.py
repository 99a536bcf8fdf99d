"""
One I/O on its way: what the block layer calls a bio, and the statuses with which it ends.

Strategy: whoever makes a bio gives it a callback; a device takes it with ``submit``, which may end it before it
returns or at any later time, in any thread, exactly once. A device that passes an I/O on makes a clone for the device
below. No lock is held while a bio is submitted or ended.

Source: linux ``include/linux/blk_types.h``, ``block/blk-core.c`` (``blk_errors``), ``drivers/md/dm-mpath.c``
(``multipath_end_io()``), ``include/linux/blkdev.h`` (``blk_path_error()``).
"""

import enum
import errno
from collections.abc import Callable
from typing import Final, Literal

from ..units import SECTOR_SIZE, DevT, Sectors

Operation = Literal["read", "write", "flush"]


class BlockStatus(enum.Enum):
    """How an I/O ended, by the names of ``blk_status_t``; the value is the errno that the caller gets."""

    OK = 0
    NOTSUPP = errno.EOPNOTSUPP
    TIMEOUT = errno.ETIMEDOUT
    NOSPC = errno.ENOSPC
    TRANSPORT = errno.ENOLINK
    TARGET = errno.EREMOTEIO
    RESV_CONFLICT = errno.EBADE
    MEDIUM = errno.ENODATA
    PROTECTION = errno.EILSEQ
    RESOURCE = errno.ENOMEM
    IOERR = errno.EIO
    OFFLINE = errno.ENODEV

    @property
    def is_path_error(self) -> bool:
        """Whether another path may do better: all but what the unit itself refuses."""
        return self not in _FINAL


_FINAL: Final = frozenset(
    {
        BlockStatus.OK,
        BlockStatus.NOTSUPP,
        BlockStatus.NOSPC,
        BlockStatus.TARGET,
        BlockStatus.RESV_CONFLICT,
        BlockStatus.MEDIUM,
        BlockStatus.PROTECTION,
    }
)


class Bio:
    """
    One I/O.

    Args:
        op: What to do.
        sector: The first sector, on the device that it is submitted to.
        buffer: What to write, or where to read to: whole sectors; empty for a flush.
        on_end: Called once, when the status is known.

    Attributes:
        status: `None` until the I/O has ended.
    """

    __slots__ = ("_on_end", "buffer", "op", "sector", "status")

    def __init__(self, op: Operation, sector: int, buffer: memoryview, on_end: Callable[["Bio"], None]) -> None:
        self.op: Operation = op
        self.sector, self.buffer = sector, buffer
        self.status: BlockStatus | None = None
        self._on_end = on_end

    @property
    def sectors(self) -> Sectors:
        """How many sectors it covers."""
        return Sectors(len(self.buffer) // SECTOR_SIZE)

    def end(self, status: BlockStatus) -> None:
        """Say how it ended, once."""
        if self.status is not None:
            raise RuntimeError(f"{self!r} has ended already, with {self.status.name}")
        self.status = status
        self._on_end(self)

    def __repr__(self) -> str:
        """Return what it does and where."""
        return f"<Bio {self.op} of {self.sectors} sectors at {self.sector}>"


class BlockDevice:
    """
    What takes bios: a path, or a mapped device.

    Attributes:
        devt: Its device number.
        name: The kernel's name, ``sda`` or ``dm-0``.
        size: Its size.
        block_size: The bytes of one logical block.
        read_only: Whether programs cannot write to it.
        takes_requests: Whether a map that works with requests may be built on it; partitions and maps that work with
            bios are no ground for one.
    """

    devt: DevT
    name: str
    size: Sectors
    block_size: int = SECTOR_SIZE
    read_only: bool = False
    takes_requests: bool = True

    def open(self) -> None:
        """
        Note one more user.

        Raises:
            OSError: it cannot be opened now, as a path that is offline (``ENXIO``).
        """

    def close(self) -> None:
        """Note one user less."""

    def submit(self, bio: Bio) -> None:
        """Take an I/O; it ends now or later, once."""
        raise NotImplementedError
