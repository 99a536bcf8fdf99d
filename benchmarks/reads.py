"""Reads of a map around a fault: one after the other in one thread, and a fresh one of its own now and then."""

import mmap
import os
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Final, Self

from multipath.blocks import BLOCK_SIZE

PAUSE: Final = 0.02  # seconds between two reads of the one thread
FRESH: Final = 0.25  # seconds between two threads with one read each
SLOW: Final = 0.2  # seconds from which a read counts as stalled
_PARTING: Final = 200.0  # seconds
_MOST: Final = 400  # threads that may hang


@dataclass(frozen=True, slots=True)
class Read:
    """One read: when it began and ended, in seconds of the monotonic clock, and its errno."""

    began: float
    ended: float
    error: int


@dataclass(slots=True)
class Reads:
    """
    Reads of one device; a context manager that ends them.

    Attributes:
        node: The device.
        done: Those that have ended.
        waiting: When those that have not began.
    """

    node: str
    done: list[Read] = field(default_factory=list)
    waiting: dict[int, float] = field(default_factory=dict)
    _fd: int = -1
    _blocks: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        """Begin."""
        # For reading alone: udev looks at a device that somebody had open for writing whenever he closes it.
        self._fd = os.open(self.node, os.O_RDONLY | os.O_DIRECT | os.O_CLOEXEC)
        self._blocks = os.lseek(self._fd, 0, os.SEEK_END) // BLOCK_SIZE
        for work in (self._one_by_one, self._fresh):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        """End, when the reads that wait have ended; the fault is healed by now, and the kernel tries once more."""
        self._stop.set()
        until = time.monotonic() + _PARTING
        while self.waiting and time.monotonic() < until:
            time.sleep(0.1)
        os.close(self._fd)

    def wait_calm(self, since: float, *, quiet: float, limit: float) -> None:
        """Wait until no read has been slow for ``quiet`` seconds, or ``limit`` seconds have passed since ``since``."""
        while time.monotonic() < since + limit and not self._calm(since, quiet):
            time.sleep(0.1)

    def _calm(self, since: float, quiet: float) -> bool:
        now = time.monotonic()
        with self._lock:
            stuck = any(now - began > SLOW for began in self.waiting.values())
            slow = [read.ended for read in self.done if read.error or read.ended - read.began > SLOW]
        return not stuck and now - max([since, *slow]) > quiet

    def _one_by_one(self) -> None:
        while not self._stop.wait(PAUSE):
            self._read()

    def _fresh(self) -> None:
        while not self._stop.wait(FRESH):
            if len(self.waiting) < _MOST:
                threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        began, key, error = time.monotonic(), threading.get_ident(), 0
        with self._lock:
            self.waiting[key] = began
        try:
            with mmap.mmap(-1, BLOCK_SIZE) as buffer:  # direct I/O wants aligned memory: a mapping is
                os.preadv(self._fd, [buffer], random.randrange(self._blocks) * BLOCK_SIZE)
        except OSError as failed:
            error = failed.errno or -1
        with self._lock:
            del self.waiting[key]
            self.done.append(Read(began, time.monotonic(), error))


@dataclass(frozen=True, slots=True)
class Gap:
    """
    What a fault did to the reads. Times are in seconds from the fault.

    Attributes:
        first: When the first read that began after it was answered; ``None`` where none was.
        last: When the last read that was slow was answered; 0 where none was slow.
        stuck: How many were not answered when nobody waited any longer.
        worst: The longest read that was answered.
        failed: How many ended with an error.
        points: Of each read when it began and how long it took; ``None`` for one that has not ended.
    """

    first: float | None
    last: float
    stuck: int
    worst: float
    failed: int
    points: tuple[tuple[float, float | None], ...]


def gap(reads: Reads, at: float) -> Gap:
    """Return what a fault at a moment did."""
    done = list(reads.done)
    after = [read for read in done if read.ended >= at]
    good = [read.ended - at for read in after if read.began >= at and not read.error]
    slow = [read.ended - at for read in after if read.ended - read.began > SLOW]
    points = [(read.began - at, read.ended - read.began) for read in done if read.began > at - 1]
    hanging: list[tuple[float, float | None]] = [(began - at, None) for began in reads.waiting.values()]
    return Gap(
        min(good, default=None),
        max(slow, default=0.0),
        len(reads.waiting),
        max((read.ended - read.began for read in after), default=0.0),
        sum(bool(read.error) for read in after),
        (*points, *hanging),
    )
