"""What a run does, traced by hand, and held against the readable model on any array."""

import resource
import signal
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath import PathGroup, Selector, SimulatedPath, TablePath, path_selector, simulate
from multipath._native.distribution import Distribution
from multipath._native.round_robin import RoundRobin
from multipath._native.simulation import Simulation
from multipath.errors import SimulationOverrun
from multipath.simulation import ClosedLoop, Exponential, Fixed, LogNormal, OpenLoop, Outage, SizeMix, Trace
from multipath.wire.selectors import SELECTORS, CpuMask, IoAffinity

from .event_loop import EventLoop, ModelPath

MS = 1_000_000
CPUS = 6


def fixed(*milliseconds: int) -> list[SimulatedPath]:
    """Return paths with these latencies."""
    return [SimulatedPath(Fixed(each * MS)) for each in milliseconds]


class TestAClosedLoopOverFixedPaths:
    def test_is_what_a_hand_would_trace(self) -> None:
        """Two workers, two paths of 1 and 3 ms, in turn: each end brings the next I/O at once."""
        result = simulate("round-robin", fixed(1, 3), ClosedLoop(depth=2, ios=6))

        # Sent at 0: one down each path. At 1 the next down path 0, at 2 down 1, at 3 down 0, at 4 down 1.
        assert list(result.served_by) == [0, 0, 1, 0, 1, 1]
        assert [end // MS for end in result.ends] == [1, 2, 3, 4, 5, 7]
        assert [latency // MS for latency in result.latencies] == [1, 1, 3, 1, 3, 3]
        assert (result.elapsed, result.ios, result.unfinished, result.retries) == (7 * MS, 6, 0, 0)

    def test_keeps_as_many_in_flight_as_it_is_deep(self) -> None:
        """Little's law: depth is rate times mean latency, with nothing left over."""
        result = simulate("queue-length", fixed(1, 3), ClosedLoop(depth=4, ios=4000))

        assert result.ios_per_second * result.mean_latency / 1e9 == pytest.approx(4)
        assert list(result.shares) == [0.75, 0.25]
        assert result.bytes_per_second == result.ios_per_second * 4096

    def test_thinks_before_each_io(self) -> None:
        """One worker, 1 ms of service after 4 ms of thinking."""
        result = simulate("round-robin", fixed(1), ClosedLoop(depth=1, think=Fixed(4 * MS), ios=3))

        assert [end // MS for end in result.ends] == [5, 10, 15]
        assert set(result.latencies) == {MS}

    def test_ends_at_its_duration(self) -> None:
        """What is under way then has not finished."""
        result = simulate("round-robin", fixed(3), ClosedLoop(depth=2, duration=10 * MS))

        assert (result.elapsed, result.ios, result.unfinished) == (10 * MS, 6, 2)


class TestAResult:
    RESULT = simulate("round-robin", fixed(1, 3), ClosedLoop(depth=2, ios=1000))

    @pytest.mark.parametrize(
        ("column", "format_", "length"),
        [
            ("latencies", "Q", 1000),
            ("ends", "Q", 1000),
            ("served_by", "H", 1000),
            ("sorted_latencies", "Q", 1000),
            ("shares", "d", 2),
        ],
    )
    def test_has_arrays_that_need_no_copy(self, column: str, format_: str, length: int) -> None:
        """Of one dimension, in the machine's own numbers."""
        view = memoryview(getattr(self.RESULT, column))

        assert (view.format, view.shape) == (format_, (length,))

    def test_has_the_percentiles_that_were_reached(self) -> None:
        """Each is a latency that occurred: the least that so many do not exceed."""
        assert list(self.RESULT.percentiles([0.001, 50, 50.1, 99.9, 100])) == [MS, MS, 3 * MS, 3 * MS, 3 * MS]
        assert sorted(self.RESULT.latencies) == list(self.RESULT.sorted_latencies)

    def test_is_the_same_for_the_same_seed_and_no_other(self) -> None:
        """To the last nanosecond."""
        paths = [SimulatedPath(Exponential(MS)), SimulatedPath(LogNormal(MS, 1))]
        first, again, other = (simulate("service-time", paths, ClosedLoop(4, ios=1000), seed) for seed in (3, 3, 4))

        assert first == again != other


class TestAPathThatServesOneAtATime:
    def test_serves_first_who_came_first(self) -> None:
        """Three at once: the second waits 2 ms, the third 4."""
        result = simulate("round-robin", [SimulatedPath(Fixed(2 * MS), parallel=1)], ClosedLoop(depth=3, ios=3))

        assert [latency // MS for latency in result.latencies] == [2, 4, 6]
        assert result.mean_queue_time == 2 * MS
        assert result.paths[0].utilisation == 1

    def test_with_a_link_carries_the_bytes_first(self) -> None:
        """4096 bytes at 4,096,000 in a second take 1 ms each, one after the other; the service may overlap."""
        path = SimulatedPath(Fixed(2 * MS), bytes_per_second=4_096_000)

        result = simulate("round-robin", [path], ClosedLoop(depth=2, ios=2))

        assert [latency // MS for latency in result.latencies] == [3, 4]


class TestAnOpenLoop:
    def test_that_is_even_comes_at_its_rate(self) -> None:
        """Three in two seconds: a nanosecond is cut off now and then, and made up for."""
        result = simulate("round-robin", fixed(1), OpenLoop(rate=1.5, poisson=False, ios=300))

        arrivals = [end - latency for end, latency in zip(result.ends, result.latencies, strict=True)]
        assert arrivals[0] == 666_666_666
        assert arrivals[-1] == pytest.approx(200 * 10**9, abs=1)

    @pytest.mark.slow
    def test_that_the_array_cannot_serve_ends_with_a_word(self) -> None:
        """Four million I/Os on their way are too many."""
        path = SimulatedPath(Fixed(10**15), parallel=1)

        with pytest.raises(SimulationOverrun, match=r"arrive faster than they are served; add paths or lower the rate"):
            simulate("round-robin", [path], OpenLoop(rate=1e9, ios=10_000_000))

    def test_meets_every_selector_with_the_same_load(self) -> None:
        """Arrivals and sizes depend on the seed alone."""
        load = OpenLoop(rate=10_000, size=SizeMix(((512, 1), (4096, 3))), ios=1000)
        paths = [SimulatedPath(Exponential(MS)) for _ in range(3)]

        first, second = (simulate(name, paths, load, 7) for name in ("round-robin", "service-time"))

        assert sorted(first.ends[n] - first.latencies[n] for n in range(1000)) == sorted(
            second.ends[n] - second.latencies[n] for n in range(1000)
        )
        assert sum(path.nbytes for path in first.paths) == sum(path.nbytes for path in second.paths)


class TestATrace:
    def test_arrives_as_it_was_recorded(self) -> None:
        """Times and sizes are those of the trace."""
        result = simulate("round-robin", fixed(1, 1), Trace([0, 5, 5 * MS], [512, 1024, 2048]))

        assert list(result.ends) == [MS, MS + 5, 6 * MS]
        assert [path.nbytes for path in result.paths] == [512 + 2048, 1024]

    def test_says_on_which_cpu(self) -> None:
        """io-affinity serves each CPU by its own path."""
        paths = [SimulatedPath(Fixed(MS), cpus=frozenset({cpu})) for cpu in (0, 1)]

        result = simulate(IoAffinity(), paths, Trace([0, 1, 2, 3], [512] * 4, [1, 1, 0, 1]))

        assert list(result.served_by) == [1, 1, 0, 1]


class TestAnOutage:
    def test_that_is_noticed_at_once_loses_no_time(self) -> None:
        """At 13 ms the I/O in the first path goes to the other one, and so do all that follow."""
        paths = [SimulatedPath(Fixed(2 * MS), outages=(Outage(13 * MS),)), *fixed(10)]

        result = simulate("round-robin", paths, ClosedLoop(depth=1, ios=4))

        assert [end // MS for end in result.ends] == [2, 12, 23, 33]
        assert list(result.served_by) == [0, 1, 1, 1]
        assert [path.errors for path in result.paths] == [1, 0]

    def test_that_is_silent_costs_its_error_time(self) -> None:
        """One path, down from 1 to 50 ms: its I/O comes back after 20, is held to the end, and takes 2 ms then."""
        outage = Outage(MS, 50 * MS, error_after=20 * MS)

        result = simulate("round-robin", [SimulatedPath(Fixed(2 * MS), outages=(outage,))], ClosedLoop(depth=1, ios=1))

        assert (list(result.ends), result.retries, result.mean_held_time) == ([52 * MS], 1, 29 * MS)

    def test_that_ends_before_anyone_noticed_takes_no_path_out_of_use(self) -> None:
        """The lost I/O is sent again down the same path."""
        outage = Outage(MS, 2 * MS, error_after=20 * MS)

        result = simulate("round-robin", [SimulatedPath(Fixed(3 * MS), outages=(outage,))], ClosedLoop(depth=1, ios=1))

        assert (list(result.ends), result.retries, result.mean_held_time) == ([24 * MS], 1, 0)

    def test_of_all_paths_for_ever_ends_the_run(self) -> None:
        """What nobody will serve is told as unfinished."""
        paths = [SimulatedPath(Fixed(2 * MS), outages=(Outage(start),)) for start in (0, 5 * MS)]

        result = simulate("queue-length", paths, ClosedLoop(depth=2, ios=100))

        assert (result.ios, result.unfinished) == (4, 2)
        assert simulate("queue-length", paths[:1], ClosedLoop(depth=2)).percentile(99) == 0


@st.composite
def outages(draw: st.DrawFn) -> tuple[tuple[int, int, int], ...]:
    """Draw outages of one path, in order."""
    moments = sorted(draw(st.lists(st.integers(1, 200), max_size=6, unique=True)))
    pairs = zip(moments[::2], moments[1::2], strict=False)
    return tuple((start, end, draw(st.integers(0, 30))) for start, end in pairs)


model_paths = st.lists(st.builds(ModelPath, st.integers(1, 20), st.integers(0, 3), outages()), min_size=1, max_size=5)


class TestAnyArray:
    @settings(deadline=None)
    @given(model_paths, st.sampled_from([*SELECTORS]), st.integers(1, 12), st.integers(1, 150))
    def test_in_a_closed_loop_is_as_the_model_has_it(
        self, paths: list[ModelPath], name: str, depth: int, ios: int
    ) -> None:
        """The same ends, latencies and paths, I/O by I/O, with the selector driven by hand."""
        model = EventLoop(running(name, len(paths)), paths)
        model.closed_loop(depth, ios, CPUS)

        result = simulate(name, simulated(paths), ClosedLoop(depth=depth, ios=ios, cpus=CPUS))

        assert list(zip(result.ends, result.latencies, result.served_by, strict=True)) == model.ended

    @settings(deadline=None)
    @given(model_paths, st.sampled_from([*SELECTORS]), st.lists(st.integers(0, 250), min_size=1, max_size=150))
    def test_under_a_trace_is_as_the_model_has_it(self, paths: list[ModelPath], name: str, times: list[int]) -> None:
        """The same, for I/Os that arrive on their own."""
        model = EventLoop(running(name, len(paths)), paths)
        model.arrivals(sorted(times))

        result = simulate(name, simulated(paths), Trace(sorted(times), [4096] * len(times)))

        assert list(zip(result.ends, result.latencies, result.served_by, strict=True)) == model.ended


def running(name: str, count: int) -> Selector:
    """Return a selector that is driven by hand; for io-affinity each path has every CPU whose number leaves its own."""
    kind = SELECTORS[name]
    args = [
        CpuMask.of(*claimed(number, count)) if kind is IoAffinity else kind().default_args() for number in range(count)
    ]
    return path_selector(PathGroup.of([TablePath("path", each) for each in args], kind()), cpus=CPUS)


def claimed(number: int, count: int) -> frozenset[int]:
    """Return the CPUs of one of ``count`` paths."""
    return frozenset(range(number, CPUS, count))


def simulated(paths: list[ModelPath]) -> list[SimulatedPath]:
    """Return the paths of a model for the simulation."""
    return [
        SimulatedPath(
            Fixed(path.latency),
            path.parallel or None,
            cpus=claimed(number, len(paths)),
            outages=tuple(Outage(*outage) for outage in path.outages),
        )
        for number, path in enumerate(paths)
    ]


class TestALongRun:
    LOAD = ClosedLoop(depth=32, ios=50_000_000)

    def test_tells_how_far_it_is_and_may_be_ended(self) -> None:
        """What the caller raises comes through."""
        told: list[float] = []

        def tell(done: float) -> None:
            told.append(done)
            if len(told) == 2:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            simulate("round-robin", fixed(1, 2), self.LOAD, progress=tell)

        assert told == [pytest.approx(0.021, abs=0.001), pytest.approx(0.042, abs=0.001)]

    @pytest.mark.slow
    def test_hears_a_signal(self) -> None:
        """Ctrl-C ends it within a moment."""

        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        begin = time.monotonic()
        try:
            with pytest.raises(KeyboardInterrupt):
                simulate("round-robin", fixed(1, 2), self.LOAD)
        finally:
            signal.signal(signal.SIGALRM, before)

        assert time.monotonic() - begin < 1

    @pytest.mark.slow
    def test_lets_other_threads_run(self) -> None:
        """It holds no GIL: a thread that counts is not stopped for longer than a moment."""
        done = threading.Event()
        pauses: list[float] = []

        def count() -> None:
            last = time.monotonic()
            while not done.is_set():
                now = time.monotonic()
                pauses.append(now - last)
                last = now

        thread = threading.Thread(target=count)
        thread.start()
        simulate("round-robin", fixed(1, 2), ClosedLoop(depth=32, ios=5_000_000))
        done.set()
        thread.join()

        assert len(pauses) > 1000

    @pytest.mark.slow
    def test_of_one_thread_cannot_be_run_by_another(self) -> None:
        """The second one is refused, whatever the first one does then."""
        simulation = Simulation(RoundRobin(1), seed=0, ios=20_000_000, duration=10**18, sizes=Distribution.fixed(512))
        simulation.add_path(Distribution.fixed(MS))
        simulation.closed_loop(32)
        thread = threading.Thread(target=simulation.run)
        thread.start()

        while not simulation.ended:
            pass
        with pytest.raises(RuntimeError, match="runs in another thread"):
            simulation.ios_that_ended()
        thread.join()

        assert simulation.ended == 20_000_000

    @pytest.mark.slow
    def test_gives_its_memory_back(self) -> None:
        """The whole process grows no further after the first runs."""

        def run() -> None:
            simulate("queue-length", fixed(1, 1), ClosedLoop(depth=100_000, ios=100_000))

        for _ in range(3):
            run()
        before = resident()
        for _ in range(30):
            run()

        assert resident() - before < 16 << 20  # one run takes 10 MiB


def resident() -> int:
    """Return how much memory this process has, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
