"""
A cursor over the words of one target line.

Strategy: split once, exactly as the kernel's ``dm_split_args`` does (white space separates, a backslash quotes the next
character), then hand out one word after the other. Every reader of every line uses this cursor, so that an error always
names the index of the word at fault and what should have stood there. Parsers never index a list.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from ..errors import TableError

UINT_MAX: Final = 2**32 - 1
MOST_WORDS: Final = 1024  # the bound that the multipath target sets to nearly every count
_LONGEST_NUMBER: Final = 1000  # far beyond what fits any field, and below Python's own limit for int()
_DECIDING_DIGITS: Final = 32  # 2**32 divides 10**32: what stands further left cannot change a number modulo 2**32
SMALL_NUMBERS: Final = {str(number): number for number in range(101)}  # nearly every number; faster than any check
_WORD: Final = re.compile(r"(?:\\.|[^ \t\n\v\f\r])+", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_NEEDS_QUOTE: Final = re.compile(r"[\\ \t\n\v\f\r]")

Meaning = TypeVar("Meaning")


def split_words(text: str) -> list[str]:
    r"""
    Split like the kernel: ``a\ b c`` has the two words ``a b`` and ``c``.

    A backslash at the very end quotes nothing and stands for itself.

    Source: linux ``drivers/md/dm-table.c``, ``dm_split_args()``.
    """
    if "\\" not in text and text.isprintable():  # str.split() knows white space that the kernel does not: 0x1c to 0x1f
        return text.split()
    return [_ESCAPE.sub(r"\1", word) for word in _WORD.findall(text)]


def quote(word: str) -> str:
    r"""
    Return ``word`` so that the kernel reads it back as one word; inverse of `split_words` for one word.

    This is the gate through which every text of ours reaches a table.

    Raises:
        TableError: no line can hold this word: it is empty, or not ASCII, or has a NUL.
    """
    if not word or not word.isascii() or "\0" in word:
        raise TableError("target", word, 0, word, "a word of ASCII characters without NUL")
    return _NEEDS_QUOTE.sub(lambda match: "\\" + match[0], word)


class Words:
    """
    The words of one line and a position in them.

    Args:
        text: The parameters of a target, as `str`; ASCII without NUL.
        what: What the line should be, for messages: ``"multipath table"``.

    Raises:
        TableError: characters that the kernel would split or cut differently.

    Synchronization: one reader.
    """

    __slots__ = ("_words", "index", "text", "what")

    def __init__(self, text: str, what: str) -> None:
        self.text, self.what, self.index = text, what, 0
        if not text.isascii() or "\0" in text:
            bad = next(char for char in text if char == "\0" or not char.isascii())
            word = len(split_words(text[: text.index(bad)] + "x")) - 1
            raise TableError(what, text, word, bad, "ASCII text without NUL")
        self._words = split_words(text)

    def __len__(self) -> int:
        """Return the number of words that are left."""
        return len(self._words) - self.index

    def peek(self) -> str | None:
        """Return the next word without taking it, or ``None`` at the end."""
        return self._words[self.index] if self.index < len(self._words) else None

    def take(self, expected: str) -> str:
        """Take the next word; ``expected`` says what it should be, for the error at the end of the line."""
        index = self.index
        try:
            word = self._words[index]
        except IndexError:
            raise self.error(expected) from None
        self.index = index + 1
        return word

    def take_some(self, count: int, expected: str) -> tuple[str, ...]:
        """Take ``count`` words."""
        if not count:
            return ()
        start = self.index
        some = tuple(self._words[start : start + count])
        self.index = start + len(some)
        if len(some) < count:
            raise self.error(f"{expected} ({len(some) + 1} of {count})")
        return some

    def between(self, start: int, end: int) -> tuple[str, ...]:
        """Return the words from index ``start`` up to ``end`` again."""
        return tuple(self._words[start:end])

    def number(self, expected: str, low: int = 0, high: int = UINT_MAX) -> int:
        """
        Take a plain decimal number from ``low`` to ``high``.

        The kernel reads ``%u``: digits only, leading zeros allowed, no sign, no ``0x``, nothing behind. A number of 33
        to 64 bits wraps to 32 on every kernel, and so it does here: what is returned is what the kernel will use. One
        of more than 64 bits wraps here as it does up to Linux v6.12; v7.2 reads the greatest number in its place.
        """
        index = self.index
        try:  # `take`, written out: nearly half of all words come through here
            word = self._words[index]
        except IndexError:
            raise self.error(expected) from None
        self.index = index + 1
        value = SMALL_NUMBERS.get(word, -1)
        if value < 0 and word.isdigit():
            value = int(word[-_DECIDING_DIGITS:]) & UINT_MAX
        if low <= value <= high:
            return value
        raise self.error(f"{expected}: a decimal number from {low} to {high}", index)

    def signed(self, expected: str) -> int:
        """Take a decimal number that may be negative, as the kernel prints ``%d`` and ``%lld``."""
        word = self.take(expected)
        if not word.removeprefix("-").isdigit() or len(word) > _LONGEST_NUMBER:
            raise self.error(f"{expected}: a decimal number", self.index - 1)
        return int(word)

    def keyword(self, expected: str, meanings: Mapping[str, Meaning]) -> Meaning:
        """Take one word out of ``meanings`` and return what it means."""
        word = self.take(expected)
        try:
            return meanings[word]
        except KeyError:
            raise self.error(f"{expected}: {' or '.join(meanings)}", self.index - 1) from None

    def choice(self, expected: str, *allowed: str) -> str:
        """Take one word out of ``allowed``."""
        word = self.take(expected)
        if word not in allowed:
            raise self.error(f"{expected}: {' or '.join(allowed)}", self.index - 1)
        return word

    def finish(self) -> None:
        """Refuse words that are left over."""
        if len(self):
            raise self.error("the end of the line", self.index)

    def error(self, expected: str, index: int | None = None) -> TableError:
        """Return the error for the word at ``index``, or for the next word; behind the last word the line ends."""
        at = min(self.index if index is None else index, len(self._words))
        found = self._words[at] if at < len(self._words) else None
        return TableError(self.what, self.text, at, found, expected)
