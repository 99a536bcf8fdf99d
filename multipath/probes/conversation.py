"""A few questions to one path within one deadline, as a checker asks them."""

from collections.abc import Awaitable, Callable
from errno import EAGAIN, ECANCELED, EMFILE, ENFILE, ENOMEM, ENOTTY, errorcode
from math import isnan
from typing import Final

from ..paths.path import Path
from ..paths.request import Answer, Asker, Request, Silence, scsi
from ..wire.sense import Sense, SenseKey, parse_sense

# What the host says of a command that cannot be helped by trying again: there is no way to the unit, or it was aborted.
FINAL_HOST_BYTES: Final = frozenset({0x00, 0x01, 0x04, 0x05, 0x0F})
_CHECK_CONDITION: Final = 0x02
_INQUIRY, _EVPD = 0x12, 0x01
_INQUIRIES: Final = 5


# Nobody could ask, or who asked was killed: that says nothing about the path.
_UNASKED: Final = frozenset({EAGAIN, ECANCELED, EMFILE, ENFILE, ENOMEM})


class Unasked(Exception):
    """
    The question could not be asked, for no fault of the path.

    Attributes:
        error: The errno.
    """

    def __init__(self, error: int) -> None:
        self.error = error
        super().__init__(errorcode.get(error, str(error)))


class Silent(Exception):
    """
    No answer came in time.

    Attributes:
        why: What kind of silence it was.
    """

    def __init__(self, why: Silence) -> None:
        self.why = why
        super().__init__(str(why))


# From who asks a path, and from a clock, what any path of its unit can say.
Hear = Callable[[Callable[[], Awaitable[Answer]], Callable[[], float]], Awaitable[Answer]]


class Conversation:
    """
    Questions to one path.

    Args:
        asker: Who makes the calls.
        path: The path.
        deadline: Seconds from now in which all of them have to be answered.
        hear: Returns what any path of the unit can say, as another one of them said it, or as this one does, and by
            which clock; where it is absent this one is asked.
    """

    def __init__(self, asker: Asker, path: Path, deadline: float, hear: Hear | None = None) -> None:
        self._asker, self.path, self._hear = asker, path, hear
        self._deadline, self._until = deadline, float("nan")

    @property
    def left(self) -> float:
        """How many seconds are left; they begin to count with the first look at them."""
        now = self._asker.now()
        if isnan(self._until):
            self._until = now + self._deadline
            return self._deadline
        return max(0.0, self._until - now)

    async def ask(self, request: Request, left: float | None = None) -> Answer:
        """
        Ask one question.

        Args:
            request: The question.
            left: The seconds that are left, where the caller has looked at the clock already.

        Raises:
            Silent: no answer came in time.
            Unasked: the question could not be asked.
        """
        answer = await self._asker.ask(request, self.left if left is None else left)
        if isinstance(answer, Silence):
            raise Silent(answer)
        if answer.error in _UNASKED:
            raise Unasked(answer.error)
        return answer

    async def scsi(self, command: bytes, length: int = 0, *, attempts: int = 1) -> Answer:
        """
        Send a SCSI command; again while the host byte says that it may help, and after a unit attention.

        Args:
            command: The command descriptor block.
            length: Bytes to read.
            attempts: How often at most.
        """
        for attempt in range(1, attempts + 1):
            left = self.left
            answer = await self.ask(scsi(self.path, command, length, timeout=max(left, 0.001)), left)
            if answer.error or attempt == attempts or not _may_help(answer):
                break
        return answer

    async def heard(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Return what any path of the unit can say; ``ask`` asks this one."""
        return await (ask() if self._hear is None else self._hear(ask, self._asker.now))

    async def vpd_page(self, page: int, length: int) -> Answer:
        """Send INQUIRY for a page of vital product data; again where the transport lost it."""
        command = bytes((_INQUIRY, _EVPD, page)) + length.to_bytes(2, "big") + b"\0"
        return await self.scsi(command, length, attempts=_INQUIRIES)

    async def standard_data(self, length: int) -> Answer:
        """Send INQUIRY for the standard data."""
        command = bytes((_INQUIRY, 0, 0)) + length.to_bytes(2, "big") + b"\0"
        return await self.scsi(command, length, attempts=_INQUIRIES)


def succeeded(answer: Answer) -> bool:
    """Tell whether a command did what it should, if need be at its second attempt: a recovered error is none."""
    if answer.good:
        return True
    sense = sense_of(answer)
    known = not answer.error and not answer.host and answer.status == _CHECK_CONDITION
    return known and sense is not None and sense.key is SenseKey.RECOVERED_ERROR


def is_unknown(answer: Answer) -> bool:
    """Tell whether the device does not know such a request, or takes no commands at all."""
    if answer.error:
        return answer.error == ENOTTY
    sense = sense_of(answer)
    return not answer.host and sense is not None and sense.key is SenseKey.ILLEGAL_REQUEST


def sense_of(answer: Answer) -> Sense | None:
    """Return the sense data of an answer; `None` where it has none."""
    return parse_sense(answer.sense)


def described(what: str, answer: Answer) -> str:
    """Return what was asked and what came back, in printable ASCII."""
    if answer.error:
        return f"{what}: {errorcode.get(answer.error, answer.error)}"
    sense = sense_of(answer)
    if answer.host:
        return f"{what}: host byte {answer.host:#04x}"
    if sense is not None and answer.status == _CHECK_CONDITION:
        return f"{what}: sense {sense}"
    return f"{what}: status {answer.status:#04x}" if answer.status else f"{what}: good"


def _may_help(answer: Answer) -> bool:
    if answer.host not in FINAL_HOST_BYTES:
        return True
    sense = sense_of(answer)
    return not answer.host and sense is not None and sense.key is SenseKey.UNIT_ATTENTION
