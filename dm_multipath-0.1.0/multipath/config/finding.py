"""What a reader of a file has to say about it, with the place it says it of."""

import enum
from dataclasses import dataclass
from typing import Final

_MOST_SHOWN: Final = 60


class Severity(enum.StrEnum):
    """How bad it is: with an ``ERROR`` the file does not say what it seems to say, with a ``WARNING`` it may not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One remark.

    Attributes:
        file: The file, as it was named.
        line: The line, from 1; 0 where it is about the whole file.
        column: The column, from 1, in characters; 0 where it is about the whole line.
        severity: How bad it is.
        code: A word for programs, such as ``unknown-option``; the same fact always has the same code.
        message: A sentence for people: what stands there, and what is done about it.
    """

    file: str
    line: int
    column: int
    severity: Severity
    code: str
    message: str

    def __str__(self) -> str:
        """Return ``file:line:column: severity: message [code]``, as compilers print it."""
        file = self.file if self.file.isprintable() else repr(self.file)
        place = ":".join([file, *(str(number) for number in (self.line, self.column) if number)])
        return f"{place}: {self.severity}: {self.message} [{self.code}]"


def shown(text: str) -> str:
    r"""
    Return what stands in a file as a message may print it: quoted, escaped, and cut where it is long.

    >>> shown("multi\x1b[2Jbus")
    "'multi\\x1b[2Jbus'"
    """
    return repr(text) if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]!r}..."
