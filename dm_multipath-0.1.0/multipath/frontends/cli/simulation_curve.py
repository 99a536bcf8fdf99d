"""What a picture needs of one simulation, which is far less than every latency; pure."""

from dataclasses import dataclass
from math import log10
from typing import Final, Self

from ...simulation.result import SimulationResult

_STEPS_PER_NINE: Final = 60
_FIRST_PERCENT: Final = 5


@dataclass(frozen=True, slots=True)
class Curve:
    """
    The distribution of latencies, with as many points for the slowest tenth, hundredth and so on.

    Attributes:
        label: The selector.
        mean: Of the latencies, as all times in nanoseconds.
        nines: Of each point, the share of I/Os that take no longer as a number of nines: 99 % is 2.
        latencies: Of each point; none where nothing ended.
        first: One I/O in twenty takes no longer.
        shares: Of the paths.
    """

    label: str
    mean: float
    nines: tuple[float, ...]
    latencies: tuple[int, ...]
    first: int
    shares: tuple[float, ...]

    @classmethod
    def of(cls, label: str, result: SimulationResult) -> Self:
        """Return the curve of a result."""
        points = _points(result) if result.ios else ()
        return cls(
            label,
            result.mean_latency,
            tuple(nine for nine, _ in points),
            tuple(latency for _, latency in points),
            result.percentile(_FIRST_PERCENT),
            tuple(result.shares),
        )


def nines(percent: float) -> float:
    """
    Return a percentile as a number of nines.

    >>> nines(90), round(nines(99.9), 9)
    (1.0, 3.0)
    """
    return -log10(1 - percent / 100)


def _points(result: SimulationResult) -> list[tuple[float, int]]:
    ordered, last = result.sorted_latencies, len(result.latencies) - 1
    most = log10(max(result.ios, 2))
    steps = [step / _STEPS_PER_NINE for step in range(int(most * _STEPS_PER_NINE) + 1)]
    points = [(nine, ordered[min(int(result.ios * (1 - 10**-nine)), last)]) for nine in steps]
    return [*points, (most, ordered[last])]
