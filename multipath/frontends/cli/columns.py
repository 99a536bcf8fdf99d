"""Rows in columns, for people; pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from .terminal import Line, Span, escaped

_HEADING: Final = "dim"


def columns(rows: Sequence[Line], heading: Sequence[str] = ()) -> list[Line]:
    """
    Return the rows, each cell but the last of a row filled up to the width of its column.

    Args:
        rows: The cells of each row, the same number for all.
        heading: A name for each column; without rows there is no heading either.
    """
    if not rows:
        return []
    named = [tuple(Span(name, _HEADING) for name in heading), *rows] if heading else list(rows)
    widths = column_widths(named)
    return [tuple(padded(row, widths)) for row in named]


def column_widths(rows: Sequence[Line]) -> list[int]:
    """Return how wide each column is on a terminal, where what is no visible character is written out."""
    return [max(len(escaped(cell.text)) for cell in column) for column in zip(*rows, strict=True)]


def padded(cells: Line, widths: Sequence[int]) -> Iterator[Span]:
    """Yield the cells, each but the last that says anything filled up to the width of its column, and two blanks."""
    last = max((index for index, cell in enumerate(cells) if cell.text), default=0)
    for cell, width in zip(cells[:last], widths, strict=False):
        yield Span(cell.text + " " * (width - len(escaped(cell.text)) + 2), cell.style)
    yield cells[last]
