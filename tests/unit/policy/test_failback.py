import pytest

from multipath.paths.state import PathState
from multipath.policy.failback import Failback, failback_action
from multipath.policy.priority import weighed

from .world import a_member


class TestABetterGroup:
    @pytest.mark.parametrize(
        ("failback", "action", "delay"),
        [
            ("immediate", "switch", 0),
            ("manual", "nothing", 0),
            (None, "nothing", 0),
            (0, "nothing", 0),
            (15, "wait", 15),
            ("followover", "nothing", 0),
        ],
    )
    def test_is_switched_to_as_failback_says(self, failback: int | str | None, action: str, delay: int) -> None:
        """At once, after a while, or not at all."""
        found = failback_action(failback, current=2, best=1)

        assert (found.action, found.delay) == (action, delay)
        assert found.group == (0 if action == "nothing" else 1)

    @pytest.mark.parametrize(("current", "best"), [(1, 1), (2, 2), (0, 0), (1, 0)])
    def test_is_needed_for_a_switch(self, current: int, best: int) -> None:
        """Nothing is better than the best, and a map without groups has none."""
        assert failback_action("immediate", current, best) == Failback("nothing", "the best group is in use")


class TestFollowover:
    @pytest.mark.parametrize(
        ("other", "action"),
        [
            (PathState.DOWN, "switch"),
            (PathState.SHAKY, "switch"),
            (PathState.UP, "nothing"),
            (PathState.GHOST, "nothing"),
            (PathState.PENDING, "nothing"),
        ],
    )
    def test_goes_back_with_the_first_path_of_the_group(self, other: PathState, action: str) -> None:
        """The group was down, so it was this host that left it; else another host moved the unit."""
        risen = a_member(0)
        group = weighed([risen, a_member(1, state=other)])

        assert failback_action("followover", 2, 1, risen, group).action == action

    def test_does_not_follow_a_path_of_another_group(self) -> None:
        """It changes nothing for the best one."""
        group = weighed([a_member(0, state=PathState.DOWN)])

        assert failback_action("followover", 2, 1, a_member(5), group).action == "nothing"
