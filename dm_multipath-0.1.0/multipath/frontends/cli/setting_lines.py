"""The value of an option, where it stands and what it beats: for people and for programs; pure."""

from collections.abc import Iterator, Sequence
from typing import Final, TypedDict

from ...config.resolve import Effective
from ...config.setting import Origin, Value, written
from .terminal import Line, Span

_FAINT: Final = "dim"
_NOTHING: Final = "-"


class OriginRecord(TypedDict):
    """
    Where a value or a rule comes from.

    Attributes:
        layer: The section, or what stands for one: ``"defaults"``, ``"devices"``, ``"built-in device"``, …
        file: The file; ``null`` for what is built in or detected.
        line: Its line, from 1; 0 where there is no file.
        detail: What else identifies it: the array of a built-in entry, the reason of a detection.
    """

    layer: str
    file: str | None
    line: int
    detail: str


class LosingRecord(TypedDict):
    """
    A value that does not hold.

    Attributes:
        value: What it means.
        text: What was written, or would be.
        origin: Where it stands.
    """

    value: Value
    text: str
    origin: OriginRecord


class SettingRecord(TypedDict):
    """
    The value of an option.

    Attributes:
        option: Its name.
        value: ``true`` and ``false`` for yes and no, a number, or a word; ``null`` where nothing says anything.
        origin: Where it stands.
        losing: What it beats, strongest first.
    """

    option: str
    value: Value | None
    origin: OriginRecord
    losing: list[LosingRecord]


def origin_record(origin: Origin) -> OriginRecord:
    """Return the place of a value for programs."""
    return {"layer": str(origin.layer), "file": origin.file, "line": origin.line, "detail": origin.detail}


def setting_record(found: Effective) -> SettingRecord:
    """Return the value of an option for programs."""
    losing: list[LosingRecord] = [
        {"value": each.value, "text": each.text, "origin": origin_record(each.origin)} for each in found.losing
    ]
    return {"option": found.option, "value": found.value, "origin": origin_record(found.origin), "losing": losing}


def setting_lines(found: Effective) -> Iterator[Line]:
    """Yield the lines of one option: its value, where it stands, and what it beats."""
    yield (Span(f"{found.option} "), Span(value_text(found.value), "bold"))
    yield (Span("  set nowhere" if found.value is None else f"  {found.origin}"),)
    for each in found.losing:
        yield (Span(f"  beats {value_text(each.value)}, {each.origin}", _FAINT),)


def setting_rows(found: Sequence[Effective]) -> Iterator[Line]:
    """Yield one line for each option, in columns: name, value, where it stands."""
    widest = max((len(each.option) for each in found), default=0)
    values = max((len(value_text(each.value)) for each in found), default=0)
    for each in found:
        value = f"{value_text(each.value):{values}}"
        yield (Span(f"{each.option:{widest}}  "), Span(value, "bold"), Span(f"  {each.origin}", _FAINT))


def value_text(value: Value | None) -> str:
    """
    Return a value as multipath.conf has it; a dash where there is none.

    >>> value_text(True), value_text(12), value_text(""), value_text(None)
    ('yes', '12', '""', '-')
    """
    return _NOTHING if value is None else written(value) or '""'
