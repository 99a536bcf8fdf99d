"""Waiting for a map: until it is there and ready, or until it is gone; in every world."""

import asyncio
from collections.abc import Iterator

import pytest

from multipath import Host, Map, MapSnapshot, MultipathTable, errors
from multipath.wire.features import Features

from .world import World, make, multipath

UUID = "mpath-3600140500000000000000000000a11"
LONG = 60.0  # seconds; what happens is waited for, not the time


@pytest.fixture
def host(world: World) -> Host:
    """Give the machine."""
    return world.host


@pytest.fixture
def table(paths: tuple[str, ...]) -> MultipathTable:
    """Give a table of two groups with two paths each, for a map that queues."""
    return MultipathTable.build([paths[:2], paths[2:]], features=Features(queue_if_no_path=True))


@pytest.fixture
def mpath(host: Host, table: MultipathTable) -> Iterator[Map]:
    """Give a map of that table."""
    created = host.create("mpatha", table, uuid=UUID)
    yield created
    created.queue_if_no_path(False)
    created.remove()


class TestWhoWaitsForAMap:
    def test_gets_it_when_it_comes(self, world: World, host: Host, table: MultipathTable) -> None:
        """By its WWID, as integrators know it before there is a name."""
        waiting = world.start(lambda: host.wait_map(UUID.removeprefix("mpath-"), timeout=LONG))

        made = host.create("mpatha", table, uuid=UUID)

        assert waiting.result().devt == made.devt
        made.remove()

    def test_gets_it_at_once_where_it_is_there(self, host: Host, mpath: Map) -> None:
        """A timeout of 0 looks once."""
        assert host.wait_map("mpatha", paths=4, paths_total=4, usable=True, read_write=True, timeout=0).devt == (
            mpath.devt
        )

    def test_is_told_what_there_was_instead(self, host: Host) -> None:
        """Nothing."""
        with pytest.raises(errors.WaitTimeout, match="map 'mpatha': not so after 0 s; no device-mapper device") as late:
            host.wait_map("mpatha", timeout=0)

        assert (late.value.seen, len(late.value.missing)) == (None, 1)

    def test_does_not_take_a_device_without_a_table_for_one(self, world: World, host: Host) -> None:
        """A map is made in two steps, and is none after the first."""
        world.control.create("mpatha", uuid=UUID)

        with pytest.raises(errors.WaitTimeout, match="no multipath map with a live table"):
            host.wait_map("mpatha", timeout=0)

    def test_is_refused_at_once_where_two_devices_answer(self, world: World, host: Host, mpath: Map) -> None:
        """No time makes that better."""
        make(world, UUID.removeprefix("mpath-"), *multipath("0 0 0 0"))

        with pytest.raises(errors.AmbiguousRef):
            host.wait_map(UUID.removeprefix("mpath-"), timeout=LONG)

        world.control.remove(UUID.removeprefix("mpath-"))

    @pytest.mark.parametrize("timeout", [-1, float("nan")])
    def test_gives_a_time_that_is_one(self, host: Host, timeout: float) -> None:
        """No number is no deadline."""
        with pytest.raises(ValueError, match="a timeout is 0 or more seconds"):
            host.wait_map("mpatha", timeout=timeout)

    def test_gives_numbers_of_paths_that_are_some(self, host: Host) -> None:
        """Less than none is none that is meant."""
        with pytest.raises(ValueError, match="a map has 0 or more"):
            host.wait_map("mpatha", paths=-1)


class TestWhoWaitsForPaths:
    def test_counts_those_that_work(self, world: World, mpath: Map, paths: tuple[str, ...]) -> None:
        """A failed path is one of the map, and no path for I/O."""
        mpath.fail_path(paths[0])
        with pytest.raises(errors.WaitTimeout, match=rf"3 of 4 paths active, failed: {paths[0]}") as late:
            mpath.wait(paths=4, timeout=0)
        assert isinstance(late.value.seen, MapSnapshot)
        assert late.value.seen.status.paths_active == 3
        assert mpath.wait(paths_total=4, timeout=0).status.paths_total == 4

        waiting = world.start(lambda: mpath.wait(paths=4, timeout=LONG))
        mpath.reinstate_path(paths[0])

        assert waiting.result().status.paths_active == 4

    def test_gets_those_that_a_reload_brings(self, world: World, mpath: Map, paths: tuple[str, ...]) -> None:
        """A map grows path by path, and a swap of tables is no event of the map."""
        mpath.reload(MultipathTable.build([paths[:1]]))
        waiting = world.start(lambda: world.host.wait_map(UUID, paths_total=4, timeout=LONG))

        mpath.reload(MultipathTable.build([paths]))

        assert waiting.result().snapshot.status.paths_total == 4

    def test_hears_that_the_map_is_gone(self, world: World, host: Host, table: MultipathTable) -> None:
        """Another one of that name would be another map."""
        made = host.create("mpatha", table, uuid=UUID)
        waiting = world.start(lambda: made.wait(paths=5, timeout=LONG))

        made.remove()

        with pytest.raises(errors.DeviceNotFound):
            waiting.result()


class TestWhoWaitsForAUsableMap:
    def test_waits_for_a_path(self, world: World, mpath: Map, paths: tuple[str, ...]) -> None:
        """A map that queues takes I/O without one, and answers none."""
        for path in paths:
            mpath.fail_path(path)
        with pytest.raises(errors.WaitTimeout, match="none of its 4 paths is active"):
            mpath.wait(usable=True, timeout=0)

        waiting = world.start(lambda: mpath.wait(usable=True, timeout=LONG))
        mpath.reinstate_path(paths[3])

        assert waiting.result().status.active_paths == {paths[3]}

    def test_waits_for_the_end_of_a_suspension(self, world: World, mpath: Map) -> None:
        """No event tells of it."""
        mpath.suspend()
        with pytest.raises(errors.WaitTimeout, match="it is suspended"):
            mpath.wait(usable=True, timeout=0)

        waiting = world.start(lambda: mpath.wait(usable=True, timeout=LONG))
        mpath.resume()

        assert not waiting.result().info.suspended

    def test_does_not_get_one_without_paths(self, host: Host, table: MultipathTable) -> None:
        """However long it lives."""
        made = host.create("mpatha", MultipathTable(), size=8)  # type: ignore[arg-type]

        with pytest.raises(errors.WaitTimeout, match="it has no paths"):
            made.wait(usable=True, timeout=0)

        made.remove()


class TestWhoWaitsToWrite:
    def test_waits_for_a_table_that_is_written_to(self, world: World, host: Host, table: MultipathTable) -> None:
        """And is told what makes one."""
        made = host.create("mpatha", table, uuid=UUID, read_only=True)
        with pytest.raises(errors.WaitTimeout, match="the map is read-only and its paths are not: reload it"):
            made.wait(read_write=True, timeout=0)

        waiting = world.start(lambda: made.wait(read_write=True, timeout=LONG))
        made.reload(table, read_only=False)

        assert not waiting.result().info.read_only
        made.queue_if_no_path(False)
        made.remove()


class TestWhoWaitsForAnEnd:
    def test_gets_it(self, world: World, host: Host, table: MultipathTable) -> None:
        """When the device goes."""
        made = host.create("mpatha", table, uuid=UUID)
        waiting = world.start(lambda: host.wait_gone(UUID, timeout=LONG))

        made.remove()

        waiting.result()
        assert host.control.devices() == []

    @pytest.mark.parametrize("ref", ["mpatha", UUID, "254:99", "/dev/mapper/mpatha"])
    def test_has_it_where_nothing_was(self, host: Host, ref: str) -> None:
        """So it may be asked for again."""
        host.wait_gone(ref, timeout=0)

    def test_is_told_what_is_left(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """The device, and each path that was to go too."""
        with pytest.raises(errors.WaitTimeout, match=r"the removal of mpatha: not so after 0 s; mpatha \(") as late:
            host.wait_gone("mpatha", paths=[paths[0], "sdzz"], timeout=0)

        assert late.value.missing[1] == f"path {paths[0]} is there"

    def test_does_not_take_a_new_name_for_it(self, host: Host, mpath: Map) -> None:
        """Its identity is its uuid."""
        info = mpath.info()
        mpath.rename("other")

        with pytest.raises(errors.WaitTimeout, match=r"other .* is there"):
            host.wait_gone(info, timeout=0)

    def test_does_not_take_a_new_map_of_the_unit_for_it(self, host: Host, table: MultipathTable, world: World) -> None:
        """Somebody made it again: then it is there again."""
        first = host.create("mpatha", table, uuid=UUID)
        info = first.info()
        first.remove()
        blocker = world.control.create("blocker", minor=int(info.node.removeprefix("dm-")))
        second = host.create("mpathb", table, uuid=UUID)

        with pytest.raises(errors.WaitTimeout, match=r"mpathb .* is there again"):
            host.wait_gone(info, timeout=0)

        second.queue_if_no_path(False)
        second.remove()
        world.control.remove(blocker)


class TestATask:
    def test_waits_beside_others(self, host: Host, table: MultipathTable) -> None:
        """None of them holds the loop."""

        async def story() -> Map:
            waiting = asyncio.ensure_future(host.wait_map_async(UUID, paths=4, usable=True, timeout=LONG))
            await asyncio.sleep(0)
            made = host.create("mpatha", table, uuid=UUID)
            found = await waiting
            gone = asyncio.ensure_future(host.wait_gone_async(UUID, timeout=LONG))
            await asyncio.sleep(0)
            made.remove()
            await gone
            return found

        assert asyncio.run(story()).name == "mpatha"

    def test_may_use_the_face_that_blocks(self, host: Host, mpath: Map) -> None:
        """It holds its loop then, but works."""

        async def story() -> MapSnapshot:
            return mpath.wait(paths=4, timeout=0)

        assert asyncio.run(story()).devt == mpath.devt

    def test_that_is_cancelled_leaves_nothing_behind(self, host: Host, mpath: Map) -> None:
        """No descriptor, no reader."""

        async def story() -> None:
            waiting = asyncio.ensure_future(mpath.wait_async(paths=5, timeout=LONG))
            await asyncio.sleep(0.01)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting

        asyncio.run(story())
