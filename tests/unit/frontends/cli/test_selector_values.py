"""The values of path selectors have names that carry their unit."""

import pytest

from multipath.frontends.cli.selector_values import Values, selector_values, shown_values
from multipath.wire.selectors import (
    HistoricalServiceTimeStatus,
    IoAffinityStatus,
    OtherWords,
    QueueLengthStatus,
    SelectorWords,
    ServiceTimeStatus,
)

ROWS: list[tuple[SelectorWords | None, Values, str]] = [
    (None, {}, ""),
    (
        ServiceTimeStatus(1 << 20, 5),
        {"in_flight_bytes": 1 << 20, "relative_throughput": 5},
        "1 MiB in flight, throughput 5",
    ),
    (QueueLengthStatus(3), {"in_flight_ios": 3}, "3 I/Os in flight"),
    (
        HistoricalServiceTimeStatus(1_024_000_000, 2, 99),
        {"service_time_ns": 1_000_000.0, "in_flight_ios": 2, "stale_after_ns": 99},
        "1.000 ms service time, 2 I/Os in flight",
    ),
    (IoAffinityStatus(4), {"misses_of_group": 4}, "4 misses"),
    (OtherWords(("a", "b")), {"words": ["a", "b"]}, "a, b"),
]


@pytest.mark.parametrize(("status", "values", "shown"), ROWS)
def test_values_carry_their_unit(status: SelectorWords | None, values: Values, shown: str) -> None:
    """By name for programs, in words for people."""
    assert selector_values(status) == values
    assert shown_values(values) == shown
