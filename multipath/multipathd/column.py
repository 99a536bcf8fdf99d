"""One thing that multipathd tells of a map, a group or a path: wildcard, header, and how its values are written."""

import enum
from dataclasses import dataclass
from typing import Final

Value = str | int | bool | None
_NOTHING: Final = frozenset({"[undef]", "[unknown]", "(null)"})


class Kind(enum.Enum):
    """How a value is written."""

    WORD = enum.auto()
    """As it is; always there."""
    MAYBE = enum.auto()
    """As it is, or a placeholder where nothing is known."""
    NUMBER = enum.auto()
    """In decimal."""
    FLAG = enum.auto()
    """One of two words."""


@dataclass(frozen=True, slots=True)
class Column:
    """
    One thing that multipathd tells.

    Attributes:
        wildcard: The letter behind ``%`` in a format.
        header: What stands above its column.
        attribute: What the record of this library calls it.
        absent: What is written where nothing is known.
        kind: How values are written.
        words: Of a flag, the word for true and the word for false.
    """

    wildcard: str
    header: str
    attribute: str
    absent: str = ""
    kind: Kind = Kind.WORD
    words: tuple[str, str] = ("", "")

    @property
    def key(self) -> str:
        """The key of its JSON, which is the header written as a name."""
        return self.header.lower().replace(" ", "_").replace("-", "_")

    def read(self, text: str) -> Value:
        """
        Return the value that a text stands for.

        Raises:
            ValueError: no such value.
        """
        if self.kind is Kind.WORD:
            return text
        if self.kind is Kind.FLAG and text in self.words:
            return text == self.words[0]
        if text == self.absent or text in _NOTHING:
            return _number(self.absent) if self.kind is Kind.NUMBER else None
        if self.kind is Kind.FLAG:
            raise ValueError(f"{text!r} is neither {' nor '.join(self.words)}")
        return int(text) if self.kind is Kind.NUMBER else text

    def write(self, value: Value) -> str:
        """Return the text for a value; inverse of `read`."""
        if value is None:
            return self.absent
        if self.kind is Kind.FLAG:
            return self.words[0] if value else self.words[1]
        return str(value)


def _number(absent: str) -> int | None:
    """Return the number that stands for an unknown one; ``None`` where that is no number."""
    return int(absent) if absent.lstrip("-").isdigit() else None
