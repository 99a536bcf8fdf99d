"""Which group is in use: priorities, ``failback``, groups that the kernel passes by."""

from multipath.policy.actions import EnableGroup, Replan, SwitchGroup
from multipath.policy.supervision import Supervision

from .story import DOWN, GHOST, TIMEOUT, UP, A, B, C, Story, only, orders


def begun(options: Supervision, **facts: object) -> Story:
    """Return a map of two groups of one path, both seen up."""
    story = Story(options=options, **facts)  # type: ignore[arg-type]
    for devt, priority in ((A, 50), (B, 10)):
        story.check(devt, UP, priority=priority)
    return story


def away(options: Supervision, **facts: object) -> Story:
    """Return a map whose better path failed and is about to come back."""
    story = begun(options, **facts)
    story.check(A, DOWN)
    story.current = 2
    story.look()
    return story


def passed_by(group: int) -> Story:
    """Return a map of which the kernel passes a group by."""
    story = begun(Supervision())
    story.disabled = {group}
    story.look()
    return story


class TestFailback:
    def test_goes_back_at_once(self) -> None:
        """Immediate."""
        found = away(Supervision(failback="immediate")).check(A, UP, priority=50)

        (switch,) = only(found, SwitchGroup)
        assert (switch.group, switch.reason) == (1, "failback is immediate, and group 1 is better")

    def test_stays(self) -> None:
        """Manual."""
        assert orders(away(Supervision(failback="manual")).check(A, UP, priority=50)) == ["ReinstatePath"]

    def test_waits(self) -> None:
        """A number of seconds, exactly."""
        story = away(Supervision(failback=15))
        story.check(A, UP, priority=50)

        assert story.supervisor.due() == story.now + 15
        assert orders(story.wait(14.9)) == []
        assert orders(story.wait(0.1)) == ["SwitchGroup"]

    def test_waits_no_more_when_a_path_fails(self) -> None:
        """It begins to wait anew at the next good check."""
        story = away(Supervision(failback=15), groups=((A,), (B, C)))
        story.check(C, UP, priority=10)
        story.check(A, UP, after=1, priority=50)
        story.check(C, DOWN, after=10)

        assert story.supervisor.due() is None
        story.check(A, UP, after=1, priority=50)
        assert story.supervisor.due() == story.now + 15

    def test_waits_anew_when_another_path_comes_up(self) -> None:
        """The group may still be growing."""
        story = Story(((A, C), (B,)), Supervision(failback=15), current=2, failed={A, C})
        for devt, priority in ((B, 10), (A, 50)):
            story.check(devt, UP, priority=priority)
        story.check(A, UP, after=5, priority=50)
        assert story.supervisor.due() == story.now + 10

        story.check(C, UP, priority=50)
        assert story.supervisor.due() == story.now + 15

    def test_does_not_wait_for_what_is_there(self) -> None:
        """The best group is in use again, whoever moved it."""
        story = away(Supervision(failback=15))
        story.check(A, UP, priority=50)
        story.current = 1
        story.look()

        assert story.supervisor.due() is None

    def test_looks_again_when_the_time_is_over(self) -> None:
        """The group is not the best any more."""
        story = away(Supervision(failback=15))
        story.check(A, UP, priority=50)
        story.check(B, UP, after=5, priority=90)

        assert orders(story.wait(15)) == []

    def test_follows_the_first_path_of_its_group(self) -> None:
        """Followover: this host left the group, for all its paths were down."""
        assert orders(away(Supervision(failback="followover")).check(A, UP, priority=50)) == [
            "ReinstatePath", "SwitchGroup",
        ]  # fmt: skip

    def test_does_not_follow_another_host(self) -> None:
        """Followover: the group had paths all the time, so another host moved the unit."""
        story = begun(Supervision(failback="followover"))
        story.current = 2
        story.look()

        assert orders(story.check(A, UP, after=5, priority=50)) == []

    def test_follows_though_a_neighbour_is_silent(self) -> None:
        """A path that does not answer is none that the group still has."""
        story = Story(((A, C), (B,)), Supervision(failback="followover"))
        for devt, priority in ((A, 50), (C, 50), (B, 10)):
            story.check(devt, UP, priority=priority)
        story.check(A, DOWN)
        story.check(C, TIMEOUT)
        story.current = 2
        story.look()

        assert "SwitchGroup" in orders(story.check(A, UP, priority=50))

    def test_is_ordered_once(self) -> None:
        """Until the kernel shows it, or that it did not do it."""
        story = away(Supervision(failback="immediate"))
        story.carries_out = False
        story.check(A, UP, priority=50)
        story.failed.discard(A)
        story.look()

        assert orders(story.check(A, UP, after=5, priority=50)) == []
        story.wait(20)
        assert orders(story.check(A, UP, priority=50)) == ["SwitchGroup"]

    def test_is_not_decided_by_half_the_priorities(self) -> None:
        """A path whose priority nobody knows may stand in the best group."""
        story = Story(options=Supervision(failback="immediate"), current=2)

        assert orders(story.check(A, UP, priority=50)) == []
        assert orders(story.check(B, UP, priority=10)) == ["SwitchGroup"]

    def test_takes_the_word_of_who_knows_them(self) -> None:
        """The picture may name the best group."""
        story = Story(options=Supervision(failback="immediate"), current=2, best=1)

        assert orders(story.check(A, UP)) == ["SwitchGroup"]

    def test_leaves_marginal_groups_for_the_last(self) -> None:
        """However high their priority is."""
        story = begun(Supervision(failback="immediate", marginal_pathgroups="on"))
        story.supervisor.paths[A].apart = True

        assert story.supervisor.best == 2

    def test_counts_its_switches(self) -> None:
        """For statistics."""
        story = away(Supervision(failback="immediate"))
        story.check(A, UP, priority=50)

        assert story.supervisor.counters.switch_grp == 1


class TestPrioritiesThatChange:
    def test_ask_for_a_plan_where_they_make_the_groups(self) -> None:
        """group_by_prio and failback immediate."""
        story = begun(Supervision(failback="immediate", by_priority=True))
        story.check(A, UP, after=5, priority=10)

        (replan,) = only(story.check(B, UP, priority=10), Replan)

        assert "group_by_prio: the priorities have changed, and failback is immediate" in replan.reason

    def test_are_all_asked_for_before_anything_is_decided(self) -> None:
        """The paths of a group change one after the other: half of that is no reason to load a table."""
        story = Story(((A, C), (B,)), Supervision(failback="immediate", by_priority=True))
        for devt, priority in ((A, 50), (C, 50), (B, 10)):
            story.check(devt, UP, priority=priority)

        assert orders(story.check(A, UP, after=5, priority=40)) == []
        assert orders(story.check(C, UP, priority=40)) == []
        assert orders(story.check(B, UP, priority=10)) == []

    def test_do_not_wait_for_a_path_that_failed(self) -> None:
        """It is none to decide about."""
        story = begun(Supervision(failback="immediate"), groups=((A,), (B, C)))
        story.check(C, UP, priority=10)
        story.check(A, UP, after=5, priority=1)
        story.check(C, DOWN)

        assert orders(story.check(B, UP, priority=10)) == ["SwitchGroup"]

    def test_move_the_group_where_they_do_not_make_them(self) -> None:
        """As failback says."""
        story = begun(Supervision(failback="immediate"))
        story.check(A, UP, after=5, priority=1)

        assert orders(story.check(B, UP, priority=10)) == ["SwitchGroup"]

    def test_move_the_group_where_the_groups_stay_what_they_are(self) -> None:
        """Other numbers, the same paths together: no table is loaded for that."""
        story = begun(Supervision(failback="immediate", by_priority=True))
        story.check(A, UP, after=5, priority=1)

        assert orders(story.check(B, UP, priority=10)) == ["SwitchGroup"]

    def test_say_nothing_of_paths_that_stand_apart(self) -> None:
        """A marginal path has the priority of others, and a group of its own."""
        story = begun(Supervision(failback="immediate", by_priority=True), groups=((A,), (B,), (C,)))
        story.check(C, UP, priority=50)
        story.supervisor.paths[C].apart = True
        story.current = 2
        story.look()

        assert orders(story.check(A, UP, after=5, priority=50)) == ["SwitchGroup"]

    def test_ask_for_a_plan_when_a_delayed_failback_is_due(self) -> None:
        """The groups are not those of the priorities any more."""
        story = Story(((A, C), (B,)), Supervision(failback=15, by_priority=True))
        for devt, priority in ((A, 50), (C, 50), (B, 10)):
            story.check(devt, UP, priority=priority)
        for devt, priority in ((A, 1), (C, 2), (B, 10)):
            story.check(devt, UP, priority=priority)

        assert orders(story.wait(15)) == ["Replan"]

    def test_ask_for_a_plan_where_they_are_known_only_now(self) -> None:
        """The map was made before anybody asked its paths."""
        story = Story(((A, B),), Supervision(by_priority=True))
        story.check(A, UP, priority=50)

        assert orders(story.check(B, UP, priority=10)) == ["Replan"]
        assert orders(story.checks(B, UP, UP)) == []

    def test_bring_the_checks_of_the_others_forward_once(self) -> None:
        """A prioritizer that says something else each time does not keep all paths busy."""
        story = begun(Supervision())
        story.check(A, UP, after=1, priority=20)
        assert story.supervisor.next_check(B) <= story.now

        story.check(B, UP, priority=30)
        assert story.supervisor.next_check(A) > story.now


class TestAGroupThatTheKernelPassesBy:
    def test_is_enabled_when_a_path_of_it_comes_up(self) -> None:
        """Once."""
        story = passed_by(1)
        story.check(A, DOWN)

        (enable,) = only(story.check(A, UP), EnableGroup)
        assert enable.group == 1

    def test_is_left_where_only_a_ghost_comes_up(self) -> None:
        """As multipathd does."""
        story = passed_by(1)
        story.check(A, DOWN)

        assert not only(story.check(A, GHOST), EnableGroup)

    def test_is_left_where_a_supervision_begins(self) -> None:
        """A path that has been in use all the time does not come up by being looked at."""
        assert only(begun(Supervision(), disabled={1}).checks(A, UP), EnableGroup) == []

    def test_is_shown(self) -> None:
        """What the kernel does with each group."""
        story = passed_by(2)

        assert story.supervisor.groups == {1: "current", 2: "disabled"}
