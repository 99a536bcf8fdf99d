"""
The prioritizer ``path_latency``: how long reads take, on a logarithmic scale from 1 µs to 100 s.

Strategy: the mean is that of the logarithms, so that one read that took long does not decide. Times are those that the
kernel took for each read.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from ...paths.request import read
from ..conversation import Conversation, described
from .priority import UNDEFINED, Priority

_LENGTH: Final = 4096  # bytes of each read
_SLOWEST: Final = 10**8  # µs
_READS: Final = range(20, 201)
_LEAST_BASE, _MOST_BASE = 1.1, 10.0
_WORD: Final = re.compile(r"(?:io_num=([0-9]{1,9})|base_num=([0-9]{1,9}(?:\.[0-9]{0,20})?))\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scale:
    """
    How latency is measured.

    Attributes:
        reads: How many reads.
        base: Of the logarithm: paths whose latencies differ by this factor differ by 1.
    """

    reads: int = 100
    base: float = 10**0.25

    def value(self, microseconds: list[float]) -> int:
        """Return what reads that took so long are worth."""
        if _mean(microseconds) > _SLOWEST:
            return 0
        most = math.log(_SLOWEST, self.base)
        mean = _mean([math.log(max(each, 1.0), self.base) for each in microseconds])
        return int(min(max(most - mean, 0.0), most))


DEFAULT: Final = Scale()


async def ask(args: str, conversation: Conversation) -> Priority:
    """Read, and return the higher the faster; undefined where a read fails."""
    scale, took = _scale(args) or DEFAULT, list[float]()
    for _ in range(scale.reads):
        answer = await conversation.ask(read(conversation.path, _LENGTH))
        if answer.error or len(answer.data) != _LENGTH:
            return Priority(UNDEFINED, f"{described('read of 4096 bytes', answer)}, {len(answer.data)} came")
        took.append(answer.seconds * 1e6)
    return Priority(scale.value(took), f"{scale.reads} reads took {_mean(took):.0f} us each")


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments; the usual ones hold then."""
    if _scale(args):
        return ()
    usual = f"{DEFAULT.reads} reads and base {DEFAULT.base:.3f} hold"
    return (f"'io_num=20..200 base_num=1.1..10' is needed, not {args!r}; {usual}",) if args.strip() else ()


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def _scale(args: str) -> Scale | None:
    """Return the scale that the arguments ask for; ``None`` unless both are there and within their bounds."""
    words = [_WORD.match(word) for word in args.split()]
    reads = next((int(word[1]) for word in words if word and word[1]), 0)
    base = next((float(word[2]) for word in words if word and word[2]), 0.0)
    good = all(words) and reads in _READS and _LEAST_BASE <= base <= _MOST_BASE
    return Scale(reads, base) if good else None
