"""
Asking the kernel what it may never answer.

Strategy: workers make the calls (`multipath._native.workers`), so nobody waits in the kernel here. One that is awake
takes whatever waits, and is enough for paths that answer at once. What still waits after some milliseconds gets others
to help, a few for calls that take their time, and more for each that does not come back. So silent paths cost the
others those milliseconds. Whoever waits, a task or a thread, listens to the workers meanwhile and collects for all.
"""

import errno
import os
import select
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import get_ident
from typing import TYPE_CHECKING, Final, Self

from .._native.workers import Workers
from .generic import LEAST, generic_node
from .listener import LONGEST_PAUSE, PATIENCE, Listener
from .request import Answer, Held, Operation, Request, Silence
from .turns import Outcome, Question, Stage, Turns, teller

if TYPE_CHECKING:  # at work it is the caller's
    from asyncio import AbstractEventLoop

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
        self._ready = deque[Question]()
        self._asked: dict[int, Question] = {}
        self._listeners: dict[AbstractEventLoop, Listener] = {}
        self._here: dict[int, Listener] = {}  # by the thread that its loop ran in

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
        self.collect()
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
            kernel can be asked, ``EAGAIN``, ``ENOMEM`` or ``EMFILE`` where no worker can be started, or none had time;
            ``ECANCELED`` where the worker was killed, and nobody knows how far it was.
        """
        import asyncio  # here, for who calls this has it already, and nobody else should pay for it

        listener = self._here.get(get_ident())
        if listener is None or not listener.loop.is_running():
            listener = self._joined(asyncio.get_running_loop())
        else:  # that costs no system call
            listener.users += 1
        future: asyncio.Future[Outcome] = listener.loop.create_future()
        question = Question(request, teller(listener.loop, future), grace=deadline)
        try:
            listener.expect(question, deadline)
            return await future
        finally:
            listener.forget(question)
            if not question.told:
                self.give_up(question)
            self._left(listener)

    def ask_blocking(self, request: Request, deadline: float) -> Answer | Silence:
        """Do the same in a thread without an event loop."""
        outcomes: list[Outcome] = []
        woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        try:
            question = Question(request, lambda outcome: _told(outcomes, outcome, woken), grace=deadline)
            self.hand_over((question,))
            until = time.monotonic() + deadline
            try:
                self._wait(question, woken, until)
            finally:
                self.give_up(question)
        finally:
            os.close(woken)
        return outcomes[0]

    @contextmanager
    def listening(self, loop: "AbstractEventLoop") -> Iterator[None]:
        """
        Let a loop listen for as long as the block runs, as it does while any of its tasks waits.

        Who asks again and again saves with it what it costs to begin and end that each time.
        """
        listener = self._joined(loop)
        try:
            yield
        finally:
            self._left(listener)

    def now(self) -> float:
        """Return the seconds of the monotonic clock; where a loop listens they stand still during each round of it."""
        listener = self._here.get(get_ident())
        return time.monotonic() if listener is None or not listener.loop.is_running() else listener.moment()

    # What listeners need.

    def hand_over(self, questions: Iterable[Question] = ()) -> None:
        """Let these stand in their lines, and workers have what they can take."""
        with self._lock:
            for question in questions:
                self._enter(question)
            if not self._ready:
                return
            now = time.monotonic()
            while self._ready:
                question = self._ready.popleft()
                if question.stage is Stage.READY and not self._given(question, now):
                    self._ready.appendleft(question)
                    break
            self._rouse()

    def collect(self) -> None:
        """Take the answers that came, for whoever waits for them, and ask on."""
        with self._lock:
            for ticket, error, status, host, driver, result, data, sense, nanoseconds, led in self._workers.collect():
                answer = Answer(error, status, host, driver, result, data, sense, nanoseconds / 1e9, led)
                self._end(self._asked.pop(ticket), answer)
            self.hand_over()

    def look(self) -> None:
        """Do the same, and let others help with what has waited for too long."""
        with self._lock:
            self.collect()
            if not self._asked:
                return
            waiting, slow = self._workers.lagging(round(PATIENCE * 1000))
            if waiting:
                with suppress(OSError):  # those that there are go on
                    self._workers.rouse(self._usual + 2 * slow - len(self._hanging))

    def give_up(self, question: Question) -> None:
        """Wait for a question no longer."""
        with self._lock:
            self._give_up(question)
            self.hand_over()

    # Workers.

    def _enter(self, question: Question) -> None:
        if self._hanging:  # the kernel may have let go while nobody listened
            self.collect()
        super()._enter(question)

    def _begin(self, question: Question) -> None:
        self._ready.append(question)

    def _given(self, question: Question, now: float) -> bool:
        """Return whether a question is no longer to be handed over: workers have it, or it cannot be asked."""
        try:
            ticket = self._submitted(question.request)
        except (OSError, ValueError, OverflowError) as error:
            self._end(question, Answer(error=getattr(error, "errno", None) or errno.EINVAL))
            return True
        if ticket:
            question.stage, question.since, question.ticket = Stage.ASKED, now, ticket
            self._asked[ticket] = question
        elif len(self._hanging) >= self._most:
            self._end(question, Silence.FULL)
        return question.stage is not Stage.READY

    def _rouse(self) -> None:
        """See to it that somebody is awake who does not hang; where that cannot be nothing can be asked."""
        try:
            self._workers.rouse(1 + len(self._hanging))
        except OSError as error:
            for question in [*self._asked.values()]:
                if self._withdrawn(question):
                    self._end(question, Answer(error=error.errno or errno.EAGAIN))

    def _withdrawn(self, question: Question) -> bool:
        if not self._workers.withdraw(question.ticket):
            return False
        del self._asked[question.ticket]
        return True

    def _is_led(self, question: Question) -> bool:
        return bool(question.request.lead) and self._workers.led(question.ticket)

    def _submitted(self, request: Request) -> int:
        generic = _generic(request)
        if generic is not None:
            request = replace(request, node=generic, devt=None, diskseq=None)
        return self._workers.submit(
            request.operation,
            os.fsencode(request.node),
            request.payload,
            request.length,
            request.data,
            lead=request.lead,
            offset=request.offset,
            timeout=min(round(request.timeout * 1000), _LONGEST),
            devt=-1 if request.devt is None else request.devt,
            diskseq=-1 if request.diskseq is None else request.diskseq,
            start=False,
        )

    # Those who wait.

    def _joined(self, loop: "AbstractEventLoop") -> Listener:
        listener = self._listeners.get(loop)
        if listener is None:
            fd = self._workers.fileno()
            # The loop's own: it stays what it is until the loop has let go of it.
            listener = Listener(loop, os.dup(fd) if fd >= 0 else fd, self, os.close)
            self._listeners[loop] = listener
        listener.users += 1
        self._here[get_ident()] = listener
        return listener

    def _left(self, listener: Listener) -> None:
        listener.users -= 1
        if not listener.users:
            del self._listeners[listener.loop]
            self._here.pop(get_ident(), None)
            listener.stop()

    def _wait(self, question: Question, woken: int, until: float) -> None:
        """Listen until a question is answered, or it is too late."""
        poller, pause = select.poll(), PATIENCE
        for fd in (woken, self._workers.fileno()):
            if fd >= 0:
                poller.register(fd, select.POLLIN)
        left = until - time.monotonic()
        while not question.told and left > 0:
            if poller.poll(1000 * min(left, pause)):
                self.collect()
            else:
                self.look()
                pause = min(pause * 2, LONGEST_PAUSE)
            left = until - time.monotonic()
            if left <= 0 and (grace := self.grace(question)):
                left, until = grace, until + grace


def _generic(request: Request) -> str | None:
    """Return through which other node a command has to go to keep its time limit."""
    if request.operation is not Operation.SCSI or request.timeout >= LEAST or request.devt is None:
        return None
    node = generic_node(request.devt, request.diskseq)
    return node if node is not None and os.path.exists(node) else None


def _told(outcomes: list[Outcome], outcome: Outcome, woken: int) -> None:
    outcomes.append(outcome)
    os.eventfd_write(woken, 1)
