"""
An event loop that listens to workers: one reader and one timer for all of its tasks.

Strategy: what tasks ask in one round of the loop is handed over together when the round is over, for a worker that is
woken once answers it all. From then on the timer rings: soon at first, to see whether somebody has to help, and to take
the answers of a worker that went silent before it told them; then less and less often, and when a deadline passes.
"""

from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol

from .moment import Moment
from .turns import Question

if TYPE_CHECKING:  # at work it is the caller's
    from asyncio import AbstractEventLoop, TimerHandle

PATIENCE: Final = 0.01  # seconds after which a call is slow
LONGEST_PAUSE: Final = 1.0  # seconds between two looks
_EARLY: Final = 0.001  # seconds by which a timer may ring too soon


class Clerk(Protocol):
    """Who has the questions."""

    def hand_over(self, questions: Iterable[Question]) -> None:
        """Let these stand in their lines, and workers have what they can take."""

    def collect(self) -> None:
        """Take what was answered."""

    def look(self) -> None:
        """Do the same, and let others help with what waits still."""

    def give_up(self, question: Question) -> None:
        """Wait for a question no longer."""

    def grace(self, question: Question) -> float:
        """Return how many seconds more there are for a question whose deadline is over; 0 where it was all."""


class Listener:
    """
    A loop that listens.

    Args:
        loop: The loop.
        fd: What gets readable when there are answers; the listener's own.
        clerk: Who has the questions.
        close: Closes ``fd``.

    Attributes:
        users: How many there are in whose interest the loop listens.
        moment: The time of the loop's round.

    Synchronization: the loop's thread.
    """

    def __init__(self, loop: "AbstractEventLoop", fd: int, clerk: Clerk, close: Callable[[int], None]) -> None:
        self.loop, self.users, self.moment = loop, 0, Moment(loop, monotonic)
        self._fd, self._clerk, self._close = fd, clerk, close
        self._new: list[tuple[Question, float]] = []
        self._until: dict[Question, float] = {}
        self._timer: TimerHandle | None = None
        self._pause = PATIENCE
        if fd >= 0:
            loop.add_reader(fd, clerk.collect)

    def stop(self) -> None:
        """Listen no more."""
        self._quiet()
        if self._fd >= 0:
            self.loop.remove_reader(self._fd)
            self._close(self._fd)

    def expect(self, question: Question, deadline: float) -> None:
        """Hand a question over soon; ``deadline`` seconds later it is given up."""
        if not self._new:
            self.loop.call_soon(self._hand_over)
        self._new.append((question, deadline))

    def forget(self, question: Question) -> None:
        """Expect no answer to it any more."""
        self._until.pop(question, None)
        if not self._until:
            self._quiet()

    def _hand_over(self) -> None:
        now, new, self._new = self.loop.time(), self._new, []
        until = {question: now + deadline for question, deadline in new if not question.told}
        if until:
            self._clerk.hand_over(until)
            self._until |= until
            self._pause = PATIENCE
            self._ring_at(min(now + PATIENCE, *until.values()))

    def _look(self) -> None:
        self._timer = None
        now = self.loop.time()
        self._clerk.look()
        for question in [question for question, until in self._until.items() if until <= now + _EARLY]:
            if grace := self._clerk.grace(question):
                self._until[question] = now + grace
            else:
                del self._until[question]
                self._clerk.give_up(question)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if self._until:
            self._ring_at(min(now + self._pause, *self._until.values()))

    def _ring_at(self, when: float) -> None:
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self.loop.call_at(when, self._look)

    def _quiet(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
