"""What a path selector says about a path, under names that carry their unit."""

from collections.abc import Callable
from typing import Final

from ...wire.selectors import (
    HistoricalServiceTimeStatus,
    IoAffinityStatus,
    QueueLengthStatus,
    SelectorWords,
    ServiceTimeStatus,
)
from .size import human_size

Values = dict[str, int | float | list[str]]
_FIXED_POINT: Final = 1024

_SHOWN: Final[dict[str, Callable[[object], str]]] = {
    "in_flight_bytes": lambda value: f"{human_size(int(str(value)))} in flight",
    "in_flight_ios": lambda value: f"{value} I/Os in flight",
    "relative_throughput": lambda value: f"throughput {value}",
    "service_time_ns": lambda value: f"{float(str(value)) / 1e6:.3f} ms service time",
    "misses_of_group": lambda value: f"{value} misses",
}


def selector_values(status: SelectorWords | None) -> Values:
    """
    Return the values of one path by name; words that nobody can read come as ``words``.

    >>> selector_values(ServiceTimeStatus(4096, 1))
    {'in_flight_bytes': 4096, 'relative_throughput': 1}
    """
    match status:
        case None:
            return {}
        case ServiceTimeStatus(in_flight, throughput):
            return {"in_flight_bytes": in_flight, "relative_throughput": throughput}
        case QueueLengthStatus(in_flight):
            return {"in_flight_ios": in_flight}
        case HistoricalServiceTimeStatus(time, outstanding, stale):
            return {"service_time_ns": time / _FIXED_POINT, "in_flight_ios": outstanding, "stale_after_ns": stale}
        case IoAffinityStatus(misses):
            return {"misses_of_group": misses}
    return {"words": list(status.words())}


def shown_values(values: Values) -> str:
    """
    Return the values for people, in few words.

    >>> shown_values({"in_flight_bytes": 4096, "relative_throughput": 1})
    '4 KiB in flight, throughput 1'
    """
    known = [_SHOWN[name](value) for name, value in values.items() if name in _SHOWN]
    words = values.get("words")
    return ", ".join([*known, *(words if isinstance(words, list) else [])])
