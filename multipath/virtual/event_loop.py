"""
An event loop in the time of a virtual world: what takes hours there takes milliseconds here.

Strategy: asyncio waits in one place, the selector, for descriptors and for its next timer. Here that timer is one of
the world's clock, and waiting is moving the clock on by one timer, whoever's that is: it may have woken a task. The
descriptors are real ones, as that of the virtual control file. Time stands still while a thread works for a task, so
that it misses no deadline that the machine alone made it miss.
"""

import asyncio
import os
import selectors
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from typing import Any, Final, TypeVar

from .clock import Timer, VirtualClock

_SECOND: Final = 1_000_000_000
_LOOK: Final = 0.01  # seconds of the machine between two looks at the clock, where only another thread could move it
_NEARLY: Final = 1_000_000  # ns
_ROUNDING: Final = 1e-6  # seconds; a float has no nanoseconds of a clock that ran for months
_Result = TypeVar("_Result")


def run(clock: VirtualClock, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """
    Run a coroutine in the time of a virtual world, as `asyncio.run` does in that of the machine.

    >>> clock = VirtualClock()
    >>> run(clock, asyncio.sleep(3600, "an hour later"))
    'an hour later'
    """
    with asyncio.Runner(loop_factory=lambda: VirtualEventLoop(clock)) as runner:
        return runner.run(coroutine)


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """
    An event loop whose time is that of a clock.

    Args:
        clock: The clock; one that moves on by itself, or one that a thread or the machine moves.

    Synchronization: as any event loop.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._virtual = VirtualSelector(clock)
        super().__init__(self._virtual)
        self._clock, self._clock_resolution = clock, _ROUNDING

    def time(self) -> float:
        """Return the time of the world."""
        self._virtual.since = self._clock.monotonic_ns()
        return self._virtual.since / _SECOND

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Let a thread work; the time stands still meanwhile, unless the work itself waits on the clock."""
        future = super().run_in_executor(executor, func, *args)
        self._virtual.at_work += 1
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _: object) -> None:
        self._virtual.at_work -= 1


class VirtualSelector(selectors.BaseSelector):
    """
    A selector that waits on a clock.

    Attributes:
        at_work: How many threads work for the loop: as long as there are any, it moves no time.
        since: When the loop looked at the clock last: from then on it waits, whoever moved the time meanwhile.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self.at_work, self.since = 0, clock.monotonic_ns()
        self._clock, self._real = clock, selectors.DefaultSelector()
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._real.register(self._bell, selectors.EVENT_READ)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Listen to a descriptor."""
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Listen to it no longer."""
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Listen to it for something else."""
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Return the descriptors."""
        return self._real.get_map()

    def close(self) -> None:
        """Let go of them."""
        self._real.close()
        os.close(self._bell)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait until a descriptor is ready, for ``timeout`` seconds of the clock, or until something happens on it."""
        ready, waiting = self._ready(0), _Waiting(self._bell)
        timer = None if ready or timeout is None else self._timer(self.since + round(timeout * _SECOND), waiting)
        try:
            while not (ready or waiting.over):
                if self._clock.autojump and not self.at_work and self._clock.step():
                    return self._ready(0)
                ready = self._ready(_LOOK if self._clock.autojump else None)
        finally:
            if timer is not None:
                timer.cancel()
        return ready

    def _timer(self, due: int, waiting: "_Waiting") -> Timer | None:
        """Return the timer that ends a wait; where it is too late for one the wait is over."""
        while (left := due - self._clock.monotonic_ns()) > 0:
            timer = self._clock.call_later(left / _SECOND, waiting.end)
            if timer.due <= due + _NEARLY:
                return timer
            timer.cancel()  # somebody moved the time just now
        waiting.over = True
        return None

    def _ready(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready, within so many seconds of the machine."""
        found = self._real.select(timeout)
        ready = [(key, events) for key, events in found if key.fd != self._bell]
        if len(ready) < len(found):
            os.eventfd_read(self._bell)
        return ready


class _Waiting:
    """A wait that a timer ends; from another thread with a ring of the bell."""

    def __init__(self, bell: int) -> None:
        self.over = False
        self._bell, self._thread = bell, threading.get_ident()

    def end(self) -> None:
        self.over = True
        if threading.get_ident() != self._thread:
            os.eventfd_write(self._bell, 1)
