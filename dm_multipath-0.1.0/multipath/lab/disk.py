"""An open device for a load: whole blocks at byte offsets, past the page cache."""

import errno
import mmap
import os
from types import TracebackType
from typing import Protocol, Self

from ..blocks import BLOCK_SIZE


class Disk(Protocol):
    """An open device: whole blocks at byte offsets; a context manager that closes it."""

    def __enter__(self) -> Self:
        """Return the disk."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""

    def read(self, offset: int, length: int, /) -> bytes:
        """Return ``length`` bytes."""

    def write(self, offset: int, data: bytes, /) -> object:
        """Write all of ``data``."""


class DirectDisk:
    """
    A device node, past the page cache.

    Args:
        node: The device.

    Raises:
        OSError: it cannot be opened for direct I/O; from the methods, what the kernel answered, or less than was asked.
    """

    def __init__(self, node: str) -> None:
        self._fd = os.open(node, os.O_RDWR | os.O_DIRECT | os.O_CLOEXEC)
        self._buffer = mmap.mmap(-1, BLOCK_SIZE)  # direct I/O wants aligned memory: a mapping is

    def __enter__(self) -> Self:
        """Return the disk."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self._buffer.close()
        os.close(self._fd)

    def read(self, offset: int, length: int) -> bytes:
        """Return a block; what the kernel does not fill stays zero."""
        self._buffer[:] = bytes(BLOCK_SIZE)
        self._check(os.preadv(self._fd, [self._buffer], offset), length, offset)
        return bytes(self._buffer)

    def write(self, offset: int, data: bytes) -> None:
        """Write a block."""
        self._buffer[:] = data
        self._check(os.pwritev(self._fd, [self._buffer], offset), len(data), offset)

    def _check(self, done: int, length: int, offset: int) -> None:
        if done != length:
            raise OSError(errno.EIO, f"only {done} of {length} bytes at byte {offset}")
