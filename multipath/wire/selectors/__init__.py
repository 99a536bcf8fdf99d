"""
Path selectors: one file for each, with its arguments for a group, its arguments for a path, and its status of a path.

To add one: write its file with a class that is a `Selector`, and name it in ``SELECTORS``. What is not named here
survives as `OtherSelector` with `OtherWords`: a table of a newer kernel can be read, changed and printed.
"""

from typing import Final

from .historical_service_time import HistoricalServiceTime, HistoricalServiceTimeStatus
from .io_affinity import CpuMask, IoAffinity, IoAffinityStatus
from .queue_length import QueueLength, QueueLengthStatus
from .repeat_count import RepeatCount
from .round_robin import RoundRobin
from .selector import OtherSelector, OtherWords, Selector, SelectorWords
from .service_time import ServiceTime, ServiceTimeArgs, ServiceTimeStatus

SELECTORS: Final[dict[str, type[Selector]]] = {
    selector.name: selector for selector in (RoundRobin, QueueLength, ServiceTime, HistoricalServiceTime, IoAffinity)
}

__all__ = [
    "SELECTORS",
    "CpuMask",
    "HistoricalServiceTime",
    "HistoricalServiceTimeStatus",
    "IoAffinity",
    "IoAffinityStatus",
    "OtherSelector",
    "OtherWords",
    "QueueLength",
    "QueueLengthStatus",
    "RepeatCount",
    "RoundRobin",
    "Selector",
    "SelectorWords",
    "ServiceTime",
    "ServiceTimeArgs",
    "ServiceTimeStatus",
]
