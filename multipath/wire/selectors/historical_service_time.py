"""The selector ``historical-service-time``: the path that has served its I/Os soonest so far."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from ..words import UINT_MAX, Words
from .repeat_count import RepeatCount, read_repeat_count
from .selector import OtherSelector, Selector, SelectorWords, unread, whole_numbers

_MOST_WEIGHT: Final = 1023
_ECHO: Final = 0  # the kernel prints this for every path, whatever was written, and uses none


@dataclass(frozen=True, slots=True)
class HistoricalServiceTimeStatus(SelectorWords):
    """
    A path of ``historical-service-time`` in a status.

    Attributes:
        service_time: Average so far, in 1024ths of a nanosecond.
        outstanding: I/Os in flight.
        stale_after: Monotonic time of the kernel, in nanoseconds, from when the average counts as stale.
    """

    service_time: int
    outstanding: int
    stale_after: int


@dataclass(frozen=True, slots=True)
class HistoricalServiceTime(Selector):
    """
    The selector ``historical-service-time``. Its paths have a `RepeatCount`, which the kernel ignores.

    Attributes:
        base_weight: 0 to 1023: how much the history counts against the last I/O, in 1024ths.
        threshold: How many times longer a path must be before the history alone decides.

    Source: linux ``drivers/md/dm-ps-historical-service-time.c``. Since Linux v5.8.
    """

    base_weight: int = 972
    threshold: int = 0
    name = "historical-service-time"
    args_type = RepeatCount

    def __post_init__(self) -> None:
        """Refuse what the kernel refuses."""
        if not (0 <= self.base_weight <= _MOST_WEIGHT and 0 <= self.threshold <= UINT_MAX):
            raise ValueError(f"{self!r}: the kernel takes a base weight of 0 to {_MOST_WEIGHT} and a 32-bit threshold")

    @classmethod
    def read_group(cls, words: Words, count: int) -> "HistoricalServiceTime":
        """Read ``[base_weight [threshold]]``."""
        if count > 2:
            raise words.error("at most two arguments of the selector", words.index + 2)
        base_weight = words.number("a base weight", high=_MOST_WEIGHT) if count else 972
        return cls(base_weight, words.number("a threshold") if count > 1 else 0)

    def group_words(self) -> tuple[str, ...]:
        """Return the weight and the threshold."""
        return str(self.base_weight), str(self.threshold)

    def default_args(self) -> RepeatCount:
        """Return the repeat count that the kernel prints for every path."""
        return RepeatCount(_ECHO)

    def read_args(self, words: Words, count: int) -> RepeatCount:
        """Read ``[repeat_count]``."""
        return read_repeat_count(words, count, absent=_ECHO)

    def effective_args(self, args: SelectorWords) -> Hashable:
        """Return only their kind: the kernel neither uses nor prints what a path was given."""
        return isinstance(args, RepeatCount)

    def read_status(self, found: tuple[str, ...]) -> SelectorWords | None:
        """Read the history of one path."""
        numbers = whole_numbers(found, 3)
        return HistoricalServiceTimeStatus(*numbers) if numbers else unread(found)

    def with_status(self, found: tuple[str, ...]) -> Selector:
        """Read the weight and the threshold again: a status prints both."""
        numbers = whole_numbers(found, 2)
        if numbers and 0 <= numbers[0] <= _MOST_WEIGHT and 0 <= numbers[1] <= UINT_MAX:
            return HistoricalServiceTime(*numbers)
        return OtherSelector(self.name, found)
