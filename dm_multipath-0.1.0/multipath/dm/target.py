"""
One line of a device-mapper table, and the rules that all lines of a table share.

A `Target` carries its parameters as the kernel's text: that is what is loaded and what is read back. `Target.typed` and
`Target.of` go between the text and the classes of `multipath.dm.targets`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from ..errors import TableError
from ..units import Sectors
from ..wire.words import Words

if TYPE_CHECKING:
    from .targets.params import TargetParams

LONGEST_TYPE: Final = 15
_SECTORS: Final = 1 << 64
_LINE: Final = re.compile(r"[ \t]*([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)(?:[ \t](.*))?", re.DOTALL)
_TYPE: Final = re.compile(r"[!-~]+")
_COLUMNS: Final = ("the first sector", "the number of sectors", "the type of the target")


@dataclass(frozen=True, slots=True)
class Target:
    """
    One line of a table.

    Attributes:
        start: The first sector of the mapped device that this target serves.
        length: How many sectors it serves.
        type: The target's name in the kernel.
        params: Its parameters; in a line of ``status``, what it reports.

    >>> str(Target(Sectors(0), Sectors(131072), "linear", "8:16 2048"))
    '0 131072 linear 8:16 2048'
    """

    start: Sectors
    length: Sectors
    type: str
    params: str = ""

    @classmethod
    def of(cls, start: Sectors, length: Sectors, typed: "TargetParams") -> Self:
        """
        Return the line of a typed target, which brings its name with it.

        Raises:
            TableError: a text in it that no word can hold.

        >>> from multipath.dm.targets import LinearTarget
        >>> Target.of(Sectors(0), Sectors(8), LinearTarget("8:16", Sectors(2048))).params
        '8:16 2048'
        """
        return cls(start, length, typed.type, str(typed))

    @classmethod
    def parse(cls, line: str) -> Self:
        """
        Parse a line of ``dmsetup table``, without the name of a device before it; inverse of ``str()``.

        Raises:
            TableError: ``.word`` is 0 for the start, 1 for the length, 2 for the type.

        >>> Target.parse("0 8 zero").params
        ''
        """
        match = _LINE.fullmatch(line.removesuffix("\n"))
        if match is None:
            short = len(line.split())
            raise TableError("table", line, short, None, _COLUMNS[min(short, len(_COLUMNS) - 1)])
        start, length, kind, params = match.groups(default="")
        return cls(_column(line, 0, start), _column(line, 1, length), kind, params)

    def __str__(self) -> str:
        """Return the line as ``dmsetup table`` prints it: also without parameters, the type is followed by a space."""
        return f"{self.start} {self.length} {self.type} {self.params}"

    @property
    def end(self) -> Sectors:
        """The sector behind the last one."""
        return Sectors(self.start + self.length)

    @property
    def typed(self) -> "TargetParams":
        """
        The parameters as values, for a line of a table.

        Raises:
            TableError: they cannot be read; ``.word`` counts from the first parameter.
        """
        from .targets.registry import parse_target  # here, for who only loads tables need not import every target

        return parse_target(self.type, self.params)


def check_table(targets: Sequence[Target]) -> None:
    """
    Refuse a table that the kernel would refuse for its lines, before anything is sent.

    What the targets themselves think of their parameters is not asked.

    Args:
        targets: The lines, in order.

    Raises:
        TableError: no lines, a gap or an overlap, a line without sectors or beyond the last one, a type that is no name
            of at most 15 characters, parameters that are not ASCII or have a NUL. ``.what`` names the line, from 1;
            ``.word`` is 0 for the start, 1 for the length, 2 for the type, 3 and more for parameters.

    Synchronization: none required.
    Source: linux ``drivers/md/dm-table.c``, ``dm_table_add_target()``; ``drivers/md/dm-ioctl.c``, ``next_target()``.
    """
    if not targets:
        raise TableError("table", "", 0, None, "at least one line")
    begin = Sectors(0)
    for number, target in enumerate(targets, 1):
        what = f"table, line {number},"
        _check_place(target, begin, what)
        _check_texts(target, what)
        begin = target.end


def _check_place(target: Target, begin: Sectors, what: str) -> None:
    """Refuse a line that does not begin at ``begin``, or has no sectors, or more than there are."""
    if target.start != begin:
        raise TableError(what, str(target), 0, str(target.start), f"{begin}, where the table goes on")
    if not 0 < target.length < _SECTORS - target.start:
        raise TableError(what, str(target), 1, str(target.length), f"from 1 to {_SECTORS - 1 - target.start} sectors")


def _check_texts(target: Target, what: str) -> None:
    """Refuse a name or parameters that the kernel would cut short or read differently."""
    if not _TYPE.fullmatch(target.type) or len(target.type) > LONGEST_TYPE:
        expected = f"{_COLUMNS[2]}: 1 to {LONGEST_TYPE} ASCII characters without white space"
        raise TableError(what, str(target), 2, target.type, expected)
    try:
        Words(target.params, what)
    except TableError as error:
        raise TableError(what, str(target), error.word + len(_COLUMNS), error.found, error.expected) from None


def _column(line: str, column: int, word: str) -> Sectors:
    """Return the number in ``column``."""
    digits = word.lstrip("0") or "0"
    if word.isascii() and word.isdigit() and len(digits) <= len(str(_SECTORS)) and int(digits) < _SECTORS:
        return Sectors(int(digits))
    raise TableError("table", line, column, word, f"{_COLUMNS[column]}: a decimal number below 2**64")
