"""A path of a simulated array: what it takes, how many I/Os at once, and when it fails."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ..wire.selectors import CpuMask, IoAffinity, Selector, SelectorWords, ServiceTime, ServiceTimeArgs
from .latency import Latency
from .timespan import checked_time
from .workload import MOST_CPUS

_LAST_MOMENT: Final = 1 << 62
_MOST_THROUGHPUT: Final = 100
_MOST_AT_ONCE: Final = (1 << 32) - 1
_FASTEST_LINK: Final = 10**15


@dataclass(frozen=True, slots=True)
class Outage:
    """
    A time in which a path answers nothing.

    Attributes:
        start: When it goes down. What is in it then is lost and comes back as an error.
        end: When it is up again, and is used again; ``None`` for never.
        error_after: How long a lost I/O, and one that is sent down the path meanwhile, takes to come back: 0 for a
            cable that is pulled and noticed, 30 seconds for commands that vanish until a timeout. The first error takes
            the path out of use.
    """

    start: int
    end: int | None = None
    error_after: int = 0

    def __post_init__(self) -> None:
        """Refuse what no outage can be."""
        checked_time("the start of an outage", self.start, high=_LAST_MOMENT)
        checked_time("the error time of an outage", self.error_after)
        if self.end is not None:
            checked_time("the end of an outage", self.end, high=_LAST_MOMENT)
            if self.end <= self.start:
                raise ValueError(f"an outage from {self.start} ns to {self.end} ns ends before it starts")


@dataclass(frozen=True, slots=True)
class SimulatedPath:
    """
    A path.

    Attributes:
        latency: How long it takes to serve an I/O.
        parallel: How many I/Os it serves at once, the others wait in it; ``None`` for any number.
        bytes_per_second: Of its link, which carries one I/O after the other before it is served; ``None`` for no limit.
        throughput: What service-time is told: 0 to 100, against the other paths.
        cpus: What io-affinity is told: the CPUs whose I/Os it takes.
        outages: When it is down, in order.
    """

    latency: Latency
    parallel: int | None = None
    bytes_per_second: int | None = None
    throughput: int = 1
    cpus: frozenset[int] = frozenset()
    outages: tuple[Outage, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no path can be."""
        if not isinstance(self.latency, Latency):
            raise TypeError(f"the latency of a path is {self.latency!r}; expected a Latency, as Exponential(200_000)")
        _refuse_outside("the I/Os that a path serves at once", self.parallel, _MOST_AT_ONCE)
        _refuse_outside("the bytes per second of a path", self.bytes_per_second, _FASTEST_LINK)
        if not 0 <= self.throughput <= _MOST_THROUGHPUT:
            raise ValueError(f"relative throughput {self.throughput}: the kernel takes 0 to {_MOST_THROUGHPUT}")
        if not all(0 <= cpu < MOST_CPUS for cpu in self.cpus):
            raise ValueError(f"the CPUs of a path are {sorted(self.cpus)}; a simulation takes {MOST_CPUS}, from 0")
        for earlier, later in pairwise(self.outages):
            if earlier.end is None or later.start < earlier.end:
                raise ValueError(f"{later!r} starts before {earlier!r} has ended")

    def args(self, selector: Selector) -> SelectorWords:
        """
        Return what a selector is told of this path in a table.

        Raises:
            ValueError: io-affinity, and the path has no CPUs.
        """
        if isinstance(selector, ServiceTime):
            return ServiceTimeArgs(relative_throughput=self.throughput)
        if isinstance(selector, IoAffinity) and self.cpus:
            return CpuMask.of(*self.cpus)
        return selector.default_args()


def _refuse_outside(what: str, value: int | None, high: int) -> None:
    if value is not None and not 1 <= value <= high:
        raise ValueError(f"{what} are {value}; expected 1 to {high}, or None for no limit")


def changes(paths: Iterable[SimulatedPath]) -> list[tuple[int, int, bool, int]]:
    """Return ``(time, path, is down, error time)`` of all outages, in the order of time; who comes up comes first."""
    found = []
    for index, path in enumerate(paths):
        for outage in path.outages:
            found.append((outage.start, index, True, outage.error_after))
            if outage.end is not None:
                found.append((outage.end, index, False, 0))
    return sorted(found, key=lambda change: (change[0], change[2]))
