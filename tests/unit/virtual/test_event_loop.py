"""An event loop in the time of a virtual world."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator

import pytest

from multipath import Host, MultipathTable
from multipath.virtual import SystemClock, VirtualClock, VirtualEventLoop, VirtualHost, run

HOURS = 3600.0


@pytest.fixture
def clock() -> VirtualClock:
    """Give a clock that moves on when everybody waits."""
    return VirtualClock()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Give a pipe."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


class TestALoop:
    def test_sleeps_for_hours_in_no_time(self, clock: VirtualClock) -> None:
        """To the nanosecond, as nearly as a float has it."""
        before, began = clock.monotonic_ns(), time.monotonic()

        async def sleep() -> float:
            start = asyncio.get_running_loop().time()
            for _ in range(100):
                await asyncio.sleep(HOURS)
            return asyncio.get_running_loop().time() - start

        assert run(clock, sleep()) == pytest.approx(100 * HOURS, abs=1e-3)
        assert clock.monotonic_ns() - before == pytest.approx(100 * HOURS * 1e9, abs=1e6)
        assert time.monotonic() - began < HOURS / 360

    def test_runs_the_timers_of_the_world_in_their_order(self, clock: VirtualClock) -> None:
        """Between its own."""
        seen: list[str] = []

        async def work() -> None:
            clock.call_later(1.5, lambda: seen.append("world"))
            asyncio.get_running_loop().call_later(1, seen.append, "first")
            asyncio.get_running_loop().call_later(2, seen.append, "second")
            await asyncio.sleep(3)

        run(clock, work())
        assert seen == ["first", "world", "second"]

    def test_is_woken_by_a_timer_of_the_world(self, clock: VirtualClock) -> None:
        """Which tells a task something, at its moment."""

        async def wait() -> float:
            loop, told = asyncio.get_running_loop(), asyncio.Event()
            start = loop.time()
            clock.call_later(7, told.set)
            await asyncio.wait_for(told.wait(), HOURS)
            return loop.time() - start

        assert run(clock, wait()) == pytest.approx(7)

    def test_has_timeouts(self, clock: VirtualClock) -> None:
        """Of asyncio itself."""

        async def wait() -> None:
            await asyncio.wait_for(asyncio.Event().wait(), HOURS)

        with pytest.raises(TimeoutError):
            run(clock, wait())

    def test_hears_a_descriptor_before_any_timer(self, clock: VirtualClock, pipe: tuple[int, int]) -> None:
        """One that is ready costs no time."""

        async def listen() -> float:
            loop, ready = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(pipe[0], ready.set)
            start = loop.time()
            os.write(pipe[1], b"x")
            await asyncio.wait_for(ready.wait(), HOURS)
            loop.remove_reader(pipe[0])
            return loop.time() - start

        assert run(clock, listen()) == 0

    def test_hears_what_a_timer_of_the_world_makes_ready(self, clock: VirtualClock, pipe: tuple[int, int]) -> None:
        """At its moment, not at the end of the wait."""

        def write() -> None:
            os.write(pipe[1], b"x")

        async def listen() -> float:
            loop, ready = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(pipe[0], ready.set)
            start = loop.time()
            clock.call_later(7, write)
            await asyncio.wait_for(ready.wait(), HOURS)
            loop.remove_reader(pipe[0])
            return loop.time() - start

        assert run(clock, listen()) == pytest.approx(7)

    def test_hears_events_of_the_worlds_device_mapper(self) -> None:
        """Its control file has a descriptor as the kernel's."""
        with VirtualHost() as world, Host(**world.seams()) as host:
            array = world.add_array(paths=2)
            table = MultipathTable.build([[path.name for path in array.paths]])
            mpath = host.create("mpatha", table, uuid=f"mpath-{array.wwid}")

            async def watch() -> list[str]:
                kinds: list[str] = []
                world.clock.call_later(HOURS, lambda: mpath.fail_path("sda"))
                async for event in host.watch():
                    kinds.append(str(event.kind))
                    if len(kinds) == 2:
                        break
                return kinds

            before = world.clock.monotonic_ns()
            assert run(world.clock, watch()) == ["present", "path_failed"]
            assert world.clock.monotonic_ns() - before == HOURS * 1e9

    def test_lets_no_time_pass_while_a_thread_works_for_it(self, clock: VirtualClock) -> None:
        """What the machine needs is not the world's time."""
        began = threading.Event()

        def work() -> str:
            began.wait(10)
            return "done"

        async def wait() -> str:
            threading.Timer(0.05, began.set).start()
            return await asyncio.wait_for(asyncio.to_thread(work), 1)

        assert run(clock, wait()) == "done"


class TestAClockThatOthersMove:
    def test_is_waited_for(self) -> None:
        """A test moves it from another thread."""
        clock, asleep = VirtualClock(autojump=False), threading.Event()

        def move() -> None:
            asleep.wait(10)
            for _ in range(100):
                clock.advance(HOURS)

        async def sleep() -> str:
            asyncio.get_running_loop().call_soon(asleep.set)
            return await asyncio.sleep(50 * HOURS, "awake")

        mover = threading.Thread(target=move)
        mover.start()
        assert run(clock, sleep()) == "awake"
        mover.join()

    def test_may_be_the_machines(self) -> None:
        """Then a second is a second."""
        began = time.monotonic()

        assert run(SystemClock(), asyncio.sleep(0.05, "awake")) == "awake"
        assert time.monotonic() - began >= 0.05

    def test_is_moved_by_another_thread_that_waits(self, clock: VirtualClock) -> None:
        """Two wait on one clock, and each for its own moment."""
        slept: list[int] = []

        def sleep() -> None:
            for _ in range(200):
                clock.sleep(1)
            slept.append(clock.monotonic_ns())

        other = threading.Thread(target=sleep)
        other.start()

        async def wait() -> None:
            for _ in range(200):
                await asyncio.sleep(1)

        run(clock, wait())
        other.join(10)
        assert slept


class TestALoopThatIsClosed:
    def test_gives_every_descriptor_back(self, clock: VirtualClock) -> None:
        """As any loop."""
        before = len(os.listdir("/proc/self/fd"))
        loop = VirtualEventLoop(clock)
        loop.run_until_complete(asyncio.sleep(1))

        loop.close()

        assert len(os.listdir("/proc/self/fd")) == before
