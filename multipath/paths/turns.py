"""
Whose turn it is: one question to a node at a time, and none behind one that hangs.

Strategy: questions to one node stand in a line, whose first one is being asked. When it ends the next has its turn.
When who asked it has waited long enough, or has gone away, it is held: whoever stands behind it is told so at once, and
so is everybody who comes, until the kernel lets it go. Its late answer is counted, and nobody gets it.
"""

import enum
import errno
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .request import Answer, Held, Request, Silence

if TYPE_CHECKING:  # at work it is the caller's
    from asyncio import AbstractEventLoop, Future

Outcome = Answer | Silence
_NO_TIME: Final = Answer(error=errno.EAGAIN)


class Stage(enum.Enum):
    """How far a question is: on its way, behind another, waiting for who makes the call, in the kernel, answered."""

    NEW = "new"
    WAITING = "waiting"
    READY = "ready"
    ASKED = "asked"
    ENDED = "ended"


@dataclass(slots=True, eq=False)
class Question:
    """
    A request on its way.

    Attributes:
        request: What is asked.
        tell: Is told the outcome, once.
        stage: How far it is.
        since: When it was asked.
        ticket: The number by which who makes the call knows it.
        told: Whether the outcome was told; one that is asked still is held then.
        led: Whether the command that leads it was answered well.
        grace: How many seconds it gets when its deadline is over and the command that leads was answered well.
    """

    request: Request
    tell: Callable[[Outcome], None]
    stage: Stage = Stage.NEW
    since: float = 0.0
    ticket: int = 0
    told: bool = False
    led: bool = False
    grace: float = 0.0

    def answer(self, outcome: Outcome) -> None:
        """Tell the outcome, unless it was told."""
        if not self.told:
            self.told = True
            self.tell(outcome)


class Turns:
    """
    The lines of an asker.

    Args:
        now: The clock by which deadlines pass, in seconds.

    Attributes:
        late: How many answers came when nobody waited for them any more.

    Synchronization: any number of threads; ``tell`` is called with a lock held, and must not wait for anything.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.late = 0
        self._now, self._lock = now, threading.RLock()
        self._lines: dict[str, deque[Question]] = {}
        self._hanging: dict[Question, None] = {}

    def now(self) -> float:
        """Return the seconds of that clock."""
        return self._now()

    @property
    def held(self) -> tuple[Held, ...]:
        """The questions that have outlived their deadlines, the oldest first."""
        with self._lock:
            hanging, now = sorted(self._hanging, key=lambda question: question.since), self.now()
        return tuple(Held(each.request.node, each.request.operation, now - each.since) for each in hanging)

    def _enter(self, question: Question) -> None:
        """Let a question stand in its line; where it is the first it has its turn."""
        with self._lock:
            line = self._lines.setdefault(question.request.node, deque())
            if line and line[0] in self._hanging:
                self._finish(question, Silence.HELD)
                return
            line.append(question)
            question.stage = Stage.WAITING
            if len(line) == 1:
                self._take_turn(question)

    def _begin(self, question: Question) -> None:
        """Make the call, or see to it that it is made; the lock is held."""
        raise NotImplementedError

    def _withdrawn(self, question: Question) -> bool:  # noqa: ARG002 -- of those who can
        """Take a question back from who makes the calls; return whether the call has not begun, and never will."""
        return False

    def grace(self, question: Question) -> float:
        """Return how many seconds more there are for a question whose deadline is over, once; 0 where it was all."""
        with self._lock:
            if question.stage is not Stage.ASKED or question.told or not (question.grace and self._is_led(question)):
                return 0.0
            grace, question.grace = question.grace, 0.0
            return grace

    def _is_led(self, question: Question) -> bool:
        """Tell whether the command that leads was answered well, of a question that is not answered."""
        return question.led

    def _end(self, question: Question, outcome: Outcome) -> None:
        """Take the kernel's answer, or why there will be none."""
        with self._lock:
            if question.stage is Stage.ENDED:  # its asker was closed meanwhile
                return
            if question in self._hanging:
                del self._hanging[question]
                self.late += 1
            self._finish(question, outcome)
            self._leave(question)

    def _give_up(self, question: Question, silence: Silence = Silence.DEADLINE) -> None:
        """Wait no longer: what the kernel has is held from now on, what it has not is forgotten."""
        with self._lock:
            if question.stage is Stage.ASKED and not question.told and self._withdrawn(question):
                question.stage = Stage.READY
            if question.stage is Stage.ASKED and not question.told:
                self._hanging[question] = None
                question.answer(Silence.LED if self._is_led(question) else silence)
                line = self._lines[question.request.node]
                while len(line) > 1:
                    self._finish(line.pop(), Silence.HELD)
            elif question.stage is Stage.NEW:
                self._finish(question, silence)
            elif question.stage in (Stage.WAITING, Stage.READY):
                # That nobody had time for it says nothing about its node.
                self._finish(question, _NO_TIME if question.stage is Stage.READY else silence)
                self._leave(question)

    def _end_all(self, answer: Answer) -> None:
        """Answer every question, and hold none."""
        with self._lock:
            for question in [question for line in self._lines.values() for question in line]:
                self._finish(question, answer)
            self._lines.clear()
            self._hanging.clear()

    def _take_turn(self, question: Question) -> None:
        question.stage = Stage.READY
        self._begin(question)

    def _finish(self, question: Question, outcome: Outcome) -> None:
        question.stage = Stage.ENDED
        question.answer(outcome)

    def _leave(self, question: Question) -> None:
        """Take a question out of its line; where it was the first the next has its turn."""
        node = question.request.node
        line = self._lines[node]
        first = line[0] is question
        line.remove(question)
        if not line:
            del self._lines[node]
        elif first:
            self._take_turn(line[0])


def teller(loop: "AbstractEventLoop", future: "Future[Outcome]") -> Callable[[Outcome], None]:
    """Return what tells a task of a loop, from any thread."""
    thread = threading.get_ident()

    def set_result(outcome: Outcome) -> None:
        if not future.done():
            future.set_result(outcome)

    def tell(outcome: Outcome) -> None:
        if threading.get_ident() == thread:
            set_result(outcome)
        else:
            with suppress(RuntimeError):  # the loop has ended, and its task with it
                loop.call_soon_threadsafe(set_result, outcome)

    return tell
