"""Plans whose priorities only the paths know: an array whose states the kernel does not show."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from multipath import Host
from multipath.config.reader import read_configuration
from multipath.maps.plan import Plan
from multipath.paths.path import Path
from multipath.paths.state import PathState
from multipath.policy.observation import Observation
from multipath.virtual import VirtualHost

TEXT = "defaults {\n path_grouping_policy group_by_prio\n find_multipaths greedy\n}\n"
CONFIGURATION = read_configuration([("multipath.conf", TEXT)])


class Blind(Host):
    """A host whose kernel shows no access states, as one without device handlers."""

    def paths(self) -> tuple[Path, ...]:
        """Return the paths without them."""
        return tuple(replace(path, access_state=None, preferred=False, handler=None) for path in super().paths())


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world with one unit down four paths, two of which are better."""
    with VirtualHost() as world:
        world.add_array(paths=4, groups=("active/non-optimized", "active/optimized"))
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give its machine."""
    with Blind(**world.seams(), asker=world.asker()) as host:
        yield host


def priorities(plan: Plan) -> list[tuple[int, list[int | None]]]:
    """Return of each group of the only map its priority, and those of its paths."""
    (planned,) = plan.maps
    assert planned.desired is not None
    groups = planned.desired.groups
    return [(group.priority, [member.priority for member in group.members]) for group in groups]


class TestAPlanThatAsks:
    def test_groups_by_what_the_array_says(self, host: Host) -> None:
        """The better group is the first."""
        assert priorities(host.plan(CONFIGURATION, ask=True)) == [(50, [50, 50]), (10, [10, 10])]

    def test_makes_the_map_that_the_kernels_own_view_makes(self, world: VirtualHost, host: Host) -> None:
        """Group for group, path for path."""
        with Host(**world.seams()) as seeing:
            shown = seeing.plan(CONFIGURATION)

        assert priorities(host.plan(CONFIGURATION, ask=True)) == priorities(shown)
        assert [str(each.table) for each in host.plan(CONFIGURATION, ask=True).maps] == [
            str(each.table) for each in shown.maps
        ]

    def test_says_what_a_priority_rests_on(self, host: Host) -> None:
        """On the state of a group of ports."""
        assert "priority 50 by alua (group " in str(host.plan(CONFIGURATION, ask=True))

    def test_keeps_what_its_caller_observed(self, host: Host) -> None:
        """A state goes with the priority that is asked; a priority is not asked again."""
        first, second, *_ = host.paths()
        observed = {first.devt: Observation(state=PathState.DOWN), second.devt: Observation(priority=7)}
        plan = host.plan(CONFIGURATION, observed=observed, ask=True)

        members = {
            member.path: member
            for each in plan.maps
            if each.desired
            for group in each.desired.groups
            for member in group.members
        }
        assert second in members
        assert members[second].priority == 7
        assert first not in members or members[first].state is PathState.DOWN

    def test_can_be_made_where_an_event_loop_runs(self, host: Host) -> None:
        """In a thread beside it."""

        async def inside() -> Plan:
            return host.plan(CONFIGURATION, ask=True)

        assert priorities(asyncio.run(inside())) == [(50, [50, 50]), (10, [10, 10])]


class TestAPlanThatDoesNotAsk:
    def test_leaves_the_priorities_open(self, host: Host) -> None:
        """As ever."""
        assert {value for _, paths in priorities(host.plan(CONFIGURATION)) for value in paths} == {None}

    def test_is_all_that_a_world_in_memory_gets_without_an_asker(self, world: VirtualHost) -> None:
        """The real devices of those names are none of its business."""
        with Blind(**world.seams()) as host:
            plan = host.plan(CONFIGURATION, ask=True)

        assert {value for _, paths in priorities(plan) for value in paths} == {None}
