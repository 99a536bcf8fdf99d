"""What changes between two texts, line by line: what goes in red, what comes in green; pure."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, unified_diff
from typing import Final

from .terminal import Line, Span

_STYLES: Final = {"+": "green", "-": "red", "@": "cyan"}


def unified(old: str, new: str, file: str) -> list[Line]:
    """
    Return what changes in a file, as ``diff -u`` prints it, but with blanks for tabs; empty where nothing changes.

    Args:
        old: The file before.
        new: The file after.
        file: Its name.
    """
    lines = unified_diff(_lines(old), _lines(new), f"{file} (before)", f"{file} (after)", lineterm="")
    return [_of_diff(line, heading=number < 2) for number, line in enumerate(lines)]


def _of_diff(line: str, *, heading: bool) -> Line:
    return (Span(line[:1] + line[1:].expandtabs(), "bold" if heading else mark_style(line[:1])),)


def marked(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """
    Yield every line of both with its mark: ``-`` goes, ``+`` comes, a blank stays.

    >>> list(marked(["a", "b"], ["a", "c"]))
    [(' ', 'a'), ('-', 'b'), ('+', 'c')]
    """
    for tag, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((" ", line) for line in old[first:last])
        else:
            yield from (("-", line) for line in old[first:last])
            yield from (("+", line) for line in new[begin:end])


def mark_style(mark: str) -> str:
    """Return the style of a line with this mark."""
    return _STYLES.get(mark, "")


def _lines(text: str) -> list[str]:
    """Return the lines; not `str.splitlines`, for which a form feed ends one."""
    return text.removesuffix("\n").split("\n") if text else []
