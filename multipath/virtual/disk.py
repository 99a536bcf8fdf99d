"""
An open block device, as a program has it that opened ``/dev/mapper/mpatha`` with O_DIRECT.

Strategy: an I/O is one object, the `Pending` that goes down as a `Bio`. Most end before ``submit`` returns, and then
nobody waits; whoever has to wait says so on the object first, and whoever ends it looks there, so that no end is missed
and none costs a wake-up that nobody needs. Waiting goes through the world's clock, which moves on meanwhile.
"""

import errno
import mmap
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from .. import errors
from ..units import SECTOR_SIZE, Bytes, DevT, Sectors, to_bytes
from .bio import Bio, BlockDevice, BlockStatus, Operation
from .clock import VirtualClock

Readable = bytes | bytearray | memoryview | mmap.mmap
Writable = bytearray | memoryview | mmap.mmap

_OPERATIONS: Final = ("read", "write", "flush")
_SPARE_SIZE: Final = 1 << 16  # of the aligned buffers that are kept for the next read


class Pending(Bio):
    """
    An I/O of an open disk, on its way or ended.

    Synchronization: any thread may ask and wait.
    """

    __slots__ = ("_awaited", "_disk")

    def __init__(self, disk: "Disk", op: Operation, sector: int, buffer: memoryview) -> None:
        self.op, self.sector, self.buffer = op, sector, buffer
        self.status = None
        self._disk, self._awaited = disk, False

    def end(self, status: BlockStatus) -> None:
        """Say how it ended, once."""
        if self.status is not None:
            raise RuntimeError(f"{self!r} has ended already, with {self.status.name}")
        self.status = status
        if self._awaited:
            self._disk.clock.notify()

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.status is not None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended; return whether it has, which without ``timeout`` (in seconds) is always so."""
        if self.status is not None:
            return True
        self._awaited = True
        return self._disk.clock.wait_for(lambda: self.status is not None, timeout)

    def result(self, timeout: float | None = None) -> int:
        """
        Return how many bytes were moved, when it has ended.

        Raises:
            BlockError: it failed; ``.errno`` says how.
            WaitTimeout: ``timeout`` seconds passed; the I/O is still on its way, and its buffer in use.
        """
        if self.status is None and not self.wait(timeout):
            raise errors.WaitTimeout(f"{self!r} on {self._disk.name} did not end in time", self)
        if self.status is not BlockStatus.OK:
            raise self._failure()
        return len(self.buffer)

    def _failure(self) -> errors.BlockError:
        code = 0 if self.status is None else self.status.value
        hint = "" if self.status is None else f"the device ended it with {self.status.name}"
        return errors.BlockError(code, self.op, self._disk.name, self.sector * SECTOR_SIZE, len(self.buffer), hint)


class Disk:
    """
    An open block device; a context manager that closes it.

    Offsets and lengths are whole logical blocks, as a program with O_DIRECT must give them; a read at the end of the
    device returns what is there.

    Args:
        device: What to open.
        clock: In whose time to wait.
        name: What to call it; the device's own name when absent.
        closed: Told of the closing.
        block_size: The logical block size.

    Synchronization: any number of threads.  Units: bytes.
    """

    def __init__(
        self,
        device: BlockDevice,
        clock: VirtualClock,
        *,
        name: str | None = None,
        closed: Callable[[], None] | None = None,
        block_size: int = SECTOR_SIZE,
    ) -> None:
        self.device, self.clock, self.name = device, clock, name or device.name
        self.block_size = block_size
        self._submit, self._closed = device.submit, closed
        self._open = True
        self._spare: list[mmap.mmap] = []

    def __enter__(self) -> Self:
        """Return the disk."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Return the device's name and size."""
        return f"<Disk {self.name} of {self.size} sectors{'' if self._open else ', closed'}>"

    def close(self) -> None:
        """Close it; a second time does nothing. What is on its way goes on."""
        if self._open:
            self._open = False
            if self._closed is not None:
                self._closed()

    @property
    def devt(self) -> DevT:
        """The device's number."""
        return self.device.devt

    @property
    def size(self) -> Sectors:
        """The device's size now."""
        return self.device.size

    @property
    def size_bytes(self) -> Bytes:
        """The same in bytes."""
        return to_bytes(self.device.size)

    # What a program does.

    def read(self, offset: int, length: int) -> bytes:
        """
        Return ``length`` bytes from ``offset``; fewer where the device ends.

        Raises:
            BlockError: as pread: EINVAL for what is not whole blocks, or how the I/O ended.
        """
        if not 0 <= length <= _SPARE_SIZE:
            return self._read_much(offset, length)
        try:
            buffer = self._spare.pop()
        except IndexError:
            buffer = mmap.mmap(-1, _SPARE_SIZE)
        data = buffer[: self.readinto(offset, memoryview(buffer)[:length])]
        self._spare.append(buffer)  # after an error it is left to whoever may still fill it
        return data

    def readinto(self, offset: int, buffer: Writable) -> int:
        """
        Read into ``buffer`` from ``offset`` and return how many bytes: fewer than it holds where the device ends.

        Memory that begins at a page boundary (`mmap`) saves direct I/O on files a copy.

        Raises:
            BlockError: as pread.
            TypeError: ``buffer`` cannot be written to.
        """
        pending = self._made("read", offset, buffer)
        length = len(pending.buffer)
        if offset + length > self.device.size * SECTOR_SIZE:
            length = max(0, self.size_bytes - offset)
            pending.buffer = pending.buffer[:length]
        if length:
            self._submit(pending)
        else:
            pending.status = BlockStatus.OK
        return length if pending.status is BlockStatus.OK else pending.result()

    def write(self, offset: int, data: Readable) -> int:
        """
        Write ``data`` at ``offset`` and return how many bytes.

        Raises:
            BlockError: as pwrite; ENOSPC, and nothing is written, where ``data`` would cross the device's end.
        """
        return self.submit("write", offset, data).result()

    def flush(self) -> None:
        """
        Return when all writes that were acknowledged before are where no loss of power can take them.

        Raises:
            BlockError: as fdatasync.
        """
        self.submit("flush").result()

    def submit(self, op: Operation, offset: int = 0, buffer: Readable = b"") -> Pending:
        """
        Send an I/O off and return it; it need not have ended.

        Args:
            op: ``"read"``, ``"write"`` or ``"flush"``.
            offset: Where; of a flush nothing.
            buffer: What to write, or what to read into: in use until the I/O has ended.

        Raises:
            BlockError: EINVAL for what is not whole blocks; ENOSPC for what crosses the device's end; EPERM for a
                write to a device that is read-only.
            TypeError: ``buffer`` cannot be written to, and is to be read into.
        """
        pending = self._made(op, offset, buffer)
        if pending.sector + pending.sectors > self.device.size:
            raise self._refused(errno.ENOSPC, op, offset, len(pending.buffer), f"it has {self.size_bytes} bytes")
        if op == "write" and self.device.read_only:
            raise self._refused(errno.EPERM, op, offset, len(pending.buffer), "its table was loaded read-only")
        self._submit(pending)
        return pending

    def _made(self, op: Operation, offset: int, buffer: Readable) -> Pending:
        """Return a checked I/O."""
        if not self._open:
            raise errors.Closed(f"this Disk of {self.name} is closed; open another")
        if op not in _OPERATIONS:
            raise ValueError(f"{op!r} is no I/O; there are {', '.join(_OPERATIONS)}")
        view = memoryview(buffer)
        if view.format != "B":
            view = view.cast("B")
        if op == "read" and view.readonly:
            raise TypeError("what is read into must be writable: a bytearray, an mmap, a memoryview of one")
        if offset < 0 or (offset | len(view)) % self.block_size:
            hint = f"offset and length must be whole blocks of {self.block_size} bytes"
            raise self._refused(errno.EINVAL, op, offset, len(view), hint)
        return Pending(self, op, offset // SECTOR_SIZE, view)

    def _read_much(self, offset: int, length: int) -> bytes:
        if length < 0:
            raise self._refused(errno.EINVAL, "read", offset, length, "a length cannot be negative")
        try:
            buffer = mmap.mmap(-1, length)
        except (OSError, OverflowError):
            raise self._refused(errno.ENOMEM, "read", offset, length, "no memory to read so much into") from None
        return buffer[: self.readinto(offset, buffer)]

    def _refused(self, code: int, op: Operation, offset: int, length: int, hint: str) -> errors.BlockError:
        return errors.BlockError(code, op, self.name, offset, length, hint)
