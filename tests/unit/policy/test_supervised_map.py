"""The map itself: its size, its announcement, its counters, its clock."""

from math import inf

import pytest

from multipath.policy.actions import Announce
from multipath.policy.supervision import Supervision
from multipath.units import Sectors

from .story import DOWN, GHOST, UP, A, B, C, Story, only, orders

GROWN, SHRUNK = Sectors(4096), Sectors(1024)


class TestASizeThatChanges:
    @pytest.mark.parametrize(
        ("rule", "size", "done"),
        [
            ("never", GROWN, []),
            ("grow_only", GROWN, ["Replan"]),
            ("grow_only", SHRUNK, []),
            ("grow_shrink", GROWN, ["Replan"]),
            ("grow_shrink", SHRUNK, ["Replan"]),
        ],
    )
    def test_is_followed_as_auto_resize_says(self, rule: str, size: Sectors, done: list[str]) -> None:
        """Once all paths show it."""
        story = Story(options=Supervision(auto_resize=rule), sizes={A: size})

        assert orders(story.look()) == []
        story.sizes = {A: size, B: size}
        assert orders(story.look()) == done
        assert orders(story.look()) == []

    def test_is_followed_again(self) -> None:
        """From the size that the map has by then."""
        story = Story(options=Supervision(auto_resize="grow_only"), sizes={A: GROWN, B: GROWN})
        story.size = GROWN
        story.look()
        story.sizes = {A: Sectors(8192), B: Sectors(8192)}

        assert orders(story.look()) == ["Replan"]


class TestANewMapOfGhosts:
    def test_is_announced_when_the_delay_is_over(self) -> None:
        """Not before."""
        story = Story(options=Supervision(ghost_delay=30), new=True)
        story.check(A, GHOST)

        assert not story.supervisor.announced
        assert orders(story.wait(29.9)) == []
        assert only(story.wait(0.1), Announce)
        assert story.supervisor.announced

    def test_is_announced_when_a_path_is_up(self) -> None:
        """At once."""
        story = Story(options=Supervision(ghost_delay=30), new=True)
        story.check(A, GHOST)

        (announce,) = only(story.check(B, UP), Announce)
        assert announce.reason == "ghost_delay 30: a path is up"
        assert story.supervisor.due() is None

    def test_is_no_map_that_has_a_path(self) -> None:
        """Nothing is held back, and nothing told."""
        story = Story(options=Supervision(ghost_delay=30), new=True)
        story.check(A, UP)
        story.check(B, GHOST)

        assert story.supervisor.announced
        assert story.every(Announce) == []

    def test_is_no_map_that_was_there_before(self) -> None:
        """It was announced by whoever made it."""
        story = Story(options=Supervision(ghost_delay=30))
        story.check(A, GHOST)

        assert story.supervisor.announced


class TestTheClock:
    def test_does_not_go_back(self) -> None:
        """A time before one that was told counts as that one."""
        story = Story(options=Supervision(no_path_retry=1))
        story.check(A, DOWN)
        story.now -= 500
        story.check(B, DOWN)

        assert story.supervisor.due() == 1005
        assert orders(story.wait(1)) == []
        story.now = 1004.9
        assert orders(story.wait(0.1)) == ["Queueing"]

    def test_may_leap(self) -> None:
        """What was due meanwhile is done once."""
        story = Story(options=Supervision(no_path_retry=1))
        for devt in (A, B):
            story.check(devt, UP)
            story.check(devt, DOWN)
        story.now += 1e9

        assert orders(story.carry_out(story.supervisor.tick(story.now))) == ["Queueing"]
        assert orders(story.carry_out(story.supervisor.tick(story.now))) == []


class TestAPathOfAnotherMap:
    def test_is_passed_over(self) -> None:
        """Whatever is told of it."""
        supervisor = Story().supervisor

        assert supervisor.checked(C, DOWN, 0.0) == []
        assert supervisor.identified(C, 0.0, same=False) == []
        assert supervisor.sampled(C, 0, 0, 0.0) == []
        assert supervisor.removed(C, 0.0) == []
        assert supervisor.next_check(C) == inf


class TestOtherOptions:
    def test_hold_at_once(self) -> None:
        """And bring the checks forward."""
        story = Story()
        story.checks(A, UP, UP, UP)
        story.configure(polling_interval=1.0)

        assert story.supervisor.next_check(A) == story.now + 1
