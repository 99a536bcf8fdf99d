"""The load of a simulation: how many I/Os, of what size, and when the next one comes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .latency import Latency
from .sizes import SizeMix, checked_size, size_distribution
from .timespan import checked_time

if TYPE_CHECKING:
    from .._native.distribution import Distribution
    from .._native.simulation import Simulation

MOST_IOS: Final = 50_000_000
"""Of one run: each leaves 18 bytes in the result."""

_USUAL_IOS: Final = 1_000_000
_DEEPEST: Final = 1 << 20
_SLOWEST, _FASTEST = 1e-6, 1e9
MOST_CPUS: Final = 1 << 16
"""That I/Os may come from, numbered from 0."""
_LONGEST: Final = 1 << 62


@dataclass(frozen=True, kw_only=True)
class Workload:
    """
    What every load has.

    Attributes:
        ios: How many I/Os arrive; the run ends when the last one has ended.
        duration: Nanoseconds after which the run ends, whatever is under way.

    Whichever comes first ends it; without either that is a million I/Os, with a duration alone `MOST_IOS` at the most.
    """

    ios: int | None = None
    duration: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no load can be."""
        if self.ios is not None and not 1 <= self.ios <= MOST_IOS:
            raise ValueError(f"{self.ios} I/Os: a simulation takes 1 to {MOST_IOS}")
        if self.duration is not None:
            checked_time("the duration of a load", self.duration, low=1, high=_LONGEST)

    @property
    def most_ios(self) -> int:
        """How many I/Os arrive at most."""
        return self.ios or (_USUAL_IOS if self.duration is None else MOST_IOS)

    @property
    def longest(self) -> int:
        """The nanoseconds after which the run ends at the latest."""
        return self.duration or _LONGEST

    @property
    def n_cpus(self) -> int:
        """From how many CPUs its I/Os come."""
        return 1

    def sizes(self) -> "Distribution":
        """Return the law of the sizes for the compiled loop."""
        return size_distribution(1)

    def begin(self, simulation: "Simulation") -> None:
        """Give a simulation this load."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Generated(Workload):
    """
    A load whose I/Os are made up.

    Attributes:
        size: Bytes of each I/O, or a `SizeMix`.
        cpus: I/Os come from CPU 0 to ``cpus - 1``, in a closed loop each worker's from one of them: for io-affinity.
    """

    size: int | SizeMix = 4096
    cpus: int = 1

    def __post_init__(self) -> None:
        """Refuse what no load can be."""
        Workload.__post_init__(self)
        if isinstance(self.size, int):
            checked_size(self.size)
        if not 1 <= self.cpus <= MOST_CPUS:
            raise ValueError(f"I/Os from {self.cpus} CPUs: a simulation takes 1 to {MOST_CPUS}")

    @property
    def n_cpus(self) -> int:
        """From how many CPUs its I/Os come."""
        return self.cpus

    def sizes(self) -> "Distribution":
        """Return the law of the sizes for the compiled loop."""
        return size_distribution(self.size)


@dataclass(frozen=True)
class ClosedLoop(Generated):
    """
    As many workers as the queue is deep: each sends its next I/O when its last one has ended.

    Attributes:
        depth: I/Os in flight at any time.
        think: How long a worker waits before each I/O; ``None`` for not at all.
    """

    depth: int
    think: Latency | None = None

    def __post_init__(self) -> None:
        """Refuse what no load can be."""
        Generated.__post_init__(self)
        if not 1 <= self.depth <= _DEEPEST:
            raise ValueError(f"a queue depth of {self.depth}: a simulation takes 1 to {_DEEPEST}")

    def begin(self, simulation: "Simulation") -> None:
        """Give a simulation this load."""
        simulation.closed_loop(self.depth, None if self.think is None else self.think.distribution())


@dataclass(frozen=True)
class OpenLoop(Generated):
    """
    I/Os arrive whether or not the array keeps up.

    Attributes:
        rate: I/Os in a second.
        poisson: Whether they arrive at random; else evenly.
    """

    rate: float
    poisson: bool = True

    def __post_init__(self) -> None:
        """Refuse what no load can be."""
        Generated.__post_init__(self)
        if not _SLOWEST <= self.rate <= _FASTEST:
            raise ValueError(f"a rate of {self.rate} I/Os in a second: a simulation takes {_SLOWEST:g} to {_FASTEST:g}")

    def begin(self, simulation: "Simulation") -> None:
        """Give a simulation this load."""
        simulation.open_loop(self.rate, poisson=self.poisson)
