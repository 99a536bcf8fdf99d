"""The time of a round of an event loop: its clock is read once for all that runs in it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # at work it is the caller's
    from asyncio import AbstractEventLoop


class Moment:
    """
    The clock of a loop, for those who need to know no better than when the round began in which they run.

    Args:
        loop: The loop.
        clock: What is read, in seconds.

    Synchronization: the loop's thread.
    """

    def __init__(self, loop: "AbstractEventLoop", clock: Callable[[], float]) -> None:
        self._loop, self._clock = loop, clock
        self._now: float | None = None

    def __call__(self) -> float:
        """Return the time, as whoever asked first in this round saw it."""
        if self._now is None:
            self._now = self._clock()
            self._loop.call_soon(self._over)
        return self._now

    def _over(self) -> None:
        self._now = None
