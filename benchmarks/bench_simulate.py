"""
How many I/Os are simulated in a second, on one core: at least five million for service-time on four paths?

Times are for one I/O, from its arrival to its place in the result; 200 ns are five million in a second. A closed loop
of 32 in flight. The peer is an event loop in Python, `heapq` and the selector as plain Python, as one would write it.
Both give the same I/Os, one by one, where latencies are fixed; where they are random, the same law.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import SimulatedPath, simulate
from multipath.lab.guest import inside
from multipath.simulation import ClosedLoop, Exponential, Fixed
from multipath.wire.selectors import SELECTORS
from tests.unit.native.selectors import models
from tests.unit.simulation.event_loop import EventLoop, ModelPath

from .contest import Contest

pytestmark = pytest.mark.skipif(inside(), reason="a kernel makes no difference")

_IOS: Final = 20_000
_ROUNDS: Final = 12
_DEPTH: Final = 32
_MEAN: Final = 200_000
_WANTED: Final = 200e-9
_PEER: Final = "an event loop in Python"
_MODELS: Final[dict[str, Callable[[int], models.Model]]] = {
    "round-robin": models.RoundRobin,
    "queue-length": models.QueueLength,
    "service-time": lambda paths: models.ServiceTime([1] * paths),
    "historical-service-time": models.HistoricalServiceTime,
    "io-affinity": lambda paths: models.IoAffinity([1 << path for path in range(paths)], [0] * paths),
}


class _ExponentialPath(ModelPath):
    """A path of the peer whose latency is drawn anew for each I/O."""

    @property
    def latency(self) -> int:
        """Draw."""
        return round(random.expovariate(1 / _MEAN))

    @latency.setter
    def latency(self, mean: int) -> None:
        """Keep nothing: the mean is known."""


def ran(name: str, paths: Sequence[ModelPath]) -> EventLoop:
    """Run the peer."""
    loop = EventLoop(_MODELS[name](len(paths)), paths)
    loop.closed_loop(_DEPTH, _IOS, len(paths))
    return loop


@pytest.mark.parametrize("paths", [4, 32])
@pytest.mark.parametrize("name", SELECTORS)
def test_fixed_latencies(name: str, paths: int, benchmark: BenchmarkFixture) -> None:
    """What the selector and the events cost."""
    latencies = [_MEAN + 1_009 * path for path in range(paths)]
    array = [SimulatedPath(Fixed(latency), cpus=frozenset({path})) for path, latency in enumerate(latencies)]
    load = ClosedLoop(_DEPTH, ios=_IOS, cpus=paths)
    result = simulate(name, array, load)
    peer = ran(name, [ModelPath(latency) for latency in latencies])
    assert list(zip(result.ends, result.latencies, result.served_by, strict=True)) == peer.ended

    contest = Contest(f"{name}, {paths} paths of fixed latencies", _PEER, _ROUNDS, each=_IOS)
    contest.hold(
        benchmark,
        lambda: simulate(name, array, load),
        lambda: ran(name, [ModelPath(latency) for latency in latencies]),
    )


def test_exponential_latencies(benchmark: BenchmarkFixture) -> None:
    """The figure that the project promises: random numbers included."""
    array, load = [SimulatedPath(Exponential(_MEAN))] * 4, ClosedLoop(_DEPTH, ios=_IOS)
    assert simulate("service-time", array, load).mean_latency == pytest.approx(_MEAN, rel=0.05)
    assert sum(latency for _, latency, _ in ran("service-time", paths()).ended) / _IOS == pytest.approx(_MEAN, rel=0.05)

    contest = Contest("service-time, 4 paths of exponential latencies", _PEER, _ROUNDS, each=_IOS, limit=_WANTED)
    contest.hold(benchmark, lambda: simulate("service-time", array, load), lambda: ran("service-time", paths()))


def paths() -> list[ModelPath]:
    """Return four paths of the peer."""
    return [_ExponentialPath(_MEAN) for _ in range(4)]
