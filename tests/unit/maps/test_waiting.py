"""Waiting in the time of a world in memory: what wakes, and when a deadline is one."""

import os
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any, TypeVar

import pytest

from multipath import Host, Map, MultipathTable, errors
from multipath.virtual import VirtualHost
from multipath.virtual.event_loop import run

_Result = TypeVar("_Result")
UUID = "mpath-3600140500000000000000000000a11"


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world with an array of two paths."""
    with VirtualHost() as world:
        world.add_array(paths=2)
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the machine, which may ask its paths."""
    with Host(**world.seams(), asker=world.asker()) as host:
        yield host


@pytest.fixture
def mpath(host: Host, world: VirtualHost) -> Map:
    """Give a map of both paths."""
    return host.create("mpatha", MultipathTable.build([[path.name for path in world.arrays[0].paths]]), uuid=UUID)


def timed(world: VirtualHost, coroutine: Coroutine[Any, Any, _Result]) -> tuple[_Result | Exception, float]:
    """Return what came of a wait, and after how many seconds of the world."""
    begun = world.clock.monotonic_ns()
    result: _Result | Exception
    try:
        result = run(world.clock, coroutine)
    except errors.MultipathError as error:
        result = error
    return result, round((world.clock.monotonic_ns() - begun) / 1e9, 3)


class TestAWait:
    def test_ends_at_the_moment_of_the_event(self, world: VirtualHost, mpath: Map) -> None:
        """Not at the next look."""
        mpath.fail_path("sda")
        world.clock.call_later(0.25, lambda: mpath.reinstate_path("sda"))

        _, seconds = timed(world, mpath.wait_async(paths=2))

        assert seconds == 0.25

    def test_ends_at_its_deadline(self, world: VirtualHost, mpath: Map) -> None:
        """Whatever happens meanwhile."""
        for moment in (0.3, 1.1, 2.4):
            world.clock.call_later(moment, lambda: mpath.disable_group(1))

        late, seconds = timed(world, mpath.wait_async(paths=3, timeout=2.5))

        assert (str(late), seconds) == ("map mpatha: not so after 2.5 s; 2 of 3 paths active", 2.5)

    def test_is_in_no_way_of_the_next_one(self, world: VirtualHost, mpath: Map) -> None:
        """Descriptors have the same numbers again, and the loop is to listen to them."""

        async def story() -> None:
            with pytest.raises(errors.WaitTimeout):
                await mpath.wait_async(paths=3, timeout=0.5)
            mpath.fail_path("sda")
            world.clock.call_later(0.25, lambda: mpath.reinstate_path("sda"))
            await mpath.wait_async(paths=2)

        _, seconds = timed(world, story())

        assert seconds == 0.75

    def test_may_last_for_ever(self, world: VirtualHost, mpath: Map) -> None:
        """Where nobody gives it a deadline."""
        mpath.fail_path("sda")
        world.clock.call_later(7200, lambda: mpath.reinstate_path("sda"))

        _, seconds = timed(world, mpath.wait_async(paths=2, timeout=None))

        assert seconds == 7200


class TestAUsableMap:
    @pytest.mark.parametrize("fault", ["offline", "silence", "busy"])
    def test_is_none_whose_paths_do_not_answer(self, world: VirtualHost, mpath: Map, fault: str) -> None:
        """The kernel calls them active, for no I/O has failed yet."""
        for path in world.arrays[0].paths:
            getattr(path, fault)()

        late, seconds = timed(world, mpath.wait_async(usable=True, timeout=8))

        assert isinstance(late, errors.WaitTimeout)
        assert "no path answers: sda (8:0): " in str(late)
        assert "has not answered" not in str(late)
        assert 8 <= seconds <= 9

    def test_is_one_of_whose_paths_one_answers(self, world: VirtualHost, mpath: Map) -> None:
        """A silent path delays nobody."""
        world.arrays[0].paths[0].silence()

        _, seconds = timed(world, mpath.wait_async(usable=True))

        assert seconds == 0

    def test_is_seen_when_its_path_answers_again(self, world: VirtualHost, mpath: Map) -> None:
        """The kernel tells nobody of that, so it is looked for."""
        for path in world.arrays[0].paths:
            path.offline()
        world.clock.call_later(2.5, world.arrays[0].paths[1].online)

        _, seconds = timed(world, mpath.wait_async(usable=True))

        assert seconds == 3


class TestAWritableMap:
    def test_has_no_path_that_refuses_writes(self, world: VirtualHost, mpath: Map) -> None:
        """The array decides that, and the kernel only learns it."""
        folder = world.arrays[0].paths[1].folder
        world.sysfs.replace(f"{folder}/block/sdb/ro", 1)

        late, _ = timed(world, mpath.wait_async(read_write=True, timeout=0))

        assert "paths refuse writes: 8:16" in str(late)


class TestQuiet:
    def test_is_a_time_without_an_event(self, world: VirtualHost, host: Host) -> None:
        """From the last one on."""

        def make(name: str) -> None:
            host.control.create(name)

        world.clock.call_later(0.5, partial(make, "first"))
        world.clock.call_later(1.2, partial(make, "second"))

        nothing, seconds = timed(world, host.settle_async(quiet_for=1))

        assert (nothing, seconds) == (None, 2.2)

    def test_is_not_there_while_something_happens_again_and_again(
        self, world: VirtualHost, host: Host, mpath: Map
    ) -> None:
        """The error tells what it was."""

        def flap() -> None:
            mpath.disable_group(1)
            world.clock.call_later(0.5, flap)

        flap()
        late, seconds = timed(world, host.settle_async(quiet_for=1, timeout=5))

        assert str(late) == "not quiet for 1 s within 5 s; last: an event of device-mapper"
        assert isinstance(late, errors.WaitTimeout)
        assert (len(late.seen), seconds) == (10, 5)  # type: ignore[arg-type]

    def test_is_not_asked_for_in_less_time_than_it_takes(self, host: Host) -> None:
        """Nothing is waited for in vain."""
        with pytest.raises(ValueError, match="nothing can be quiet for 2 s within 1 s"):
            host.settle(quiet_for=2, timeout=1)


def nothing_is_open(act: Callable[[], object]) -> bool:
    """Tell whether as many descriptors are open after an act as before."""
    before = len(os.listdir("/proc/self/fd"))
    act()
    return len(os.listdir("/proc/self/fd")) == before


def test_a_wait_leaves_no_descriptor(mpath: Map) -> None:
    """However it ends."""

    def wait() -> None:
        mpath.wait(paths=2)
        with pytest.raises(errors.WaitTimeout):
            mpath.wait(paths=3, timeout=0)

    wait()
    assert nothing_is_open(wait)
