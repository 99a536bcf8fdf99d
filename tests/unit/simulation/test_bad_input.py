"""What no simulation can be: refused with the rule, before anything runs."""

from collections.abc import Callable

import pytest

from multipath import SimulatedPath, simulate
from multipath._native.distribution import Distribution
from multipath._native.round_robin import RoundRobin
from multipath._native.simulation import Simulation
from multipath.simulation import ClosedLoop, Exponential, Fixed, OpenLoop, Outage, SizeMix, Trace
from multipath.wire.selectors import IoAffinity, OtherSelector

MS = 1_000_000
PATHS = [SimulatedPath(Fixed(MS))]


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: SimulatedPath(Fixed(MS), parallel=0), "serves at once are 0; expected 1 to"),
        (lambda: SimulatedPath(Fixed(MS), parallel=-1), "serves at once are -1"),
        (lambda: SimulatedPath(Fixed(MS), parallel=2**32), "expected 1 to 4294967295"),
        (lambda: SimulatedPath(Fixed(MS), bytes_per_second=0), "bytes per second of a path are 0"),
        (lambda: SimulatedPath(Fixed(MS), throughput=101), "the kernel takes 0 to 100"),
        (lambda: Fixed(-5), "a fixed latency is -5 ns; a simulation takes 1 to"),
        (lambda: Exponential(0), "the mean of an exponential latency is 0 ns"),
        (lambda: Outage(-1), "the start of an outage is -1 ns"),
        (lambda: Outage(5, 5), "ends before it starts"),
        (lambda: Outage(5, error_after=-1), "the error time of an outage is -1 ns"),
        (lambda: SimulatedPath(Fixed(MS), outages=(Outage(5), Outage(9))), "starts before"),
        (lambda: SimulatedPath(Fixed(MS), outages=(Outage(5, 9), Outage(8))), "starts before"),
        (lambda: ClosedLoop(0), "a queue depth of 0: a simulation takes 1 to 1048576"),
        (lambda: ClosedLoop(2**40), "a queue depth of 1099511627776"),
        (lambda: ClosedLoop(1, ios=0), "0 I/Os: a simulation takes 1 to 50000000"),
        (lambda: ClosedLoop(1, ios=10**9), "1000000000 I/Os"),
        (lambda: ClosedLoop(1, duration=0), "the duration of a load is 0 ns"),
        (lambda: ClosedLoop(1, cpus=0), "I/Os from 0 CPUs"),
        (lambda: ClosedLoop(1, size=0), "an I/O of 0 bytes: the kernel counts 1 to 4294967295"),
        (lambda: ClosedLoop(1, size=2**32), "an I/O of 4294967296 bytes"),
        (lambda: SizeMix(()), "at least one size"),
        (lambda: SizeMix(((512, 0),)), "the weight of 512 bytes is 0"),
        (lambda: OpenLoop(0), "a rate of 0 I/Os in a second"),
        (lambda: OpenLoop(float("nan")), "a rate of nan"),
        (lambda: OpenLoop(float("inf")), "a rate of inf"),
        (lambda: Trace([], []), "a trace of no I/O"),
        (lambda: Trace([1, 2], [512]), "2 times, 1 sizes and 0 CPUs"),
        (lambda: Trace([1], [512], [0, 0]), "1 times, 1 sizes and 2 CPUs"),
        (lambda: Trace([5, 9, 7], [1, 1, 1]), "I/O 2 of the trace came at 7 ns, after one at 9 ns"),
        (lambda: Trace([-1], [512]), "times of a trace has a number below 0"),
        (lambda: Trace([0], [512], [2**40]), "came on CPU 1099511627776; a simulation takes 65536, from 0"),
        (lambda: SimulatedPath(Fixed(MS), cpus=frozenset({-1})), r"the CPUs of a path are \[-1\]"),
        (lambda: SimulatedPath(Fixed(MS), cpus=frozenset({2**16})), "a simulation takes 65536, from 0"),
        (lambda: Trace([0], [0]), "no size that the kernel counts"),
        (lambda: Trace([2**63], [1]), "the last I/O of the trace came at"),
        (lambda: simulate("fastest", PATHS, ClosedLoop(1)), "no path selector 'fastest': there are round-robin, "),
        (lambda: simulate(OtherSelector("magic"), PATHS, ClosedLoop(1)), "'magic' cannot run here"),
        (lambda: simulate("round-robin", [], ClosedLoop(1)), "a group of 0 paths: the kernel takes 1 to 1024"),
        (lambda: simulate("round-robin", PATHS * 1025, ClosedLoop(1)), "a group of 1025 paths"),
        (lambda: simulate(IoAffinity(), PATHS, ClosedLoop(1)), "give every path its CPUs"),
        (lambda: simulate("round-robin", PATHS, ClosedLoop(1), -1), r"seed -1: a simulation takes 0 to 2\*\*64 - 1"),
        (lambda: simulate("round-robin", PATHS, ClosedLoop(1), 2**64), "seed 18446744073709551616"),
        (lambda: simulate("round-robin", PATHS, ClosedLoop(1, ios=1)).percentile(0), "a percentile of 0"),
        (lambda: simulate("round-robin", PATHS, ClosedLoop(1, ios=1)).percentile(101), "a percentile of 101"),
    ],
)
def test_no_sense_is_refused_with_the_rule(make: Callable[[], object], rule: str) -> None:
    """A `ValueError` that says what was given and what is taken."""
    with pytest.raises(ValueError, match=rule):
        make()


@pytest.mark.parametrize("value", [1.5, "1ms", None, True])
def test_a_time_that_is_no_whole_number_is_refused(value: object) -> None:
    """Nanoseconds are counted."""
    with pytest.raises(TypeError, match="counts whole nanoseconds"):
        Fixed(value)  # type: ignore[arg-type]


def test_a_path_without_a_latency_is_refused() -> None:
    """A number says no law."""
    with pytest.raises(TypeError, match=r"expected a Latency, as Exponential\(200_000\)"):
        SimulatedPath(1_000_000)  # type: ignore[arg-type]


class TestTheCompiledLoop:
    """It checks by itself, whoever calls."""

    @staticmethod
    def made(paths: int = 1, ios: int = 10) -> Simulation:
        """Return a simulation with its first path described."""
        sizes = Distribution.fixed(512)
        simulation = Simulation(RoundRobin(paths), seed=0, ios=ios, duration=10**9, sizes=sizes)
        simulation.add_path(Distribution.fixed(MS))
        return simulation

    def test_needs_every_path_and_a_load(self) -> None:
        """In that order."""
        with pytest.raises(ValueError, match="1 of the selector's 2 paths have been described"):
            self.made(paths=2).closed_loop(1)
        with pytest.raises(RuntimeError, match="needs a load first"):
            self.made().run()

    def test_takes_no_path_and_no_load_after_the_load(self) -> None:
        """A run does not change under way."""
        simulation = self.made()
        simulation.closed_loop(1)

        with pytest.raises(RuntimeError, match="the load has been described"):
            simulation.add_path(Distribution.fixed(MS))
        with pytest.raises(RuntimeError, match="the load has been described"):
            simulation.open_loop(5)

    def test_goes_on_where_it_stopped_and_stays_at_its_end(self) -> None:
        """A few events at a time."""
        simulation = self.made()
        simulation.closed_loop(3)

        while simulation.run(1):
            pass

        assert (simulation.ended, simulation.run(), len(simulation.ios_that_ended()[0])) == (10, False, 10)

    def test_refuses_numbers_that_no_run_has(self) -> None:
        """Negative ones, and such as do not fit."""
        sizes = Distribution.fixed(512)
        with pytest.raises(OverflowError):
            Simulation(RoundRobin(1), seed=-1, ios=1, duration=1, sizes=sizes)
        with pytest.raises(ValueError, match="0 I/Os: a run takes"):
            Simulation(RoundRobin(1), seed=0, ios=0, duration=1, sizes=sizes)
        with pytest.raises(IndexError, match="path 1: there are 1, from 0"):
            self.made().add_change(0, 1, True)
        with pytest.raises(IndexError, match="path -1: there are 1"):
            self.made().path(-1)


class TestWhatIsNotDescribed:
    def test_is_refused_by_its_type(self) -> None:
        """A path, a load or a selector of another kind: the error shows it, and what was wanted."""
        path, load = SimulatedPath(Fixed(1000)), ClosedLoop(depth=1, ios=1)
        for words, wanted in (((7, [path], load), "Selector"), (("round-robin", ["sda"], load), "SimulatedPath")):
            with pytest.raises(TypeError, match=f"is no {wanted}"):
                simulate(*words)
        with pytest.raises(TypeError, match="is no Workload"):
            simulate("round-robin", [path], 5)  # type: ignore[arg-type]
