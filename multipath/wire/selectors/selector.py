"""
What all path selectors have in common, and the selectors that this library does not know.

Strategy: a selector speaks in three places. Its *arguments of the group* stand in a table once for each group; that is
the `Selector` itself. Its *arguments of a path* and its *status of a path* are `SelectorWords`. The kernel counts all
three, so that words of an unknown selector, or of a newer version of a known one, are kept as they are.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from ..words import SMALL_NUMBERS, Words

_LONGEST: Final = 20  # as long as the longest numbers of 64 bits, with and without a sign


class SelectorWords:
    """What a selector says about one path, in a table or in a status."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def words(self) -> tuple[str, ...]:
        """Return the words, as the kernel prints them."""
        return tuple(str(getattr(self, name)) for name in self.__match_args__)


@dataclass(frozen=True, slots=True)
class OtherWords(SelectorWords):
    """
    Words that nobody here can read: of an unknown selector, or where the text does not tell whose they are.

    Attributes:
        text: The words, unquoted, in order.
    """

    text: tuple[str, ...] = ()

    def words(self) -> tuple[str, ...]:
        """Return the words."""
        return self.text


class Selector:
    """
    A path selector and its arguments for one group; an `OtherSelector` where nobody here knows it.

    Attributes:
        name: Its name in the kernel.
        args_type: What the arguments of its paths are.
    """

    __slots__ = ()
    name: str
    args_type: ClassVar[type[SelectorWords]] = OtherWords

    @classmethod
    def read_group(cls, words: Words, count: int) -> "Selector":
        """Read the ``count`` arguments of a group; inverse of `group_words`."""
        raise NotImplementedError

    def group_words(self) -> tuple[str, ...]:
        """Return the arguments of the group."""
        raise NotImplementedError

    def default_args(self) -> SelectorWords:
        """Return the arguments that the kernel assumes for a path that has none."""
        return OtherWords()

    def read_args(self, words: Words, count: int) -> SelectorWords:
        """Read the ``count`` arguments of one path, as strict as the kernel."""
        return OtherWords(words.take_some(count, "an argument of the path"))

    def accepts(self, args: SelectorWords) -> bool:
        """Tell whether these arguments of a path belong to this selector."""
        return isinstance(args, self.args_type)

    def effective_group(self) -> tuple[str, ...]:
        """Return what of `group_words` the kernel uses and prints back."""
        return self.group_words()

    def effective_args(self, args: SelectorWords) -> Hashable:
        """Return what of a path's arguments the kernel uses and prints back, as one comparable value."""
        return args

    def read_status(self, found: tuple[str, ...]) -> SelectorWords | None:
        """Return what the words of one path in a status mean; a form that this selector does not have stays words."""
        return unread(found)

    def with_status(self, found: tuple[str, ...]) -> "Selector":
        """Return this selector with the words that a status has for the group."""
        return OtherSelector(self.name, found)


@dataclass(frozen=True, slots=True)
class ArglessSelector(Selector):
    """
    A selector that takes any arguments for its group and ignores them, as four of the five do.

    Attributes:
        ignored: The arguments that were written. The kernel prints none of them back.
    """

    ignored: tuple[str, ...] = ()

    @classmethod
    def read_group(cls, words: Words, count: int) -> "ArglessSelector":
        """Keep the arguments."""
        return cls(words.take_some(count, "an argument of the selector"))

    def group_words(self) -> tuple[str, ...]:
        """Return the arguments that were written."""
        return self.ignored

    def effective_group(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def with_status(self, found: tuple[str, ...]) -> Selector:
        """Return the selector itself: the four have no words for a group."""
        return OtherSelector(self.name, found) if found else self


@dataclass(frozen=True, slots=True)
class OtherSelector(Selector):
    """
    A selector that this library does not know.

    Attributes:
        name: Its name in the kernel; empty in a status, which names no selector.
        group_args: Its arguments for the group.
    """

    name: str
    group_args: tuple[str, ...] = ()

    def group_words(self) -> tuple[str, ...]:
        """Return the arguments for the group."""
        return self.group_args


def unread(found: tuple[str, ...]) -> OtherWords | None:
    """Return words of a status that nobody here can read, or ``None`` where there are none."""
    return OtherWords(found) if found else None


def whole_numbers(found: Sequence[str], count: int) -> list[int] | None:
    """Return ``found`` as ``count`` numbers of at most 64 bits, or ``None`` if that is not what it is."""
    if len(found) != count:
        return None
    numbers = []
    for word in found:
        number = SMALL_NUMBERS.get(word)
        if number is None:
            if len(word) > _LONGEST or not word.removeprefix("-").isdigit():
                return None
            number = int(word)
        numbers.append(number)
    return numbers


def words_per_path(paths: Iterable[tuple[str, ...]]) -> int:
    """
    Return how many words every path has: the kernel has one number for the whole group.

    Raises:
        ValueError: the paths of one group have different numbers of words.
    """
    counts = {len(words) for words in paths}
    if len(counts) > 1:
        raise ValueError(f"the paths of one group need equally many words for the selector, not {sorted(counts)}")
    return counts.pop() if counts else 0
