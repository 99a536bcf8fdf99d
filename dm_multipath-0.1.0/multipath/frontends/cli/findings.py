"""What there is to say about a configuration, as compilers print it: place, severity, sentence, and the line; pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, TypedDict

from ...config.finding import Finding, Severity
from ...config.schema import OPTIONS
from .terminal import Line, Span, escaped

# The lines of each file that can be shown.
Sources = Mapping[str, Sequence[str]]

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_INDENT: Final = "    "
_WIDEST: Final = 100  # of an excerpt: a file may be one line of a megabyte
_BEFORE: Final = 40  # of it, before the place
_TAB: Final = 8
_WORD: Final = re.compile(r"\w+", re.ASCII)
_LONGEST_WORD: Final = 40


class FindingRecord(TypedDict):
    """
    One finding.

    Attributes:
        file: The file, as it was named.
        line: Its line, from 1; 0 where it is about the whole file.
        column: Its column, from 1, in characters; 0 where it is about the whole line.
        severity: ``"error"``, ``"warning"`` or ``"note"``.
        code: A word for programs; the same fact always has the same one.
        message: A sentence for people.
    """

    file: str
    line: int
    column: int
    severity: str
    code: str
    message: str


def finding_record(finding: Finding) -> FindingRecord:
    """Return one finding for programs."""
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "severity": str(finding.severity),
        "code": finding.code,
        "message": finding.message,
    }


def finding_lines(findings: Iterable[Finding], sources: Sources) -> Iterator[Line]:
    """Yield one line for each finding, and below it the line that it is about, where ``sources`` has it."""
    for finding in findings:
        yield _heading(finding)
        yield from _excerpt(finding, sources.get(finding.file, ()))


def counted(findings: Iterable[Finding]) -> str:
    """
    Return how many there are of each severity.

    >>> counted([]), counted([Finding("a", 1, 1, Severity.ERROR, "x", "y")] * 2)
    ('no findings', '2 errors')
    """
    counts = Counter(finding.severity for finding in findings)
    parts = [f"{counts[each]} {each}{'s' if counts[each] > 1 else ''}" for each in Severity if counts[each]]
    return ", ".join(parts) or "no findings"


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether one of them is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _heading(finding: Finding) -> Line:
    place = ":".join([finding.file, *(str(number) for number in (finding.line, finding.column) if number)])
    return (
        Span(f"{place}: ", "bold"),
        Span(f"{finding.severity}: ", _STYLES[finding.severity]),
        Span(finding.message),
        Span(f" [{finding.code}]", "dim"),
    )


def _excerpt(finding: Finding, lines: Sequence[str]) -> Iterator[Line]:
    """Yield the line at fault, a part of it where it is long, with a mark below the column."""
    if not 0 < finding.line <= len(lines):
        return
    text, column = lines[finding.line - 1].rstrip("\r\n"), max(finding.column - 1, 0)
    start = max(column - _BEFORE, 0)
    # Blanks for tabs before anything is cut or escaped: the mark is to stand below what it means.
    before = text[start:column].expandtabs(_TAB)
    shown = text[start : start + _WIDEST].expandtabs(_TAB)
    left, right = ("…" if start else ""), ("…" if len(text) > start + _WIDEST else "")
    yield (Span(f"{_INDENT}{left}{shown}{right}"),)
    if finding.column:
        mark = f"^{_hint(finding, text[column : column + _LONGEST_WORD])}"
        yield (Span(f"{_INDENT}{' ' * len(left + escaped(before))}"), Span(mark, _STYLES[finding.severity]))


def _hint(finding: Finding, text: str) -> str:
    """Return which option may be meant by the word that ``text`` begins with."""
    word = _WORD.match(text)
    if finding.code != "unknown-option" or word is None:
        return ""
    near = get_close_matches(word[0], OPTIONS, 1)
    return f" is {near[0]} meant?" if near else ""
