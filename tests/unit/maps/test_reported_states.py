"""A monitor of an ALUA array: one path's report of access states is taken for all of them."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from multipath.paths.request import Answer, Request, Silence
from multipath.virtual import VirtualHost
from multipath.virtual.event_loop import run

from .monitored import Watched

TEXT = "prio alua\ndetect_prio no\npath_grouping_policy group_by_prio\nfailback immediate"
REPORT = b"\xa3\x0a"


class Counted(Watched):
    """One whose questions are counted: reports of access states, and all others."""

    def __init__(self, world: VirtualHost, text: str) -> None:
        super().__init__(world, text)
        self.reports = self.others = 0
        self._ask = self.host.asker.ask
        self.host.asker.ask = self._counting  # type: ignore[method-assign]

    async def _counting(self, request: Request, deadline: float) -> Answer | Silence:
        self.reports += request.payload.startswith(REPORT)
        self.others += bool(request.lead) or not request.payload.startswith(REPORT)
        return await self._ask(request, deadline)

    def priorities(self) -> list[int | None]:
        """Return the priorities of the paths of the one map."""
        (one,) = self.monitor.status().maps
        return sorted((path.priority for path in one.paths), key=str)


def with_groups(story: Callable[[Counted], Coroutine[Any, Any, None]]) -> None:
    """Run a story about an array of two groups of two paths."""
    with VirtualHost() as world:
        world.add_array(paths=4, groups=("active/optimized", "active/non-optimized"))

        async def told() -> None:
            async with Counted(world, TEXT) as watched:
                await watched.passes(60)
                await story(watched)

        run(world.clock, told())


class TestTheStatesOfAUnitThatIsWell:
    def test_are_reported_for_all_paths_by_few_of_them(self) -> None:
        """As often as one path alone would be asked, or a little more often."""

        async def story(watched: Counted) -> None:
            watched.reports = watched.others = 0
            await watched.passes(400)

            assert watched.priorities() == [10, 10, 50, 50]
            assert watched.others >= 390
            assert 95 <= watched.reports <= watched.others * 0.4

        with_groups(story)


class TestAnArrayThatTakesItsTime:
    @pytest.mark.parametrize("latency", [1.2, 1.9])
    def test_has_the_deadline_for_each_of_two_commands(self, latency: float) -> None:
        """A check of 2 s, and both answers within it, but not together."""

        async def story(watched: Counted) -> None:
            for path in watched.world.arrays[0].paths:
                path.latency = latency
            before = len(watched.events)
            await watched.passes(60)

            assert watched.priorities() == [10, 10, 50, 50]
            assert [event for event in watched.events[before:] if event.kind in ("fail_path", "path_state")] == []

        with_groups(story)


class TestAChangeOfStates:
    def test_is_known_of_all_paths_at_once(self) -> None:
        """Whoever hears of it has the others look, also where its own group stays as it is."""

        async def story(watched: Counted) -> None:
            other = watched.world.arrays[0].groups[1]
            for state, worth in [("active/optimized", 50), ("active/non-optimized", 10)] * 4:
                await watched.passes(60)
                other.transition(state)
                watched.reports = 0
                await watched.until(lambda: watched.reports > 0)
                await watched.passes(0.1)
                assert watched.priorities() == sorted([worth, worth, 50, 50])

        with_groups(story)
