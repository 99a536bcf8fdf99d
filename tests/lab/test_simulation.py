"""
The simulation against dm-multipath itself: real reads over paths of dm-delay, and the same array simulated.

What a read takes on each path alone is measured first, in the same guest, and given to the simulation as it is. Then
the same closed loop runs on both: where the I/Os went, and how long they took on average, must agree. A guest has a
hundred ticks in a second and dm-delay waits for one, so the delays are long; and above 50 ms, below which newer kernels
do not wait for ticks.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean

import pytest

from multipath import Control, MultipathTable, SimulatedPath, Target, simulate
from multipath.dm.targets import DelayTarget
from multipath.simulation import ClosedLoop, Measured
from multipath.units import Sectors, format_devt
from multipath.wire.features import Features
from multipath.wire.selectors import SELECTORS

from .closed_loop import BLOCK, ClosedLoopRun, reads_done

pytestmark = [pytest.mark.kernel(udev=False), pytest.mark.slow]

MIXES = ((60, 120), (60, 90, 180))
SELECTOR_NAMES = ("round-robin", "queue-length", "service-time")
DEPTH = 32
SECONDS = 1.5
SHARE_TOLERANCE = 0.05
MEAN_TOLERANCE = 0.15
SIZE = Sectors(65536)
SIMULATED_IOS = 100_000


@dataclass(frozen=True)
class DelayedPaths:
    """Paths of dm-delay: their numbers, and what a read takes on each alone."""

    numbers: tuple[str, ...]
    alone: tuple[Measured, ...]


@contextmanager
def mapped(dm: Control, name: str, target: Target) -> Iterator[str]:
    """Make a device of one target, give its number, and remove it."""
    dm.create(name)
    try:
        dm.load(name, [target])
        yield format_devt(dm.resume(name).devt)
    finally:
        dm.remove(name)


@pytest.fixture(params=MIXES, ids=lambda mix: "/".join(map(str, mix)))
def delayed(request: pytest.FixtureRequest, dm: Control, paths: list[str]) -> Iterator[DelayedPaths]:
    """Give paths that answer after so many milliseconds, over those of the array."""
    names = [f"delayed{number}" for number in range(len(request.param))]
    targets = [DelayTarget.parse(f"{path} 0 {time}") for path, time in zip(paths, request.param, strict=False)]
    maps = [mapped(dm, name, Target.of(Sectors(0), SIZE, target)) for name, target in zip(names, targets, strict=True)]
    numbers = tuple(each.__enter__() for each in maps)
    runs = [ClosedLoopRun(f"/dev/mapper/{name}", 1, SECONDS).start() for name in names]
    yield DelayedPaths(numbers, tuple(Measured.of(run.wait().latencies) for run in runs))
    for each in maps:
        each.__exit__(None, None, None)


def measured(dm: Control, selector: str, delayed: DelayedPaths) -> tuple[list[float], float]:
    """Run the closed loop on a real map; return the share of each path, and the mean latency in nanoseconds."""
    table = MultipathTable.build([delayed.numbers], SELECTORS[selector](), Features(queue_mode="bio"))
    with mapped(dm, "real", Target(Sectors(0), SIZE, "multipath", str(table))):
        before = [reads_done(number) for number in delayed.numbers]
        run = ClosedLoopRun("/dev/mapper/real", DEPTH, SECONDS).start().wait()
        reads = [reads_done(number) - count for number, count in zip(delayed.numbers, before, strict=True)]
    return [count / sum(reads) for count in reads], fmean(run.latencies)


def told(shares: Iterable[float], mean: float) -> str:
    """Return shares and a mean for the report."""
    return f"{' '.join(f'{share:.3f}' for share in shares)}, mean {mean / 1e6:.1f} ms"


class TestAnArrayOfUnequalPaths:
    def test_is_served_as_the_simulation_says(self, dm: Control, delayed: DelayedPaths) -> None:
        """Shares within 0.05, means within 15 percent, for each of three selectors."""
        for selector in SELECTOR_NAMES:
            shares, mean = measured(dm, selector, delayed)

            paths = [SimulatedPath(latency) for latency in delayed.alone]
            simulated = simulate(selector, paths, ClosedLoop(depth=DEPTH, size=BLOCK, ios=SIMULATED_IOS))

            print(
                f"{selector}: kernel {told(shares, mean)}; simulation {told(simulated.shares, simulated.mean_latency)}"
            )
            assert list(simulated.shares) == pytest.approx(shares, abs=SHARE_TOLERANCE)
            assert simulated.mean_latency == pytest.approx(mean, rel=MEAN_TOLERANCE)
