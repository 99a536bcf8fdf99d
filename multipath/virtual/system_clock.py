"""
The time of the machine, for a world that does real I/O: a map over files waits in real seconds.

Strategy: the same timers and the same waiting as `VirtualClock`, but nobody moves this clock. While there are timers
one thread waits for the next and runs it; with the last one it ends.
"""

import heapq
import threading
import time
from collections.abc import Callable
from typing import Final

from ..units import Nanoseconds
from .clock import Timer, VirtualClock

_SECOND: Final = 1_000_000_000


class SystemClock(VirtualClock):
    """
    The machine's monotonic clock: ``VirtualHost(clock=SystemClock())``.

    Synchronization: any number of threads. Callbacks run in a thread of the clock's own.
    """

    def __init__(self) -> None:
        super().__init__(autojump=False)
        self._runner: threading.Thread | None = None

    def monotonic_ns(self) -> Nanoseconds:
        """Return the time."""
        return Nanoseconds(time.monotonic_ns())

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Run ``callback`` when ``seconds`` have passed."""
        with self._changed:
            self._now = time.monotonic_ns()
            timer = super().call_later(seconds, callback)
            if self._runner is None:
                self._runner = threading.Thread(target=self._run, name="timers", daemon=True)
                self._runner.start()
        return timer

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait until ``predicate()`` is true; return whether it is. Arguments as `VirtualClock.wait_for`."""
        try:
            return super().wait_for(predicate, timeout)
        finally:
            if timeout is not None:
                self.notify()  # the thread need not wait for a timer that is cancelled by now

    def advance(self, seconds: float) -> None:
        """
        Refuse: the machine's time moves by itself.

        Raises:
            ValueError: always.
        """
        raise ValueError(f"the machine's clock cannot be advanced by {seconds} s: give the world a VirtualClock")

    def _run(self) -> None:
        """Run each timer when it is due, until there is none left."""
        while self._next_is_due():
            self._run_next(time.monotonic_ns())

    def _next_is_due(self) -> bool:
        """Wait for the next timer; return whether there is one."""
        with self._changed:
            while self._timers:
                if self._timers[0][2].callback is None:  # cancelled
                    heapq.heappop(self._timers)
                    continue
                missing = self._timers[0][0] - time.monotonic_ns()
                if missing <= 0:
                    return True
                self._changed.wait(missing / _SECOND)
            self._runner = None
            return False
