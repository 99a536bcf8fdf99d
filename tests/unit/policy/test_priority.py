from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.paths.state import PathState
from multipath.policy.member import Member
from multipath.policy.priority import Group, best_group, in_order_of_priority, known, weighed

from .world import a_member

UP, DOWN, GHOST, PENDING = PathState.UP, PathState.DOWN, PathState.GHOST, PathState.PENDING
# Priorities and states of the paths of a group; its priority and how many of its paths are up.
WEIGHTS = [
    ([(50, UP), (50, UP)], 50, 2),
    ([(50, UP), (10, UP)], 30, 2),
    ([(50, UP), (1, UP)], 25, 2),
    ([(50, UP), (10, DOWN)], 50, 1),
    ([(50, GHOST), (10, UP)], 30, 2),
    ([(50, PENDING), (10, UP)], 10, 1),
    ([(50, PathState.SHAKY)], 0, 0),
    ([(50, UP), (-1, UP)], 50, 2),
    ([(-1, UP), (-1, UP)], -1, 2),
    ([(None, UP)], -1, 1),
    ([(None, UP), (7, UP)], 7, 2),
    ([(50, DOWN), (10, DOWN)], 0, 0),
    ([(0, UP), (1, UP)], 0, 2),
    ([], 0, 0),
]
# Groups as (priority, enabled, marginal); their order, by number from 0, and the best of them after that, from 1.
ORDERS = [
    ([(50, 2, False), (10, 2, False)], [0, 1], 1),
    ([(10, 2, False), (50, 2, False)], [1, 0], 1),
    ([(10, 2, False), (10, 3, False)], [1, 0], 1),
    ([(10, 2, False), (10, 2, False)], [0, 1], 1),
    ([(50, 2, True), (10, 1, False)], [1, 0], 1),
    ([(0, 0, False), (-1, 2, False)], [0, 1], 2),
    ([(0, 0, False), (0, 0, False)], [0, 1], 1),
    ([(0, 0, False), (50, 1, True)], [0, 1], 2),
    ([(0, 0, False), (0, 1, True)], [0, 1], 1),
    ([(0, 0, False), (0, 2, True)], [0, 1], 2),
    ([(50, 1, True), (10, 4, True)], [0, 1], 1),
    ([(1, 1, False), (0, 0, False), (50, 4, True), (1, 2, False)], [3, 0, 1, 2], 1),
    ([], [], 0),
]
SOME_GROUPS = st.lists(
    st.builds(Group, st.just(()), st.sampled_from([-1, 0, 1, 10, 50]), st.integers(0, 3), st.booleans()), max_size=6
)


def paths(states: Sequence[tuple[int | None, PathState]]) -> list[Member]:
    """Return members with these priorities and states."""
    return [a_member(unit, priority, state) for unit, (priority, state) in enumerate(states)]


def best_step_by_step(groups: Sequence[Group]) -> int:
    """Find the best group as multipath-tools does: one look at each, remembering the best so far."""
    best, priority, enabled, normal = 1, 0, 1, False
    for number, group in enumerate(groups, start=1):
        if (group.marginal and normal) or not group.enabled:
            continue
        first_normal = not group.marginal and not normal
        if first_normal or group.priority > priority or (group.priority == priority and group.enabled > enabled):
            best, priority, enabled = number, group.priority, group.enabled
            normal = normal or not group.marginal
    return best if groups else 0


class TestAGroup:
    @pytest.mark.parametrize(("states", "priority", "enabled"), WEIGHTS)
    def test_weighs_as_much_as_its_paths_that_are_up(
        self, states: list[tuple[int | None, PathState]], priority: int, enabled: int
    ) -> None:
        """The mean of what is defined; -1 where nothing is, 0 where no path is up."""
        group = weighed(paths(states))

        assert (group.priority, group.enabled) == (priority, enabled)

    def test_is_marginal_when_all_its_paths_are(self) -> None:
        """One good path makes a good group."""
        bad = replace(a_member(0), marginal=True)

        assert weighed([bad]).marginal
        assert not weighed([bad, a_member(1)]).marginal
        assert not weighed([]).marginal


class TestGroups:
    @pytest.mark.parametrize(("groups", "order", "best"), ORDERS)
    def test_stand_in_order_of_priority(self, groups: list[tuple[int, int, bool]], order: list[int], best: int) -> None:
        """Marginal ones last, then by priority, then by paths that are up, then as they came; and one is the best."""
        given_groups = [Group((), *each) for each in groups]

        ordered = in_order_of_priority(given_groups)

        assert [id(group) for group in ordered] == [id(given_groups[number]) for number in order]
        assert best_group(ordered) == best

    @given(SOME_GROUPS)
    @settings(max_examples=40, deadline=None)
    def test_have_the_best_that_one_look_at_each_finds(self, groups: list[Group]) -> None:
        """In any order, not only in that of priority."""
        assert best_group(groups) == best_step_by_step(groups)


class TestAPriorityThatIsMissing:
    def test_matters_for_paths_that_are_up(self) -> None:
        """What is down is asked when it comes back; what is undefined was asked."""
        assert known(paths([(1, UP), (-1, UP), (None, DOWN)]))
        assert not known(paths([(1, UP), (None, UP)]))
