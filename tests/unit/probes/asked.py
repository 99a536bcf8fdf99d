"""A path that answers as a test says: the questions that were asked are kept."""

import asyncio
import time
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

from multipath.paths.path import Path
from multipath.paths.request import Answer, Held, Request, Silence
from multipath.units import Sectors, parse_devt

SDA = Path("sda", parse_devt("8:0"), Sectors(2048), None, None, None, "2:0:0:1", "running", bus="scsi")
_T = TypeVar("_T")


class Scripted:
    """An asker whose answers are given in their order; the last one is repeated."""

    def __init__(self, *answers: Answer | Silence | BaseException) -> None:
        self.answers, self.asked = list(answers), list[Request]()

    def ask_blocking(self, request: Request, deadline: float) -> Answer | Silence:
        """Nobody does that here."""
        raise NotImplementedError

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Return the next answer."""
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def now(self) -> float:
        """Return the time."""
        return time.monotonic()

    @property
    def held(self) -> tuple[Held, ...]:
        """Nothing."""
        return ()

    def close(self) -> None:
        """Nothing to do."""


def failing(sense: str = "", status: int = 2, host: int = 0, error: int = 0, data: bytes = b"") -> Answer:
    """Return the answer to a command that failed, with sense data as hexadecimal text."""
    return Answer(error=error, status=status, host=host, data=data, sense=bytes.fromhex(sense))


def fixed(key: int, asc: int, ascq: int) -> str:
    """Return sense data in the fixed format."""
    return f"7000{key:02x}000000000a00000000{asc:02x}{ascq:02x}00000000"


def waited(work: Coroutine[Any, Any, _T]) -> _T:
    """Return what a coroutine returns."""
    return asyncio.run(work)


def many(answer: Answer, times: int) -> Iterable[Answer]:
    """Return the same answer so many times."""
    return [answer] * times
