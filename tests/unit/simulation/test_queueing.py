"""Where queueing theory has an exact answer, the simulation finds it."""

from math import factorial

import pytest

from multipath import SimulatedPath, simulate
from multipath.simulation import ClosedLoop, Exponential, Fixed, OpenLoop

SERVICE = 200_000
IOS = 400_000


def mean_wait(servers: int, load: float) -> float:
    """Return how long an arrival waits in M/M/c, in service times: Erlang's C over the servers that idle."""
    offered = servers * load
    waiting = offered**servers / factorial(servers) / (1 - load)
    no_waiting = sum(offered**k / factorial(k) for k in range(servers))
    return waiting / (no_waiting + waiting) / (servers * (1 - load))


class TestPoissonArrivals:
    @pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.8), (2, 0.7), (8, 0.9)])
    def test_wait_as_long_as_erlang_says(self, servers: int, load: float) -> None:
        """M/M/1 and M/M/c: the mean wait, the utilisation, and the share of those that do not wait at all."""
        path = SimulatedPath(Exponential(SERVICE), parallel=servers)

        result = simulate("round-robin", [path], OpenLoop(rate=servers * load / SERVICE * 1e9, ios=IOS), 3)

        assert result.mean_queue_time / SERVICE == pytest.approx(mean_wait(servers, load), rel=0.05)
        assert result.paths[0].utilisation == pytest.approx(load, rel=0.01)
        assert result.mean_latency == pytest.approx(result.mean_queue_time + SERVICE, rel=0.01)

    def test_in_one_exponential_server_take_an_exponential_time(self) -> None:
        """M/M/1: the latency is exponential too, with a mean of the service time over what is idle."""
        result = simulate(
            "round-robin", [SimulatedPath(Exponential(SERVICE), parallel=1)], OpenLoop(rate=2500, ios=IOS)
        )

        for percent, factor in ((50, 0.6931), (90, 2.3026), (99, 4.6052)):
            assert result.percentile(percent) == pytest.approx(factor * 2 * SERVICE, rel=0.03)

    def test_with_a_fixed_service_wait_half_as_long(self) -> None:
        """M/D/1: by Pollaczek and Khinchine half the wait of M/M/1."""
        result = simulate("round-robin", [SimulatedPath(Fixed(SERVICE), parallel=1)], OpenLoop(rate=4000, ios=IOS))

        assert result.mean_queue_time / SERVICE == pytest.approx(mean_wait(1, 0.8) / 2, rel=0.05)


class TestAClosedLoop:
    def test_with_thinking_is_the_machine_repairman(self) -> None:
        """M/M/1//N: four workers that think three service times keep the server busy for 1 - P(idle)."""
        path = SimulatedPath(Exponential(SERVICE), parallel=1)
        ratio = 1 / 3
        idle = 1 / sum(factorial(4) / factorial(4 - k) * ratio**k for k in range(5))

        result = simulate("round-robin", [path], ClosedLoop(depth=4, think=Exponential(3 * SERVICE), ios=IOS))

        assert result.paths[0].utilisation == pytest.approx(1 - idle, rel=0.01)

    @pytest.mark.parametrize("depth", [1, 8, 64])
    def test_obeys_little(self, depth: int) -> None:
        """In flight is rate times latency, whatever the selector does."""
        paths = [SimulatedPath(Exponential(mean)) for mean in (SERVICE, 3 * SERVICE)]

        result = simulate("service-time", paths, ClosedLoop(depth=depth, ios=IOS))

        assert result.ios_per_second * result.mean_latency / 1e9 == pytest.approx(depth, rel=0.01)


class TestRoundRobin:
    def test_gives_every_path_the_same(self) -> None:
        """However slow it is."""
        paths = [SimulatedPath(Exponential(mean)) for mean in (SERVICE, 3 * SERVICE, 10 * SERVICE)]

        result = simulate("round-robin", paths, OpenLoop(rate=1000, ios=30_000))

        assert [path.ios for path in result.paths] == [10_000] * 3
