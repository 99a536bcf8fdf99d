"""
The formats of ``multipathd show paths format …``: text with wildcards, once above the columns and once for each row.

Strategy: as the daemon does it, columns are as wide as their widest value, the last one too; ``raw`` leaves out the
headers and the padding. But a wildcard that nobody knows is refused, where the daemon prints nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from .. import errors
from .column import Column, Value
from .map import MAP_COLUMNS, DaemonMap
from .path import PATH_COLUMNS, DaemonPath

_MARK: Final = "%"
_Part = str | Column


def format_paths(paths: Iterable[DaemonPath], style: str, *, raw: bool = False) -> list[str]:
    """
    Return the lines of ``show paths format``.

    Args:
        paths: The paths.
        style: The format; ``%%`` is a per cent sign.
        raw: Whether neither headers nor padding are wanted.

    Raises:
        FormatRefused: the format has an unknown wildcard.

    >>> format_paths([DaemonPath("sda", "8:0", wwid="36001")], "%d %w")
    ['dev uuid ', 'sda 36001']
    """
    return _lines(PATH_COLUMNS, list(paths), style, raw=raw)


def format_maps(maps: Iterable[DaemonMap], style: str, *, raw: bool = False) -> list[str]:
    """
    Return the lines of ``show maps format``; all else as `format_paths`.

    >>> format_maps([DaemonMap("mpatha", "36001", paths_active=4)], "%n: %N", raw=True)
    ['mpatha: 4']
    """
    return _lines(MAP_COLUMNS, list(maps), style, raw=raw)


def _lines(columns: Mapping[str, Column], rows: Sequence[object], style: str, *, raw: bool) -> list[str]:
    parts = list(_parts(columns, style))
    if raw:
        return ["".join(_written(part, row) for part in parts) for row in rows]
    widths = [_width(part, rows) for part in parts]
    headers = [part if isinstance(part, str) else part.header for part in parts] if rows else []
    lines = [headers, *([_written(part, row) for part in parts] for row in rows)]
    return ["".join(map(str.ljust, line, widths)) for line in lines if line]


def _parts(columns: Mapping[str, Column], style: str) -> Iterator[_Part]:
    """Yield the texts and the columns of a format."""
    text, *rest = style.replace("%%", "\0").split(_MARK)
    yield text.replace("\0", _MARK)
    for each in rest:
        column = columns.get(each[:1])
        if column is None:
            known = "".join(columns)
            raise errors.FormatRefused(
                f"the format {style!r} has no wildcard behind a %; one of {known} can stand there"
            )
        yield column
        yield each[1:].replace("\0", _MARK)


def _written(part: _Part, row: object) -> str:
    if isinstance(part, str):
        return part
    value: Value = getattr(row, part.attribute)
    return part.write(value)


def _width(part: _Part, rows: Iterable[object]) -> int:
    if isinstance(part, str):
        return 0
    return max([len(part.header), *(len(_written(part, row)) for row in rows)])
