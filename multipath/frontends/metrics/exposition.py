"""
Readings as text: OpenMetrics 1.0, the older text format of Prometheus, or plain values for JSON; pure.

prometheus-client could print them as well, from `multipath.frontends.exporter.Exporter.collect`; of 10,000 maps of 8
paths that takes fifty times as long.

Source: the OpenMetrics specification 1.0 and Prometheus's "Exposition formats", version 0.0.4.
"""

import enum
import math
from collections.abc import Iterator
from typing import Final, TypedDict

from .family import Family, Kind, Readings


class Form(enum.StrEnum):
    """The text formats; the value is what ``mpath metrics -o`` takes."""

    OPENMETRICS = "openmetrics"
    PROMETHEUS = "prometheus"

    @property
    def content_type(self) -> str:
        """What HTTP calls it."""
        return _CONTENT_TYPES[self]


_CONTENT_TYPES: Final = {
    Form.OPENMETRICS: "application/openmetrics-text; version=1.0.0; charset=utf-8",
    Form.PROMETHEUS: "text/plain; version=0.0.4; charset=utf-8",
}


class SeriesRecord(TypedDict):
    """
    One value of a metric.

    Attributes:
        labels: What distinguishes it.
        value: The value; ``null`` for what has no limit.
    """

    labels: dict[str, str]
    value: float | None


class MetricRecord(TypedDict):
    """
    One metric.

    Attributes:
        name: The name of its series.
        type: ``"gauge"``, ``"counter"`` or ``"info"``.
        help: What it says, in one sentence.
        series: Its values.
    """

    name: str
    type: str
    help: str
    series: list[SeriesRecord]


def exposition(readings: Readings, form: Form = Form.OPENMETRICS) -> str:
    """Return the readings as one text."""
    head = _openmetrics_head if form is Form.OPENMETRICS else _prometheus_head
    lines: list[str] = []
    for family, series in readings:
        lines += head(family)
        name, pairs = family.name, zip(series.texts, series.values, strict=True)
        if family.labels:
            lines += [f"{name}{{{text}}} {value if value.__class__ is int else number(value)}" for text, value in pairs]
        else:
            lines += [f"{name} {number(value)}" for _, value in pairs]
    lines.append("# EOF\n" if form is Form.OPENMETRICS else "")
    return "\n".join(lines)


def records(readings: Readings) -> list[MetricRecord]:
    """Return the readings for JSON, which has no infinity: what has no limit is ``null``."""
    return [
        {
            "name": family.name,
            "type": str(family.kind),
            "help": family.help,
            "series": [{"labels": labels, "value": _finite(value)} for labels, value in series],
        }
        for family, series in readings
    ]


def _finite(value: float) -> float | None:
    # A gauge that is a truth is 0 or 1 in every format: who adds them up is to get a number.
    return int(value) if isinstance(value, int) else value if math.isfinite(value) else None


def number(value: float) -> str:
    """
    Return a number as all formats have it.

    >>> number(True), number(2.5), number(math.inf)
    ('1', '2.5', '+Inf')
    """
    if isinstance(value, int):
        return str(int(value))
    return repr(value) if math.isfinite(value) else "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"


def _openmetrics_head(family: Family) -> Iterator[str]:
    yield f"# TYPE {family.stem} {family.kind}"
    if family.unit:
        yield f"# UNIT {family.stem} {family.unit}"
    yield f"# HELP {family.stem} {family.help}"


def _prometheus_head(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}"
    yield f"# TYPE {family.name} {Kind.GAUGE if family.kind is Kind.INFO else family.kind}"
