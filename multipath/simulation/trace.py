"""A load that was recorded: when each I/O came, how large it was, and on which CPU."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from .sizes import LARGEST
from .workload import MOST_CPUS, Workload

if TYPE_CHECKING:
    from .._native.simulation import Simulation

_LAST_MOMENT: Final = 1 << 62


@dataclass(frozen=True)
class Trace(Workload):
    """
    Recorded I/Os; they arrive as they did, whether or not the simulated array keeps up.

    Attributes:
        times: When: uint64[n], nanoseconds, ascending; any numbers are taken, and kept as an array.
        nbytes: How large: uint64[n].
        on_cpus: Where: uint64[n]; empty where nobody knows, then all are on CPU 0.

    >>> Trace([0, 1_000], [4096, 512]).most_ios
    2
    """

    times: Sequence[int]
    nbytes: Sequence[int]
    on_cpus: Sequence[int] = ()

    def __post_init__(self) -> None:
        """Refuse what no load can be; keep arrays, whatever was given."""
        Workload.__post_init__(self)
        for name in ("times", "nbytes", "on_cpus"):
            object.__setattr__(self, name, _column(name, getattr(self, name)))
        self._refuse_disorder()

    @property
    def most_ios(self) -> int:
        """How many I/Os arrive at most."""
        return min(self.ios or len(self.times), len(self.times))

    @property
    def n_cpus(self) -> int:
        """From how many CPUs its I/Os come: one more than the highest number."""
        return 1 + max(self.on_cpus, default=0)

    def begin(self, simulation: "Simulation") -> None:
        """Give a simulation this load."""
        times, nbytes, on_cpus = (array("Q", column) for column in (self.times, self.nbytes, self.on_cpus))
        simulation.trace(times, nbytes, on_cpus or None)

    def _refuse_disorder(self) -> None:
        if not self.times:
            raise ValueError("a trace of no I/O: a simulation needs at least one")
        if not (len(self.times) == len(self.nbytes) and len(self.on_cpus) in (0, len(self.times))):
            raise ValueError(
                f"a trace of {len(self.times)} times, {len(self.nbytes)} sizes and {len(self.on_cpus)} CPUs: "
                "expected as many of each"
            )
        for index, (earlier, later) in enumerate(pairwise(self.times), 1):
            if later < earlier:
                raise ValueError(f"I/O {index} of the trace came at {later} ns, after one at {earlier} ns: sort it")
        if self.times[-1] > _LAST_MOMENT:
            raise ValueError(f"the last I/O of the trace came at {self.times[-1]} ns; the most is {_LAST_MOMENT}")
        if max(self.on_cpus, default=0) >= MOST_CPUS:
            raise ValueError(
                f"an I/O of the trace came on CPU {max(self.on_cpus)}; a simulation takes {MOST_CPUS}, from 0"
            )
        if not (min(self.nbytes) >= 1 and max(self.nbytes) <= LARGEST):
            raise ValueError(f"an I/O of the trace has no size that the kernel counts, 1 to {LARGEST} bytes")


def _column(name: str, values: Sequence[int]) -> "array[int]":
    try:
        return array("Q", values)
    except OverflowError:
        raise ValueError(f"{name} of a trace has a number below 0 or of more than 64 bits") from None
