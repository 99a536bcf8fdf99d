"""
The asker of a virtual world: the same questions, turns and silences, in the world's time.

Strategy: a question that the world answers later is a command or an I/O with a callback, as every other there; nobody
waits for it but on the clock. So any number of questions may hang, and no worker is needed.
"""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..paths.request import Answer, Operation, Request, Silence
from ..paths.turns import Outcome, Question, Stage, Turns, teller
from .bio import Bio, BlockDevice
from .block import BlockDevices
from .clock import Timer, VirtualClock
from .path import VirtualPath
from .scsi.reply import ScsiReply

_SECOND: Final = 1_000_000_000
_DRIVER_SENSE: Final = 0x08
_NO_ANSWER_TO_RESET: Final = 10.0  # seconds: ``eh_timeout`` of a new disk
_SYS: Final = "/sys/"
_OF_PORT: Final = {b"Online", b"Marginal"}  # the states of a remote port that may be written while it is in one of them


class VirtualAsker(Turns):
    """
    Implements `multipath.paths.request.Asker`; deadlines are in the world's time.

    On a `VirtualEventLoop` that time moves on while a task waits. On another loop somebody else has to move it.

    Args:
        devices: Where the disks are.
        sysfs: The root of sysfs; nodes below ``/sys`` are there, too.
        clock: The time.

    Attributes:
        late: How many answers came when nobody waited for them any more.

    Synchronization: any number of threads, and of event loops.
    """

    def __init__(self, devices: BlockDevices, sysfs: Path, clock: VirtualClock) -> None:
        super().__init__(lambda: clock.monotonic_ns() / _SECOND)
        self._devices, self._sysfs, self._clock, self._closed = devices, sysfs, clock, False
        self._timers: dict[Question, Timer] = {}

    def close(self) -> None:
        """Ask nothing more. Who waits for an answer gets ECANCELED."""
        with self._lock:
            self._closed = True
            self._end_all(Answer(error=errno.ECANCELED))

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Ask, and wait for at most ``deadline`` seconds of the world's clock."""
        import asyncio  # here, for who calls this has it already, and nobody else should pay for it

        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        question = self._asked(request, deadline, teller(loop, future))
        try:
            return await future
        finally:
            self._left(question)

    def ask_blocking(self, request: Request, deadline: float) -> Answer | Silence:
        """Do the same in a thread without an event loop; the world's time moves on as for every thread that waits."""
        outcomes: list[Outcome] = []

        def tell(outcome: Outcome) -> None:
            outcomes.append(outcome)
            self._clock.notify()

        question = self._asked(request, deadline, tell)
        try:
            self._clock.wait_for(lambda: bool(outcomes))
        finally:
            self._left(question)
        return outcomes[0]

    def _asked(self, request: Request, deadline: float, tell: Callable[[Outcome], None]) -> Question:
        question = Question(request, tell, grace=deadline)
        self._wait(question, deadline)
        self._enter(question)
        return question

    def _wait(self, question: Question, seconds: float) -> None:
        """Give a question so much time, and as much again where the command that leads was answered well by then."""

        def over() -> None:
            if grace := self.grace(question):
                self._wait(question, grace)
            else:
                self._give_up(question)

        self._timers[question] = self._clock.call_later(seconds, over)

    def _left(self, question: Question) -> None:
        self._timers.pop(question).cancel()
        self._give_up(question)

    def _begin(self, question: Question) -> None:
        question.stage, question.since = Stage.ASKED, self.now()

        def answered(answer: Answer) -> None:
            self._end(question, replace(answer, seconds=self.now() - question.since))

        try:
            answer = Answer(error=errno.EBADF) if self._closed else self._answer(question, answered)
        except OSError as error:
            answer = Answer(error=error.errno or errno.EIO)
        if answer is not None:
            answered(answer)

    def _answer(self, question: Question, answered: Callable[[Answer], None]) -> Answer | None:
        """Return the answer, or `None` where it comes later."""
        request = question.request
        if request.operation in (Operation.STORE, Operation.FETCH):
            return _moved(self._file(request.node), request)
        disk = self._opened(request)
        if request.operation is Operation.READ:
            return _read(disk, request, answered)
        if not isinstance(disk, VirtualPath):
            return Answer(error=errno.ENOTTY)
        if request.operation is Operation.RESET:
            return self._reset(disk, answered)
        if request.operation not in (Operation.SCSI, Operation.SCSI_OUT):
            return Answer(error=errno.EINVAL)  # its disks are SCSI, and that is what the kernel says of theirs
        if not 6 <= len(request.payload) <= 16:
            return Answer(error=errno.EINVAL)
        return _sent(disk, request, answered) if not request.lead else _sent_both(disk, question, answered)

    def _reset(self, disk: VirtualPath, answered: Callable[[Answer], None]) -> Answer | None:
        if disk.reset():
            return Answer()
        self._clock.call_later(_NO_ANSWER_TO_RESET, lambda: answered(Answer(error=errno.EIO)))
        return None

    def _opened(self, request: Request) -> BlockDevice:
        """Return the disk or the map that is meant."""
        disk = self._devices.named(os.path.basename(request.node))
        if disk is None:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        disk.open()  # who is offline refuses
        disk.close()
        if request.devt not in (None, disk.devt) or request.diskseq not in (None, getattr(disk, "diskseq", None)):
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        return disk

    def _file(self, node: str) -> Path:
        """Return a file of the world's sysfs, however its root is called."""
        return self._sysfs / node.removeprefix(_SYS) if node.startswith(_SYS) else Path(node)


def _moved(file: Path, request: Request) -> Answer:
    """Write an attribute that is there, or read it."""
    if request.operation is Operation.STORE:
        if file.name == "port_state" and not {request.payload, file.read_bytes().strip()} <= _OF_PORT:
            return Answer(error=errno.EINVAL)
        fd = os.open(file, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
    else:
        fd = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if request.operation is Operation.STORE:
            return Answer(result=os.write(fd, request.payload))
        data = os.read(fd, request.length)
        return Answer(result=len(data), data=data)
    finally:
        os.close(fd)


def _read(disk: BlockDevice, request: Request, answered: Callable[[Answer], None]) -> Answer | None:
    """Read blocks, as a program does with O_DIRECT: the disk tries as often as the kernel would."""
    if request.length % disk.block_size or request.offset % disk.block_size or not request.length:
        return Answer(error=errno.EINVAL)
    buffer = memoryview(bytearray(request.length))
    ended: list[Answer] = []

    def end(bio: Bio) -> None:
        code = 0 if bio.status is None else bio.status.value
        answer = Answer(error=code) if code else Answer(result=request.length, data=bytes(buffer))
        answered(answer) if submitted else ended.append(answer)

    submitted = False
    disk.submit(Bio("read", request.offset // 512, buffer, end))
    submitted = True
    return ended[0] if ended else None


def _sent(disk: VirtualPath, request: Request, answered: Callable[[Answer], None]) -> Answer | None:
    """Send a command."""
    reply = disk.ask(
        request.payload, request.data, lambda reply: answered(_of_reply(reply, request.length)), timeout=request.timeout
    )
    return None if reply is None else _of_reply(reply, request.length)


def _sent_both(disk: VirtualPath, question: Question, answered: Callable[[Answer], None]) -> Answer | None:
    """Send the command that leads, and where it is answered well the other one."""
    request = question.request

    def followed(lead: Answer) -> Answer | None:
        if not lead.good:
            return lead
        question.led = True
        answer = _sent(disk, request, lambda answer: answered(replace(answer, led=True)))
        return None if answer is None else replace(answer, led=True)

    def follow(lead: Answer) -> None:
        try:
            answer = followed(lead)
        except OSError as error:
            answer = Answer(error=error.errno or errno.EIO)
        if answer is not None:
            answered(answer)

    lead = _sent(disk, replace(request, payload=request.lead, length=0, data=b""), follow)
    return None if lead is None else followed(lead)


def _of_reply(reply: ScsiReply, length: int) -> Answer:
    driver = _DRIVER_SENSE if reply.sense else 0
    return Answer(0, reply.status, reply.host_status, driver, 0, reply.data[:length], reply.sense)
