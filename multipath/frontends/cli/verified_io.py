"""
I/O that proves itself: numbered blocks, written and read back past the page cache, without a pause.

Theory of operation: one thread writes a block that says what it is (`multipath.virtual.numbered`), reads it back, and
reads an older one, for ever; at the end it reads every block once more. The longest single I/O is how long a failure
held somebody up.
"""

import errno
import mmap
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from types import TracebackType
from typing import Final, Protocol, Self

from ...errors import WaitTimeout
from ...units import Nanoseconds
from ...virtual.numbered import BLOCK_SIZE, describe_block, make_block

_MOST_EVIDENCE: Final = 10
_INSTANT: Final = Nanoseconds(0)
_STRIDE: Final = 31  # odd, so that the older blocks are visited in another order than the written ones


@dataclass(frozen=True, slots=True)
class IOReport:
    """
    What was done and found.

    Attributes:
        blocks_written: Writes that the device acknowledged.
        blocks_read: Reads that it answered.
        bytes_compared: Bytes of those reads, each compared with what it should be.
        blocks_wrong: Reads in which a byte differed.
        evidence: One sentence for each of the first of them.
        failure: The error that ended the I/O; empty without one.
        longest: The longest single read or write.
    """

    blocks_written: int = 0
    blocks_read: int = 0
    bytes_compared: int = 0
    blocks_wrong: int = 0
    evidence: tuple[str, ...] = ()
    failure: str = ""
    longest: Nanoseconds = _INSTANT

    @property
    def is_good(self) -> bool:
        """Whether something was compared, nothing differed, and no I/O failed."""
        return self.bytes_compared > 0 and self.blocks_wrong == 0 and not self.failure


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


class VerifiedIO:
    """
    Verified I/O on one device, in a thread of its own; a context manager that ends it.

    What stood in the first ``blocks`` blocks of the device is lost.

    Args:
        name: The device, as it is called where the I/O fails.
        open_disk: How it is opened, in the thread; `DirectDisk` of the node when absent.
        blocks: How many blocks are used.
        run: A number that tells this run from others.

    Synchronization: any thread may ask and wait.  Units: blocks of `BLOCK_SIZE` bytes.
    """

    def __init__(
        self, name: str, open_disk: Callable[[], Disk] | None = None, *, blocks: int = 256, run: int | None = None
    ) -> None:
        self._name, self._open, self._blocks = name, open_disk or (lambda: DirectDisk(name)), blocks
        self._run = int.from_bytes(os.urandom(8), "little") if run is None else run
        self._generations: dict[int, int] = {}
        self._changed = threading.Condition()
        self._report, self._ended, self._stopping = IOReport(), False, False
        self._thread = threading.Thread(target=self._work, name=f"verified I/O on {name}", daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop; I/O that hangs is left to the thread."""
        self._stop()
        self._thread.join(1.0)

    @property
    def report(self) -> IOReport:
        """What was done and found so far."""
        with self._changed:
            return self._report

    def wait_verified(self, blocks: int, *, timeout: float = 10.0) -> IOReport:
        """
        Wait until so many more reads were compared.

        Raises:
            WaitTimeout: they were not; ``.seen`` is the report, which tells whether the I/O failed or hangs.
        """
        with self._changed:
            target = self._report.blocks_read + blocks
            self._changed.wait_for(lambda: self._ended or self._report.blocks_read >= target, timeout)
            if self._report.blocks_read < target:
                raise self._stalled(f"{blocks} more blocks were not verified")
            return self._report

    def finish(self, *, timeout: float = 30.0) -> IOReport:
        """
        End the I/O after every block was read once more, and return the final report.

        Raises:
            WaitTimeout: an I/O hangs.
        """
        self._stop()
        with self._changed:
            if not self._changed.wait_for(lambda: self._ended, timeout):
                raise self._stalled("the last blocks were not read")
            return self._report

    def _stop(self) -> None:
        with self._changed:
            self._stopping = True

    def _stalled(self, what: str) -> WaitTimeout:
        why = self._report.failure or "an I/O hangs, or is slow"
        return WaitTimeout(f"I/O on {self._name}: {what} in time: {why}", self._report)

    # In the thread.

    def _work(self) -> None:
        failure = ""
        try:
            with self._open() as disk:
                self._write_and_read(disk)
        except OSError as error:
            failure = f"{error.strerror} after {self._report.blocks_written} writes"
        with self._changed:
            self._update(failure=failure)
            self._ended = True

    def _write_and_read(self, disk: Disk) -> None:
        for number, generation in self._numbers():
            self._write(disk, number, generation)
            self._compare(disk, number)
            self._compare(disk, number * _STRIDE % self._blocks)
        for number in sorted(self._generations):
            self._compare(disk, number)

    def _numbers(self) -> Iterator[tuple[int, int]]:
        for generation in count(1):
            for number in range(self._blocks):
                if self._stopping:
                    return
                yield number, generation

    def _write(self, disk: Disk, number: int, generation: int) -> None:
        block = make_block(self._run, number, generation)
        start = time.monotonic_ns()
        disk.write(number * BLOCK_SIZE, block)
        self._generations[number] = generation
        self._count(time.monotonic_ns() - start, written=1)

    def _compare(self, disk: Disk, number: int) -> None:
        if number not in self._generations:
            return
        start = time.monotonic_ns()
        found = disk.read(number * BLOCK_SIZE, BLOCK_SIZE)
        elapsed = time.monotonic_ns() - start
        generation = self._generations[number]
        wrong = found != make_block(self._run, number, generation)
        evidence = f"at block {number}, generation {generation}: found {describe_block(found, run=self._run)}"
        self._count(elapsed, read=1, evidence=evidence if wrong else "")

    def _count(self, elapsed: int, *, written: int = 0, read: int = 0, evidence: str = "") -> None:
        now = self._report
        with self._changed:
            self._update(
                blocks_written=now.blocks_written + written,
                blocks_read=now.blocks_read + read,
                bytes_compared=now.bytes_compared + read * BLOCK_SIZE,
                blocks_wrong=now.blocks_wrong + bool(evidence),
                evidence=(*now.evidence, *filter(None, [evidence]))[:_MOST_EVIDENCE],
                longest=Nanoseconds(max(now.longest, elapsed)),
            )

    def _update(self, **changes: object) -> None:
        self._report = replace(self._report, **changes)  # type: ignore[arg-type]
        self._changed.notify_all()
