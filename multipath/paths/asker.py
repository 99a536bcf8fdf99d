"""
Asking the kernel what it may never answer.

Strategy: workers make the calls (`multipath._native.workers`), so nobody waits in the kernel here. A few workers are
enough for paths that answer; one that has been in the kernel for some milliseconds does not count among them any more,
and makes room for two. So silent paths cost the others those milliseconds, a few times over where they are many.
Whoever waits, a task or a thread, listens to the workers meanwhile and collects for all.
"""

import errno
import os
import select
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Self

from .._native.workers import Workers
from .generic import LEAST, generic_node
from .request import Answer, Held, Operation, Request, Silence
from .turns import Outcome, Question, Stage, Turns, teller

if TYPE_CHECKING:  # at work it is the caller's
    from asyncio import AbstractEventLoop

_PATIENCE: Final = 0.01  # seconds in the kernel after which a call is slow
_IDLE: Final = 60_000  # ms after which a worker ends that is not needed
_LONGEST: Final = 0xFFFF_FFFF  # ms


class KernelAsker(Turns):
    """
    Makes calls in workers: processes of their own, which the end of this one does not wait for.

    Args:
        workers: How many calls are made at a time, as long as they are answered.
        most: How many workers there may ever be; so many silent paths are borne.

    Attributes:
        late: How many answers came when nobody waited for them any more.

    Synchronization: any number of threads, and of event loops. A pool is not carried over by ``os.fork``.
    """

    def __init__(self, workers: int = 8, most: int = 256) -> None:
        super().__init__(time.monotonic)
        self._workers = Workers(most, _IDLE)
        self._usual, self._most = min(workers, most), most
        self._ready, self._pumping = deque[Question](), False
        self._asked: dict[int, Question] = {}
        self._listeners: dict[AbstractEventLoop, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        """Return the asker."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Make no more calls; never waits for those that are held. Who waits for an answer gets ECANCELED."""
        with self._lock:
            self._workers.close()
            self._end_all(Answer(error=errno.ECANCELED))
            self._asked.clear()
            self._ready.clear()

    @property
    def held(self) -> tuple[Held, ...]:
        """The calls that have outlived their deadlines and that the kernel has not ended yet, the oldest first."""
        self._collect()
        return super().held

    @property
    def alive(self) -> int:
        """How many workers there are, those included that the kernel holds."""
        return self._workers.alive

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """
        Make a call, and wait for at most ``deadline`` seconds; a task that is cancelled leaves the call behind as held.

        Returns:
            The answer. Where no call could be made its error says why: ``EBADF`` after `close`, ``EINVAL`` for what no
            kernel can be asked, ``EAGAIN``, ``ENOMEM`` or ``EMFILE`` where no worker can be started; ``ECANCELED``
            where the worker was killed, and nobody knows how far it was.
        """
        import asyncio  # here, for who calls this has it already, and nobody else should pay for it

        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        question = Question(request, teller(loop, future))
        with self.listening(loop):
            self._enter(question)
            timer = loop.call_later(deadline, self._give_up, question)
            self._look_later(loop, question)
            try:
                return await future
            finally:
                timer.cancel()
                self._give_up(question)

    def ask_blocking(self, request: Request, deadline: float) -> Answer | Silence:
        """Do the same in a thread without an event loop."""
        outcomes: list[Outcome] = []
        woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        try:
            question = Question(request, lambda outcome: _told(outcomes, outcome, woken))
            self._enter(question)
            until = time.monotonic() + deadline
            try:
                self._wait(question, woken, until)
            finally:
                self._give_up(question)
        finally:
            os.close(woken)
        return outcomes[0]

    # Workers.

    def _enter(self, question: Question) -> None:
        if self._hanging:  # the kernel may have let go while nobody listened
            self._collect()
        super()._enter(question)

    def _begin(self, question: Question) -> None:
        self._ready.append(question)
        self._pump()

    def _pump(self) -> None:
        """Give workers what they can take; the lock is held."""
        if self._pumping:  # what ended just now gave the next its turn
            return
        self._pumping = True
        try:
            while self._ready:
                question = self._ready.popleft()
                if question.stage is Stage.READY and not self._given(question):
                    self._ready.appendleft(question)
                    return
        finally:
            self._pumping = False

    def _given(self, question: Question) -> bool:
        """Return whether a question is no longer to be asked: a worker has it, or it cannot be asked."""
        try:
            ticket = self._submitted(question.request, start=self._workers.alive < self._usual)
            if not ticket and self._has_slow():
                ticket = self._submitted(question.request, start=self._workers.alive < self._allowed())
        except (OSError, ValueError, OverflowError) as error:
            self._end(question, Answer(error=getattr(error, "errno", None) or errno.EINVAL))
            return True
        if ticket:
            question.stage, question.since = Stage.ASKED, time.monotonic()
            self._asked[ticket] = question
        elif len(self._hanging) >= self._most:
            self._end(question, Silence.FULL)
        return question.stage is not Stage.READY

    def _submitted(self, request: Request, *, start: bool) -> int:
        generic = _generic(request)
        if generic is not None:
            request = replace(request, node=generic, devt=None, diskseq=None)
        return self._workers.submit(
            request.operation,
            os.fsencode(request.node),
            request.payload,
            request.length,
            request.data,
            offset=request.offset,
            timeout=min(round(request.timeout * 1000), _LONGEST),
            devt=-1 if request.devt is None else request.devt,
            diskseq=-1 if request.diskseq is None else request.diskseq,
            start=start,
        )

    def _collect(self) -> None:
        """Take the answers that came, for whoever waits for them, and ask on."""
        with self._lock:
            for ticket, error, status, host, driver, result, data, sense, nanoseconds in self._workers.collect():
                answer = Answer(error, status, host, driver, result, data, sense, nanoseconds / 1e9)
                self._end(self._asked.pop(ticket), answer)
            self._pump()

    def _has_slow(self) -> bool:
        """Whether a call is slow; one that was answered while nobody here had time to look is not."""
        if next(self._slow(), None) is not None:
            self._collect()
        return next(self._slow(), None) is not None

    def _slow(self) -> Iterator[Question]:
        since = time.monotonic() - _PATIENCE
        return takewhile(lambda question: question.since <= since, self._asked.values())

    def _allowed(self) -> int:
        """Return how many workers there may be now."""
        return self._usual + sum(1 if question in self._hanging else 2 for question in self._slow())

    # Those who wait.

    @contextmanager
    def listening(self, loop: "AbstractEventLoop") -> Iterator[None]:
        """
        Let a loop collect answers for as long as the block runs, as each of its tasks does while it waits.

        Who asks again and again saves with it what it costs to begin and end that each time.
        """
        fd, tasks = self._listeners.get(loop, (-1, 0))
        if not tasks and self._workers.fileno() >= 0:
            fd = os.dup(self._workers.fileno())  # the loop's own: it stays what it is until the loop has let go of it
            loop.add_reader(fd, self._collect)
        self._listeners[loop] = fd, tasks + 1
        try:
            yield
        finally:
            self._leave_loop(loop)

    def _leave_loop(self, loop: "AbstractEventLoop") -> None:
        fd, tasks = self._listeners.pop(loop)
        if tasks > 1:
            self._listeners[loop] = fd, tasks - 1
        elif fd >= 0:
            loop.remove_reader(fd)
            os.close(fd)

    def _look_later(self, loop: "AbstractEventLoop", question: Question) -> None:
        if question.stage in (Stage.READY, Stage.WAITING):
            loop.call_later(_PATIENCE, self._look_later, loop, question)
            self._collect()

    def _wait(self, question: Question, woken: int, until: float) -> None:
        """Listen until a question is answered, or it is too late."""
        poller = select.poll()
        for fd in (woken, self._workers.fileno()):
            if fd >= 0:
                poller.register(fd, select.POLLIN)
        while not question.told:
            left = until - time.monotonic()
            if left <= 0:
                return
            waits = question.stage is not Stage.ASKED
            poller.poll(1000 * (min(left, _PATIENCE) if waits else left))
            self._collect()


def _generic(request: Request) -> str | None:
    """Return through which other node a command has to go to keep its time limit."""
    if request.operation is not Operation.SCSI or request.timeout >= LEAST or request.devt is None:
        return None
    node = generic_node(request.devt, request.diskseq)
    return node if node is not None and os.path.exists(node) else None


def _told(outcomes: list[Outcome], outcome: Outcome, woken: int) -> None:
    outcomes.append(outcome)
    os.eventfd_write(woken, 1)
