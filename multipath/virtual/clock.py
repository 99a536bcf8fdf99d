"""
The time of a virtual world, which moves when a test moves it, or when everybody waits.

Strategy: what takes time is a timer, a callback at a moment. `advance` runs those that fall due, in order. A thread
that waits for something (`wait_for`) moves time on by itself, from timer to timer, unless the clock was made with
``autojump=False``; so a stall of three minutes passes in no time, and `monotonic_ns` says how long it was.

One thread at a time runs timers, those of a timer included: a second one that passed it would bring time to where the
first has not been, and tell somebody that he waited too long for what is about to happen.
"""

import heapq
import math
import threading
from collections.abc import Callable
from itertools import count
from typing import Final

from ..units import Nanoseconds

_SECOND: Final = 1_000_000_000
_START: Final = 1_000 * _SECOND  # as a machine that has been up for a while: no time of zero that could mean "never"


class Timer:
    """A callback at a moment; `cancel` takes it back."""

    __slots__ = ("callback", "due")

    def __init__(self, due: Nanoseconds, callback: Callable[[], None]) -> None:
        self.due = due
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Forget the callback; after it ran this does nothing."""
        self.callback = None


class VirtualClock:
    """
    A clock that tests move.

    Args:
        autojump: Whether a thread that waits moves time on to the next timer.

    Synchronization: any number of threads. Callbacks run without the lock, in the thread that moved the time.
    """

    def __init__(self, *, autojump: bool = True) -> None:
        self.autojump = autojump
        self._changed = threading.Condition(threading.RLock())
        self._now = _START
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = count()
        self._thread: int | None = None  # that runs timers

    def monotonic_ns(self) -> Nanoseconds:
        """Return the time."""
        return Nanoseconds(self._now)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run ``callback`` when ``seconds`` have passed."""
        delay = max(0, _nanoseconds(seconds))
        with self._changed:
            timer = Timer(Nanoseconds(self._now + delay), callback)
            heapq.heappush(self._timers, (timer.due, next(self._order), timer))
            self._changed.notify_all()
        return timer

    def advance(self, seconds: float) -> None:
        """
        Move time on, and run every timer that falls due meanwhile, those of timers included.

        Raises:
            ValueError: less than 0, or no finite number.
        """
        if seconds < 0:
            raise ValueError(f"{seconds} s: time only moves on")
        until = self._now + _nanoseconds(seconds)
        while self._run_next(until) or self._another_runs():
            pass
        with self._changed:
            self._now = max(self._now, until)
            self._changed.notify_all()

    def notify(self) -> None:
        """Tell those who wait that something changed that they may wait for."""
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        """
        Wait until ``predicate()`` is true; return whether it is.

        Args:
            predicate: Asked after each timer and each `notify`; must be quick and take no lock.
            timeout: Seconds of this clock after which to give up.
        """
        expired: list[bool] = []
        timer = None if timeout is None else self.call_later(timeout, lambda: expired.append(True))
        try:
            while not predicate():
                if expired:
                    return False
                if not (self.autojump and self._run_next(None)):
                    self._wait_for_change(lambda: predicate() or bool(expired))
            return True
        finally:
            if timer is not None:
                timer.cancel()

    def step(self) -> bool:
        """Move on to the next timer and run it; return whether there was one, and no other thread runs timers."""
        return self._run_next(None)

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock."""
        self.wait_for(lambda: False, seconds)

    def _wait_for_change(self, predicate: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: predicate() or (self.autojump and bool(self._timers) and self._may_run))

    def _run_next(self, until: int | None) -> bool:
        """Run the next timer if it is due by ``until``, and no other thread runs one; return whether there was one."""
        with self._changed:
            while self._timers and self._timers[0][2].callback is None:  # cancelled
                heapq.heappop(self._timers)
            if not self._may_run or not self._timers or (until is not None and self._timers[0][0] > until):
                return False
            due, _, timer = heapq.heappop(self._timers)
            callback, timer.callback = timer.callback, None
            if callback is None:
                return True
            self._now = max(self._now, due)
            before, self._thread = self._thread, threading.get_ident()
        try:
            callback()
        finally:
            self._thread = before
            self.notify()
        return True

    @property
    def _may_run(self) -> bool:
        """Whether this thread may run a timer."""
        return self._thread in (None, threading.get_ident())

    def _another_runs(self) -> bool:
        """Return whether another thread ran a timer, once that has ended."""
        with self._changed:
            if self._may_run:
                return False
            self._changed.wait_for(lambda: self._may_run)
            return True


def _nanoseconds(seconds: float) -> int:
    if not math.isfinite(seconds * _SECOND):
        raise ValueError(f"{seconds} s: no clock gets there")
    return round(seconds * _SECOND)
