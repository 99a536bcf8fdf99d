"""What a logical unit keeps its bytes in: memory, or a sparse file."""

import os
import threading
from pathlib import Path
from typing import Final, Protocol

from ..errors import Closed

_CHUNK: Final = 1 << 16
_EMPTY: Final = bytes(_CHUNK)


class Store(Protocol):
    """Bytes by offset; what was never written reads as zeros. Any number of threads."""

    def read(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes; the caller keeps within the size."""

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write ``data``; the caller keeps within the size."""

    def flush(self) -> None:
        """Make what was written last."""

    def resize(self, size: int) -> None:
        """Set the size in bytes; what lay beyond a smaller one is lost."""

    def close(self) -> None:
        """Let go of what it holds; twice does no harm."""


class MemoryStore:
    """
    Bytes in memory, in chunks, of which those that were never written cost nothing.

    Synchronization: any number of threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chunks: dict[int, bytearray] = {}

    def read(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes."""
        index, within = divmod(offset, _CHUNK)
        with self._lock:
            if within + length <= _CHUNK:
                return bytes(memoryview(self._chunks.get(index, _EMPTY))[within : within + length])
            last = (offset + length - 1) // _CHUNK
            whole = b"".join(self._chunks.get(each, _EMPTY) for each in range(index, last + 1))
        return whole[within : within + length]

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write ``data``."""
        done, end = 0, len(data)
        with self._lock:
            while done < end:
                index, within = divmod(offset + done, _CHUNK)
                part = min(_CHUNK - within, end - done)
                chunk = self._chunks.get(index)
                if chunk is None:
                    chunk = self._chunks[index] = bytearray(_CHUNK)
                chunk[within : within + part] = data[done : done + part]
                done += part

    def flush(self) -> None:
        """Memory has nothing to flush."""

    def resize(self, size: int) -> None:
        """Forget what lies beyond ``size``."""
        index, within = divmod(size, _CHUNK)
        with self._lock:
            for each in [each for each in self._chunks if each > index]:
                del self._chunks[each]
            if index in self._chunks:
                self._chunks[index][within:] = bytes(_CHUNK - within)

    def close(self) -> None:
        """Memory needs no closing."""


class FileStore:
    """
    Bytes in a sparse file, which outlives this world; its bytes are there again when another store opens it.

    Args:
        path: The file; made where there is none.

    Synchronization: any number of threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @property
    def _open(self) -> int:
        if self._fd is None:
            raise Closed(f"the store in {self.path} is closed")
        return self._fd

    def read(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes."""
        data = os.pread(self._open, length, offset)
        while len(data) < length:
            more = os.pread(self._open, length - len(data), offset + len(data))
            data += more or bytes(length - len(data))  # beyond the end of the file: never written
        return data

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write ``data``."""
        rest = memoryview(data)
        while rest:
            done = os.pwrite(self._open, rest, offset)
            offset, rest = offset + done, rest[done:]

    def flush(self) -> None:
        """Sync the file."""
        os.fdatasync(self._open)

    def resize(self, size: int) -> None:
        """Set the size of the file."""
        os.ftruncate(self._open, size)

    def close(self) -> None:
        """Close the file."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)
