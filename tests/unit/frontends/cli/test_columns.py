"""Rows in columns."""

from multipath.frontends.cli.columns import columns
from multipath.frontends.cli.terminal import Span, plain


def shown(*rows: tuple[str, ...], heading: tuple[str, ...] = ()) -> list[str]:
    """Return rows of these texts as plain lines."""
    return [plain(line) for line in columns([tuple(map(Span, row)) for row in rows], heading)]


def test_each_column_is_as_wide_as_its_widest_cell() -> None:
    """The last one is as it is."""
    assert shown(("a", "b"), ("ccc", "d")) == ["a    b", "ccc  d"]


def test_what_is_escaped_is_as_wide_as_it_is_shown() -> None:
    """Else a stranger could shift what stands after it."""
    assert shown(("\x1b", "b"), ("abcd", "d")) == ["\\x1b  b", "abcd  d"]


def test_names_stand_above_their_columns() -> None:
    """But not above nothing."""
    assert shown(("a", "b"), heading=("NAME", "X")) == ["NAME  X", "a     b"]
    assert shown(heading=("NAME", "X")) == []


def test_no_line_ends_with_blanks() -> None:
    """Empty cells at the end are left out."""
    assert shown(("a", "", ""), ("b", "c", "")) == ["a", "b  c"]
