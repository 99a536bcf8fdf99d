"""What a simulation found."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import ceil

from ..units import Bytes, Nanoseconds
from .timespan import SECOND


@dataclass(frozen=True, slots=True)
class PathResult:
    """
    What one path did.

    Attributes:
        ios: I/Os that it served to their end.
        nbytes: Their bytes.
        errors: I/Os that came back from it with an error, and were sent again.
        mean_latency: From arrival to end, over the I/Os that it served; 0 where there are none. Nanoseconds.
        mean_queue_time: How long an I/O waited in it for its turn. Nanoseconds.
        utilisation: The share of the time in which it served, of each of its ``parallel`` servers; for a path without
            that limit, how many I/Os it served at once, on average.
    """

    ios: int
    nbytes: Bytes
    errors: int
    mean_latency: float
    mean_queue_time: float
    utilisation: float


@dataclass(frozen=True)
class SimulationResult:
    """
    What a run found. Its arrays are `array.array`: ``numpy.asarray`` and memoryview take them as they are.

    Attributes:
        selector: The name of the selector.
        seed: Of the random numbers.
        elapsed: Simulated time, from the start to the last end or to the end of the duration.
        ios: I/Os that ended.
        unfinished: I/Os that had arrived and not ended.
        retries: How often an I/O came back with an error and was sent again.
        mean_latency: From arrival to end, over all I/Os that ended, as the next two; nanoseconds.
        mean_queue_time: How long an I/O waited in its path for its turn; nanoseconds.
        mean_held_time: How long an I/O waited because no path was in use; nanoseconds.
        paths: One for each path, in order.
        latencies: Of each I/O from arrival to end, in the order of ends: uint64[ios], nanoseconds.
        ends: When each ended: uint64[ios], nanoseconds.
        served_by: Which path served each: uint16[ios].
    """

    selector: str
    seed: int
    elapsed: Nanoseconds
    ios: int
    unfinished: int
    retries: int
    mean_latency: float
    mean_queue_time: float
    mean_held_time: float
    paths: tuple[PathResult, ...]
    latencies: "array[int]" = field(repr=False)
    ends: "array[int]" = field(repr=False)
    served_by: "array[int]" = field(repr=False)

    @property
    def ios_per_second(self) -> float:
        """I/Os that ended, in a second of simulated time."""
        return self.ios * SECOND / self.elapsed if self.elapsed else 0.0

    @property
    def bytes_per_second(self) -> float:
        """Bytes of I/Os that ended, in a second of simulated time."""
        return sum(path.nbytes for path in self.paths) * SECOND / self.elapsed if self.elapsed else 0.0

    @property
    def shares(self) -> "array[float]":
        """The share of the I/Os that each path served: float64[paths], together 1."""
        return array("d", [path.ios / self.ios if self.ios else 0.0 for path in self.paths])

    @cached_property
    def sorted_latencies(self) -> "array[int]":
        """All latencies, ascending: uint64[ios], nanoseconds. Item k is exceeded by ``ios - k - 1`` I/Os."""
        from .._native.ranking import ascending

        return ascending(self.latencies)

    def percentile(self, percent: float) -> Nanoseconds:
        """
        Return the least latency that so many percent of the I/Os do not exceed; 0 where nothing ended.

        Raises:
            ValueError: not above 0 and at most 100.
        """
        if not 0 < percent <= 100:
            raise ValueError(f"a percentile of {percent}: expected more than 0, and at most 100")
        if not self.ios:
            return Nanoseconds(0)
        # As written: 99.9 is 999 in a thousand, and not the double next to it.
        rank = ceil(Fraction(str(percent)) * self.ios / 100)
        return Nanoseconds(self.sorted_latencies[max(rank, 1) - 1])

    def percentiles(self, percents: Iterable[float] = (50, 90, 99, 99.9, 100)) -> "array[int]":
        """Return several at once: uint64[n], nanoseconds."""
        return array("Q", [self.percentile(percent) for percent in percents])
