"""The argument that three selectors share: how many I/Os go down a path before the next choice."""

from dataclasses import dataclass
from typing import Final

from ..words import Words
from .selector import ArglessSelector, SelectorWords

KERNEL_DEFAULT: Final = 1
_MOST_IN_FORCE: Final = 1


@dataclass(frozen=True, slots=True)
class RepeatCount(SelectorWords):
    """
    The argument of a path of round-robin, queue-length and historical-service-time.

    Attributes:
        repeat_count: As written. The kernel has chosen a path for every single I/O for years: more than 1 counts, and
            is printed back, as 1.
    """

    repeat_count: int = KERNEL_DEFAULT


def effective_repeat_count(repeat_count: int) -> int:
    """Return what the kernel makes of a repeat count, and prints back."""
    return min(repeat_count, _MOST_IN_FORCE)


class Repeating(ArglessSelector):
    """A selector whose paths have a repeat count and nothing else."""

    __slots__ = ()
    args_type = RepeatCount

    def default_args(self) -> RepeatCount:
        """Return a repeat count of 1."""
        return RepeatCount()

    def read_args(self, words: Words, count: int) -> RepeatCount:
        """Read ``[repeat_count]``."""
        return read_repeat_count(words, count)

    def effective_args(self, args: SelectorWords) -> int | None:
        """Return the repeat count as the kernel clamps it."""
        return effective_repeat_count(args.repeat_count) if isinstance(args, RepeatCount) else None


def read_repeat_count(words: Words, count: int, absent: int = KERNEL_DEFAULT) -> RepeatCount:
    """
    Read the optional repeat count of one path.

    Source: linux ``drivers/md/dm-ps-round-robin.c``, ``rr_add_path()``.
    """
    if count > 1:
        raise words.error("at most one argument of the path", words.index + 1)
    return RepeatCount(words.number("a repeat count") if count else absent)
