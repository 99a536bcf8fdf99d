"""A monitor keeps the maps of a host right: on a host in memory, in its time."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from multipath import Host, Monitor, MonitorEventKind, MultipathTable, errors
from multipath.maps.charge import Charge
from multipath.paths.path import Path
from multipath.policy.settings import MapSettings
from multipath.virtual import VirtualHost
from multipath.virtual.event_loop import run

from .monitored import ListedUevents, Watched, configuration, in_world


class TestAMonitorThatBegins:
    def test_makes_the_maps_that_should_be(self) -> None:
        """Every unit of the arrays has its map, with all paths, and all of them were checked first."""

        async def story(watched: Watched) -> None:
            await watched.passes(3)

            assert [found.status().paths_active for found in watched.host.maps()] == [4, 2]
            assert watched.kinds("planned", "failed") == ["planned", "planned"]

        in_world(story, arrays=(4, 2))

    def test_leaves_a_map_that_is_right_as_it_is(self) -> None:
        """Begun again after it was killed: event number, table and fail counts are what they were."""

        async def story(watched: Watched) -> None:
            await watched.passes(10)
            before = watched.the_map().read()
            again = Monitor(watched.host, config=watched.config, uevents=ListedUevents())

            again.start()
            await watched.passes(30)

            now = watched.the_map().read()
            assert (now.table_line, now.status_line) == (before.table_line, before.status_line)
            assert now.info.event_nr == before.info.event_nr
            await again.stop()

        in_world(story)

    def test_finds_a_path_that_failed_while_nobody_looked(self) -> None:
        """What the kernel failed and what works again by now is reinstated by the first check."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            await watched.monitor.stop()
            watched.the_map().fail_path("8:0")
            again = Monitor(watched.host, config=watched.config, uevents=ListedUevents())

            again.start()
            await watched.passes(3)

            assert watched.the_map().status().paths_active == 4
            await again.stop()

        in_world(story)

    def test_is_begun_once(self) -> None:
        """A second start is refused, and so is the use of one that was not begun."""

        async def story(watched: Watched) -> None:
            with pytest.raises(errors.Closed):
                watched.monitor.start()
            with pytest.raises(errors.Closed):
                Monitor(watched.host).status()

        in_world(story)


class TestAPathThatFails:
    def test_is_failed_in_the_kernel_before_an_io_meets_it(self) -> None:
        """The checker's word is enough; the reason is told with its words."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            watched.world.arrays[0].paths[0].offline()

            await watched.passes(5)

            assert watched.the_map().status().failed_paths == {"8:0"}
            (told,) = [event for event in watched.events if event.kind is MonitorEventKind.FAIL_PATH]
            assert told.path == "8:0" and "offline" in told.reason

        in_world(story)

    def test_is_used_again_when_it_works(self) -> None:
        """Within the shortest interval, for it is checked often while it is down."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            path = watched.world.arrays[0].paths[0]
            path.offline()
            await watched.passes(10)
            path.online()

            await watched.passes(1.5)

            assert watched.the_map().status().failed_paths == frozenset()
            assert watched.kinds("path_failed", "path_reinstated") == ["path_failed", "path_reinstated"]

        in_world(story)

    def test_is_checked_soon_when_the_kernel_failed_it(self) -> None:
        """A path that the kernel gave up though it works is back within a moment, however long it was good."""

        async def story(watched: Watched) -> None:
            await watched.passes(30)

            watched.the_map().fail_path("8:16")
            await watched.passes(1.3)

            assert watched.the_map().status().failed_paths == frozenset()

        in_world(story)

    def test_does_not_delay_the_checks_of_others_with_its_silence(self) -> None:
        """A silent path is failed after its time; another one that fails meanwhile is found as ever."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            silent, broken = watched.world.arrays[0].paths[:2]
            silent.silence()
            broken.offline()

            await watched.until(lambda: "8:16" in watched.the_map().status().failed_paths, 4.5)
            await watched.until(lambda: "8:0" in watched.the_map().status().failed_paths, 6.5)

            (told,) = [event for event in watched.events if event.kind == "fail_path" and event.path == "8:0"]
            assert told.after == "8:0 is silent"

        in_world(story)


class TestAPathWhoseDeviceGoesAway:
    def test_leaves_the_table(self) -> None:
        """The map is reloaded without it, and works all the time."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            watched.world.delete(watched.world.arrays[0].paths[0])
            watched.uevents.send("remove", "sda", "8:0")

            await watched.passes(0.5)

            assert watched.the_map().table().devices == ("8:16", "8:32", "8:48")
            assert watched.the_map().status().failed_paths == frozenset()

        in_world(story)

    def test_leaves_it_too_when_the_uevent_was_lost(self) -> None:
        """The next check finds it gone."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            watched.world.delete(watched.world.arrays[0].paths[0])

            await watched.passes(5)

            assert watched.the_map().table().devices == ("8:16", "8:32", "8:48")

        in_world(story)

    def test_does_not_bring_a_failed_path_back_by_the_reload(self) -> None:
        """A new table would use all of its paths again; those that were failed are failed in it at once."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            gone, silent = watched.world.arrays[0].paths[:2]
            silent.silence()
            await watched.until(lambda: "8:16" in watched.the_map().status().failed_paths)

            watched.world.delete(gone)
            watched.uevents.send("remove", "sda", "8:0")
            await watched.passes(0.3)

            assert watched.the_map().table().devices == ("8:16", "8:32", "8:48")
            assert watched.the_map().status().failed_paths == {"8:16"}

        in_world(story)

    def test_comes_back_under_another_name(self) -> None:
        """A new device of the unit joins the map, after it was checked."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            watched.world.delete(watched.world.arrays[0].paths[0])
            watched.uevents.send("remove", "sda", "8:0")
            await watched.passes(1)
            (found,) = watched.world.scan()

            watched.uevents.send("add", found.name)
            await watched.passes(1)

            assert len(watched.the_map().table().devices) == 4
            assert watched.the_map().status().paths_active == 4

        in_world(story)

    def test_takes_its_map_along_where_it_was_the_last(self) -> None:
        """Nobody uses the map, and ``flush_on_last_del always`` removes it."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            for path in list(watched.world.arrays[0].paths):
                watched.world.delete(path)
            watched.uevents.lose()

            await watched.passes(3)

            assert watched.host.maps() == []
            assert watched.kinds("flush", "removed") == ["flush", "removed"]

        in_world(story, text="flush_on_last_del always", arrays=(2,))


class TestAPathThatCannotJoinYet:
    def test_joins_when_it_comes_online(self) -> None:
        """No uevent tells that; it is looked at from time to time."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            watched.world.delete(watched.world.arrays[0].paths[0])
            watched.uevents.send("remove", "sda", "8:0")
            await watched.passes(1)
            (found,) = watched.world.scan()
            found.offline()
            watched.uevents.send("add", found.name)
            await watched.passes(2)
            assert len(watched.the_map().table().devices) == 3

            found.online()
            await watched.passes(3)

            assert len(watched.the_map().table().devices) == 4

        in_world(story)


class TestAMapWithoutPaths:
    def test_queues_for_as_long_as_no_path_retry_says(self) -> None:
        """Then its I/O fails; and a path that returns lets it queue again."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            paths = watched.world.arrays[0].paths
            for path in paths:
                path.offline()
            await watched.until(lambda: watched.the_map().status().paths_active == 0)
            assert watched.the_map().table().features.queue_if_no_path

            await watched.passes(5)
            assert not watched.the_map().table().features.queue_if_no_path
            paths[0].online()
            await watched.passes(2)

            assert watched.the_map().table().features.queue_if_no_path
            (status,) = watched.monitor.status().maps
            assert (status.q_timeouts, status.map_failures) == (1, 1)
            assert status.total_q_time == pytest.approx(3, abs=0.5)

        in_world(story, text="no_path_retry 3")

    def test_does_not_queue_again_for_a_plan(self) -> None:
        """Whose time is over fails its I/O, whatever is planned about it."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            for path in watched.world.arrays[0].paths:
                path.offline()
            await watched.passes(10)
            await watched.monitor.reconfigure(configuration("no_path_retry 3\nrr_min_io_rq 7"))
            watched.world.delete(watched.world.arrays[0].paths[3])
            watched.uevents.send("remove", "sdd", "8:48")

            await watched.passes(3)

            assert len(watched.the_map().table().devices) == 3
            assert not watched.the_map().table().features.queue_if_no_path

        in_world(story, text="no_path_retry 3")


class TestAMonitorThatEnds:
    def test_leaves_no_map_that_queues_whatever_happens_meanwhile(self) -> None:
        """A configuration, and with it a plan, that comes while timeouts are given back; a path that comes and goes."""
        keeper = HoldingKeeper()

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            assert watched.the_map().table().features.queue_if_no_path

            ending = asyncio.ensure_future(watched.monitor.stop())
            await keeper.held.wait()
            await watched.monitor.reconfigure(configuration("no_path_retry 4"))
            watched.the_map().fail_path("sda")
            await asyncio.sleep(2)
            keeper.go_on.set()
            await ending

            assert not watched.the_map().table().features.queue_if_no_path

        in_world(story, text="no_path_retry 3", keeper=keeper)

    def test_looks_at_nothing_afterwards(self) -> None:
        """Also where a check was under way, and something happened, while timeouts were given back."""
        keeper = HoldingKeeper()

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            ending = asyncio.ensure_future(watched.monitor.stop())
            await keeper.held.wait()
            watched.the_map().fail_path("sda")
            await asyncio.sleep(1)
            keeper.go_on.set()
            await ending
            checks = watched.monitor.status().counts["checks"]
            watched.world.arrays[0].paths[1].offline()

            await asyncio.sleep(60)

            assert watched.monitor.status().counts["checks"] == checks
            assert watched.the_map().status().paths_active == 3

        in_world(story, keeper=keeper)

    @pytest.mark.parametrize("seconds", [0.5, 4, 20])
    def test_finishes_the_map_that_is_being_made_and_begins_no_other(
        self, seconds: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However long that takes: it is taken over, so that it does not queue without anybody to end that."""
        begun: list[float] = []

        async def slow(_: Charge, work: Callable[[], object]) -> object:
            begun.append(seconds)
            await asyncio.sleep(seconds)
            return work()

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            monkeypatch.setattr(Charge, "in_thread", slow)
            for _ in range(3):
                watched.world.add_array(paths=2)
            await watched.monitor.reconfigure(configuration("no_path_retry 3"))
            await watched.until(lambda: len(begun) == 3, 100)  # two plans, and what is done

            await watched.monitor.stop()
            there = watched.host.maps()
            await asyncio.sleep(60)

            assert len(there) == 2
            assert [each.name for each in watched.host.maps()] == [each.name for each in there]
            assert not any(each.table().features.queue_if_no_path for each in watched.host.maps())

        in_world(story, text="no_path_retry 3")


class TestAnotherConfiguration:
    def test_is_applied(self) -> None:
        """What it changes about a map is done; nothing else."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)

            await watched.monitor.reconfigure(configuration("path_grouping_policy multibus\nno_path_retry queue"))
            await watched.passes(2)

            assert len(watched.the_map().table().groups) == 1
            assert watched.the_map().table().features.queue_if_no_path
            assert watched.kinds("reconfigured") == ["reconfigured"]

        in_world(story, text="path_grouping_policy failover")


class TestAMapMadeByOthers:
    def test_is_looked_after(self) -> None:
        """A map that an administrator makes of a unit is taken over: its failed path is reinstated."""

        async def story(watched: Watched) -> None:
            await watched.passes(1)
            array = watched.world.add_array(paths=2)
            made = watched.host.create("mine", MultipathTable.build([["sda", "sdb"]]), uuid=f"mpath-{array.wwid}")
            made.fail_path("sda")

            await watched.passes(3)

            assert made.status().paths_active == 2
            (status,) = watched.monitor.status().maps
            assert status.state == "whole"

        in_world(story, arrays=())

    def test_is_only_watched_where_it_is_of_another_kind(self) -> None:
        """Without a uuid of multipath-tools' kind it is somebody else's."""

        async def story(watched: Watched) -> None:
            await watched.passes(1)
            made = watched.host.create("mine", MultipathTable.build([["sda", "sdb"]]), uuid="mine-1")
            await watched.passes(1)
            made.fail_path("sda")

            await watched.passes(10)

            assert made.status().failed_paths == {"8:0"}
            (status,) = watched.monitor.status().maps
            assert (status.name, status.state) == ("mine", "unmanaged")
            assert "path_failed" in watched.kinds()

        in_world(story, arrays=(2,), defaults="find_multipaths strict")


class TestWatchingOnly:
    def test_tells_what_it_would_do_and_does_nothing(self) -> None:
        """For use beside a multipathd: the decision is told, the path is not failed."""

        async def story(watched: Watched) -> None:
            table = MultipathTable.build([["sda", "sdb", "sdc", "sdd"]])
            watched.host.create("mpatha", table, uuid=f"mpath-{watched.world.arrays[0].wwid}")
            await watched.passes(2)
            watched.world.arrays[0].paths[0].offline()

            await watched.passes(5)

            assert watched.the_map().status().failed_paths == frozenset()
            told = [event for event in watched.events if event.kind is MonitorEventKind.FAIL_PATH]
            assert [event.after for event in told] == ["not done"]

        in_world(story, act=False)


class TestBesideMultipathd:
    def test_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two managers would undo each other's work; nothing was begun."""
        monkeypatch.setattr("multipath.maps.surveillance.daemon_is_running", lambda: True)
        with VirtualHost() as world, Host(**world.seams()) as host:
            monkeypatch.setattr(type(world.control), "shared", True)
            monitor = Monitor(host, config=configuration(), uevents=ListedUevents())
            with pytest.raises(errors.DaemonOwnsMap, match="two managers"):
                monitor.start()
            monkeypatch.setattr(type(world.control), "shared", False)


class TestAnArrayThatChangesItsAccessStates:
    def test_is_followed(self) -> None:
        """The group that is optimized now gets the I/O, with ``failback immediate``."""

        async def story(watched: Watched) -> None:
            array = watched.world.add_array(paths=4, groups=("active/optimized", "active/non-optimized"))
            for path in array.paths:
                watched.uevents.send("add", path.name)
            await watched.passes(5)
            before = best(watched)
            array.groups[0].transition("active/non-optimized")
            array.groups[1].transition("active/optimized")

            await watched.passes(10)

            now = best(watched)
            assert len(before) == len(now) == 2
            assert now.isdisjoint(before)

        def best(watched: Watched) -> set[str]:
            status = watched.the_map().status()
            return {path.device for path in status.groups[status.current_group - 1].paths}

        in_world(story, arrays=(), text="failback immediate\npath_grouping_policy group_by_prio")


class TestManyUevents:
    def test_are_few_plans(self) -> None:
        """1,000 changes of paths that are what they were: no plan at all; of new devices, one or two."""

        async def story(watched: Watched) -> None:
            await watched.passes(5)
            before = watched.monitor.status().counts["plans"]
            for number in range(1000):
                which = number % 4
                folder = watched.world.arrays[0].paths[which].folder
                watched.uevents.send("change", f"sd{'abcd'[which]}", f"8:{16 * which}", f"/{folder}" if folder else "")
                if number % 50 == 0:
                    await watched.passes(0.001)

            await watched.passes(1)

            counts = watched.monitor.status().counts
            assert counts["uevents"] == 1000
            assert counts["plans"] - before <= 2
            assert watched.the_map().status().paths_active == 4

        in_world(story)

    def test_that_were_lost_are_made_up_for(self) -> None:
        """Everything is looked at once more, and that is told."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            watched.world.delete(watched.world.arrays[0].paths[0])
            watched.uevents.lose()

            await watched.passes(0.5)

            assert watched.the_map().table().devices == ("8:16", "8:32", "8:48")
            assert watched.kinds("resynchronised") == ["resynchronised"]

        in_world(story)


class TestAListener:
    def test_gets_snapshots_first_and_then_every_number(self) -> None:
        """From 1, without a gap; a later listener begins with what there is then."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            late = watched.monitor.events()
            watched.the_map().fail_path("8:0")
            await watched.passes(3)
            told = []
            while (event := late.get_nowait()) is not None:
                told.append(event)

            assert told[0].kind == "snapshot" and told[0].snapshot is not None
            assert [event.number for event in told] == list(range(1, len(told) + 1))
            assert [event.number for event in watched.events] == list(range(1, len(watched.events) + 1))
            assert [str(event.kind) for event in told].count("path_failed") == 1

        in_world(story)

    def test_that_is_slow_is_told_how_much_it_lost(self) -> None:
        """Then it gets the maps as they are; nothing is lost in silence, and memory has a limit."""

        async def story(watched: Watched) -> None:
            slow = watched.monitor.events()
            await watched.passes(2)
            for _ in range(10):
                watched.the_map().fail_path("8:0")
                watched.the_map().reinstate_path("8:0")
                await watched.passes(0.1)

            first = slow.get_nowait()
            second = slow.get_nowait()

            assert first is not None and first.kind == "overrun" and int(first.before) > 5
            assert second is not None and second.kind == "snapshot"
            assert (first.number, second.number) == (1, 2)

        in_world(story, most=5)

    def test_comes_to_an_end_with_the_monitor(self) -> None:
        """All that was told comes before the end."""

        async def story(watched: Watched) -> list[str]:
            listener = watched.monitor.events()
            await watched.passes(2)
            await watched.monitor.stop()
            return [str(event.kind) async for event in listener]

        assert in_world(story)[-1] in ("path_state", "set_queueing")


class TestTheStatus:
    def test_says_how_every_path_stands(self) -> None:
        """State, message, priority, the next check; and all of it as a record."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            watched.world.arrays[0].paths[0].offline()
            await watched.passes(5)

            status = watched.monitor.status()

            (one,) = status.maps
            assert one.state == "degraded"
            assert [path.state for path in one.paths] == ["down", "up", "up", "up"]
            assert one.path_faults == 1
            record = status.as_record()
            assert record["maps"][0]["paths"][0]["message"]
            assert record["rates"]["checks"] > 0

        in_world(story)


class TestTime:
    def test_is_not_that_of_the_wall_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whose clock jumps by a year, back and forth, checks as before."""

        async def story(watched: Watched) -> None:
            await watched.passes(2)
            now = time.time()
            monkeypatch.setattr(time, "time", lambda: now - 31_536_000)
            watched.world.arrays[0].paths[0].offline()
            await watched.passes(5)
            monkeypatch.setattr(time, "time", lambda: now + 31_536_000)
            watched.world.arrays[0].paths[0].online()
            await watched.passes(2)

            assert watched.kinds("path_failed", "path_reinstated") == ["path_failed", "path_reinstated"]

        in_world(story)

    def test_costs_little_while_all_is_well(self) -> None:
        """An hour of four good paths: a check of each every four seconds, and no plan."""

        async def story(watched: Watched) -> None:
            await watched.passes(60)
            before = dict(watched.monitor.status().counts)
            await asyncio.sleep(3600)

            after = watched.monitor.status().counts
            assert after["plans"] == before["plans"]
            assert after["rounds"] == before["rounds"]
            assert after["checks"] - before["checks"] <= 4 * 3600 / 4 * 1.1

        in_world(story)


class TestAMonitorInAThread:
    def test_is_a_plain_iterator(self) -> None:
        """For programs without an event loop; it ends with its context, promptly."""
        with VirtualHost() as world, Host(**world.seams(), asker=world.asker()) as host:
            world.add_array(paths=2)
            monitor = Monitor(host, config=configuration(), uevents=ListedUevents())
            with monitor.blocking() as events:
                kinds = [str(next(events).kind) for _ in range(2)]
                assert events.status().acting
                begun = time.monotonic()
            assert time.monotonic() - begun < 2

        assert kinds == ["planned", "added"]

    def test_may_be_closed_while_others_wait_and_a_second_time(self) -> None:
        """Whoever waits is told that it has ended; what the end has begun is done to the end."""
        with VirtualHost() as world, Host(**world.seams(), asker=world.asker()) as host:
            world.add_array(paths=2)
            with Monitor(host, config=configuration(), uevents=ListedUevents()).blocking() as events:
                listener = threading.Thread(target=lambda: [None for _ in events])
                listener.start()
                assert events.status().acting
                events.close()
                events.close()
                listener.join(5)

            assert not listener.is_alive()
            assert events.get() is None

    def test_raises_what_stands_against_it(self) -> None:
        """At the start of its context."""
        with VirtualHost() as world, Host(**world.seams()) as host:
            monitor = Monitor(host, uevents=ListedUevents())
            host.close()
            with pytest.raises(errors.Closed), monitor.blocking():
                pass


class TestTheLoop:
    def test_is_left_as_it_was(self) -> None:
        """No task, no reader and no timer is left of a monitor that was stopped."""
        with VirtualHost() as world:
            world.add_array(paths=4)

            async def story() -> int:
                for _ in range(5):
                    async with Watched(world) as watched:
                        await watched.passes(3)
                await asyncio.sleep(0)
                return len(asyncio.all_tasks())

            assert run(world.clock, story()) == 1


class TestSettled:
    def test_is_waited_for_until_every_map_was_made(self) -> None:
        """After a start, and after another configuration."""

        async def story(watched: Watched) -> None:
            await watched.monitor.settled()
            assert len(list(watched.host.maps())) == 2

            await watched.monitor.reconfigure(configuration("path_grouping_policy multibus"))
            await watched.monitor.settled()
            assert [len(each.table().groups) for each in watched.host.maps()] == [1, 1]

        in_world(story, arrays=(2, 2), text="path_grouping_policy failover")

    def test_ends_with_the_monitor(self) -> None:
        """Whoever waits is not left waiting."""

        async def story(watched: Watched) -> None:
            waiting = asyncio.ensure_future(watched.monitor.settled())
            await asyncio.sleep(0)
            await watched.monitor.stop()
            await waiting

        in_world(story)


class TestAListenerThatLeaves:
    def test_costs_nothing_any_more(self) -> None:
        """Nothing is kept for him."""

        async def story(watched: Watched) -> None:
            listener = watched.monitor.events()
            watched.monitor.unsubscribe(listener)
            while listener.get_nowait() is not None:
                pass

            await watched.monitor.reconfigure(configuration("path_grouping_policy multibus"))
            await watched.monitor.settled()

            assert listener.get_nowait() is None

        in_world(story)


class RecordingKeeper:
    """A keeper of timeouts that remembers what it was told to do."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def adopt(self, path: Path, settings: MapSettings) -> None:
        """Remember it, with an option that decides."""
        self.done.append(f"adopt {path.name} {settings.value('fast_io_fail_tmo')}")

    async def let_go(self, path: Path) -> None:
        """Remember it."""
        self.done.append(f"let go {path.name}")

    async def recover(self) -> None:
        """Remember it."""
        self.done.append("recover")

    def budget(self, settings: MapSettings | None) -> float | None:
        """Return what is kept."""
        return 5.0

    async def hasten(self, path: Path) -> str:
        """Remember it."""
        self.done.append(f"hasten {path.name}")
        return "hastened"


class HoldingKeeper(RecordingKeeper):
    """One that takes its time to let go."""

    def __init__(self) -> None:
        super().__init__()
        self.held, self.go_on = asyncio.Event(), asyncio.Event()

    async def let_go(self, path: Path) -> None:
        """Wait until it may."""
        self.held.set()
        await self.go_on.wait()


class TestTheKeeperOfTimeouts:
    def test_gives_back_what_a_killed_one_left_once_all_paths_are_adopted(self) -> None:
        """Sooner, a path that needs a value would lose it for a while."""
        keeper = RecordingKeeper()

        async def story(watched: Watched) -> None:
            await watched.until(lambda: "recover" in keeper.done)

        in_world(story, arrays=(2,), text="fast_io_fail_tmo 7", keeper=keeper)
        assert keeper.done[:3] == ["adopt sda 7", "adopt sdb 7", "recover"]
        assert sorted(keeper.done[3:]) == ["let go sda", "let go sdb"]

    def test_sets_anew_what_another_configuration_changes(self) -> None:
        """What it says no longer is given back first; one that changes no timeout sets nothing."""
        keeper = RecordingKeeper()

        async def story(watched: Watched) -> None:
            await watched.until(lambda: "recover" in keeper.done)
            del keeper.done[:]
            await watched.monitor.reconfigure(configuration("fast_io_fail_tmo 7\nfailback 10"))
            await watched.monitor.settled()
            assert keeper.done == []
            await watched.monitor.reconfigure(configuration("fast_io_fail_tmo 9"))
            await watched.monitor.settled()
            await watched.until(lambda: len(keeper.done) == 4)
            assert keeper.done == ["let go sda", "adopt sda 9", "let go sdb", "adopt sdb 9"]

        in_world(story, arrays=(2,), text="fast_io_fail_tmo 7", keeper=keeper)
