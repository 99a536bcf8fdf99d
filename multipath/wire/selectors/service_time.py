"""The selector ``service-time``: the path that would serve the next I/O soonest, by bytes in flight and throughput."""

from dataclasses import dataclass
from typing import Final

from ..words import Words
from .repeat_count import KERNEL_DEFAULT, effective_repeat_count
from .selector import ArglessSelector, SelectorWords, unread, whole_numbers

_MOST_THROUGHPUT: Final = 100


@dataclass(frozen=True, slots=True)
class ServiceTimeArgs(SelectorWords):
    """
    The arguments of a path of ``service-time``.

    Attributes:
        repeat_count: As written; more than 1 counts as 1.
        relative_throughput: 0 to 100, against the other paths of the group; 0 only when no other path is left.
    """

    repeat_count: int = KERNEL_DEFAULT
    relative_throughput: int = 1

    def __post_init__(self) -> None:
        """Refuse what the kernel refuses."""
        if not 0 <= self.relative_throughput <= _MOST_THROUGHPUT:
            raise ValueError(f"relative throughput {self.relative_throughput}: the kernel takes 0 to 100")


@dataclass(frozen=True, slots=True)
class ServiceTimeStatus(SelectorWords):
    """
    A path of ``service-time`` in a status.

    Attributes:
        in_flight: Bytes; a signed 32-bit counter of the kernel, which turns negative with 2 GiB in flight.
        relative_throughput: 0 to 100.
    """

    in_flight: int
    relative_throughput: int


class ServiceTime(ArglessSelector):
    """
    The selector ``service-time``. Its paths have `ServiceTimeArgs`, and a `ServiceTimeStatus` in a status.

    Source: linux ``drivers/md/dm-ps-service-time.c``.
    """

    __slots__ = ()
    name = "service-time"
    args_type = ServiceTimeArgs

    def default_args(self) -> ServiceTimeArgs:
        """Return a repeat count and a throughput of 1."""
        return ServiceTimeArgs()

    def read_args(self, words: Words, count: int) -> ServiceTimeArgs:
        """Read ``[repeat_count [relative_throughput]]``."""
        if count > 2:
            raise words.error("at most two arguments of the path", words.index + 2)
        repeat_count = words.number("a repeat count") if count else KERNEL_DEFAULT
        return ServiceTimeArgs(repeat_count, words.number("a throughput", high=_MOST_THROUGHPUT) if count > 1 else 1)

    def effective_args(self, args: SelectorWords) -> tuple[int, int] | None:
        """Return the repeat count as the kernel clamps it, and the throughput."""
        if not isinstance(args, ServiceTimeArgs):
            return None
        return effective_repeat_count(args.repeat_count), args.relative_throughput

    def read_status(self, found: tuple[str, ...]) -> SelectorWords | None:
        """Read the bytes in flight and the throughput."""
        numbers = whole_numbers(found, 2)
        return ServiceTimeStatus(*numbers) if numbers else unread(found)
