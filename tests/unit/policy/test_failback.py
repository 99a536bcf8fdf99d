import pytest

from multipath.paths.state import PathState
from multipath.policy.failback import Failback, failback_action, is_alone


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
        ("other", "alone"),
        [
            (PathState.DOWN, True),
            (PathState.SHAKY, True),
            (PathState.UP, False),
            (PathState.GHOST, False),
            (PathState.PENDING, False),
        ],
    )
    def test_goes_back_with_the_first_path_of_the_group(self, other: PathState, alone: bool) -> None:
        """The group was down, so it was this host that left it; else another host moved the unit."""
        assert is_alone([other]) is alone

    def test_switches_for_that_path_alone(self) -> None:
        """Where none brings the group back there is nothing to follow."""
        assert failback_action("followover", 2, 1, "sda").action == "switch"
        assert failback_action("followover", 2, 1).action == "nothing"
