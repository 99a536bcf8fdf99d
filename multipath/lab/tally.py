"""What the threads of a load have done and found so far."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ..blocks import BLOCK_SIZE
from .latencies import Latencies, Moment
from .load_report import LoadReport

_MOST_EVIDENCE: Final = 10


class Tally:
    """
    Counters of one load, and who waits for them.

    Args:
        threads: How many threads do I/O.

    Synchronization: any thread.
    """

    def __init__(self, threads: int) -> None:
        self._changed = threading.Condition()
        self._working = self._running = threads
        self._written = self._read = self._wrong = self._failed = 0
        self._evidence: list[str] = []
        self._failure = ""
        self._latencies, self._moments, self._under_way = Latencies(), list[Moment](), 0

    @property
    def report(self) -> LoadReport:
        """What was done and found so far."""
        with self._changed:
            times = self._latencies
            return LoadReport(
                self._written, self._read, self._read * BLOCK_SIZE, self._wrong, tuple(self._evidence), self._failure,
                times.longest, self._failed, times.gap, times.percentile(50), times.percentile(99),
            )  # fmt: skip

    def moment(self) -> Moment:
        """Return a new moment: what the load will see after now."""
        with self._changed:
            self._moments.append(Moment(time.monotonic_ns(), self._under_way))
            return self._moments[-1]

    def wait_read(self, blocks: int, timeout: float) -> bool:
        """Wait until so many more blocks were read, and return whether they were; no longer than the load runs."""
        with self._changed:
            target = self._read + blocks
            self._changed.wait_for(lambda: not self._running or self._read >= target, timeout)
            return self._read >= target

    def wait_ended(self, timeout: float) -> bool:
        """Wait until all threads have ended, and return whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, timeout)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time one I/O; an exception is one that failed."""
        start = time.monotonic_ns()
        with self._changed:
            self._under_way += 1
        good = False
        try:
            yield
            good = True
        finally:
            end = time.monotonic_ns()
            with self._changed:
                self._under_way -= 1
                self._failed += not good
                self._latencies.ended(start, end)
                for moment in self._moments:
                    moment.ended(start, end, good=good)

    def wrote(self) -> None:
        """Count a write."""
        with self._changed:
            self._written += 1

    def compared(self, evidence: str) -> None:
        """Count a read that was compared; ``evidence`` says what was wrong with it."""
        with self._changed:
            self._read += 1
            if evidence:
                self._wrong += 1
                self._evidence = [*self._evidence, evidence][:_MOST_EVIDENCE]
            self._changed.notify_all()

    def is_last(self) -> bool:
        """Take note that a thread has taken its last turn; return whether all others have, and none has failed."""
        with self._changed:
            self._working -= 1
            return not self._working and not self._failure

    def ended(self, failure: str = "") -> None:
        """Take note that a thread has ended; one that failed has not told its last turn."""
        with self._changed:
            self._working -= bool(failure)
            if failure and not self._failure:
                self._failure = f"{failure} after {self._written} writes"
            self._running -= 1
            self._changed.notify_all()
