"""What becomes of a path: failing and reinstating it, identity, ghosts, what the array took away."""

from dataclasses import replace

import pytest

from multipath.paths.state import PathState
from multipath.policy.actions import Changed, FailPath, MarkMarginal, Purge, RecheckWwid, ReinstatePath, Replan, Subject
from multipath.policy.machines.path import Phase
from multipath.policy.supervision import Supervision

from .story import DOWN, GHOST, PENDING, UP, A, B, Story, only, orders

BUDGET = Supervision(max_stall=5.0, polling_interval=0.5, max_polling_interval=0.5, checker_timeout=0.5, patience=30.0)


def begun(options: Supervision | None = None, **facts: object) -> Story:
    """Return a map of two groups of one path, both seen up."""
    story = Story(options=options or Supervision(), **facts)  # type: ignore[arg-type]
    for devt in (A, B):
        story.check(devt, UP)
    return story


class TestAPathThatFails:
    @pytest.mark.parametrize("state", [DOWN, PathState.SHAKY, PathState.TIMEOUT, PathState.REMOVED])
    def test_is_failed_in_the_kernel_once(self, state: PathState) -> None:
        """By whatever its checker says that is not good; a second bad check changes nothing."""
        story = begun()

        assert orders(story.check(A, state)) == ["FailPath"]
        assert orders(story.check(A, state, after=5)) == []

    def test_says_why(self) -> None:
        """In the words of its checker."""
        (failed,) = only(begun().check(A, DOWN), FailPath)

        assert failed.reason == "its checker says down (as told)"
        assert not failed.silent

    @pytest.mark.parametrize("state", [PENDING, PathState.WILD, PathState.UNCHECKED])
    def test_is_not_one_whose_check_has_no_verdict(self, state: PathState) -> None:
        """What was known before holds."""
        story = begun()

        assert story.check(A, state) == []
        assert story.supervisor.paths[A].checker is UP

    def test_is_reinstated_when_it_is_good(self) -> None:
        """At the first good check."""
        story = begun()
        story.check(A, DOWN)

        assert orders(story.check(A, UP, after=5)) == ["ReinstatePath"]

    def test_is_told_as_a_transition(self) -> None:
        """Of the checker, of the path, of the map."""
        changes = only(begun().check(A, DOWN), Changed)

        assert [(each.subject, each.before, each.after) for each in changes] == [
            (Subject.CHECKER, "up", "down"),
            (Subject.PATH, "up", "faulty"),
            (Subject.MAP, "whole", "degraded"),
        ]

    def test_is_counted_once(self) -> None:
        """Whoever saw it first."""
        story = begun()
        story.kernel_fails(A)
        story.check(A, DOWN)

        assert story.supervisor.counters.path_faults == 1


class TestKernelAndChecker:
    def test_agree_again_where_the_kernel_failed_a_good_path(self) -> None:
        """The next check reinstates it."""
        story = begun()

        assert orders(story.kernel_fails(A)) == []
        assert orders(story.check(A, UP)) == ["ReinstatePath"]

    def test_agree_again_where_somebody_reinstated_a_bad_path(self) -> None:
        """It is failed at once, and checked at once: a new table uses every path."""
        story = begun()
        story.check(A, DOWN)
        story.failed.discard(A)

        (failed,) = only(story.look(), FailPath)

        assert failed.reason == "the kernel uses it again, but its checker says down"
        assert story.supervisor.next_check(A) == story.now

    def test_agree_where_nobody_has_checked_a_path_that_is_back(self) -> None:
        """The kernel failed it, the kernel uses it again: nothing speaks against it."""
        story = begun()
        story.kernel_fails(A)
        story.failed.discard(A)

        assert orders(story.look()) == []
        assert story.supervisor.paths[A].state is Phase.UNCHECKED

    def test_agree_from_the_start(self) -> None:
        """A map is found with a failed path that works, and one in use that does not."""
        story = Story(failed={A})

        assert orders(story.check(A, UP)) == ["ReinstatePath"]
        assert orders(story.check(B, DOWN)) == ["FailPath"]

    def test_agree_although_an_order_was_not_carried_out(self) -> None:
        """The picture that shows it brings the order again."""
        story = begun()
        story.carries_out = False
        story.check(A, DOWN)
        story.carries_out = True

        assert orders(story.look()) == ["FailPath"]
        assert orders(story.look()) == []

    def test_are_not_compared_by_an_older_picture(self) -> None:
        """It says nothing."""
        story = begun()
        old = replace(story.picture(), event_nr=story.event - 1, queueing=True, current_group=2)

        assert story.supervisor.see(old, story.now) == []

    def test_are_compared_where_the_map_was_made_anew(self) -> None:
        """Its event numbers begin anew as well; the picture was read later."""
        story = begun()
        story.look()
        story.check(A, DOWN)
        story.event = 0
        story.now += 1
        story.failed.clear()

        assert orders(story.look()) == ["FailPath"]


class TestAGhost:
    def test_is_used(self) -> None:
        """Where the host can make it active, or another path is."""
        story = Story(failed={A})

        assert orders(story.check(A, GHOST)) == ["ReinstatePath"]

    def test_is_left_failed_where_its_array_alone_could_make_it_active(self) -> None:
        """And no path is in use: I/O would fail at once, again and again."""
        story = Story(failed={A, B}, implicit=True)

        assert orders(story.check(A, GHOST)) == []
        assert story.supervisor.paths[A].state is Phase.STANDBY

    def test_is_used_when_another_path_is(self) -> None:
        """At its next check."""
        story = Story(failed={A, B}, implicit=True)
        story.check(A, GHOST)
        story.check(B, UP)

        assert orders(story.check(A, GHOST)) == ["ReinstatePath"]

    def test_does_not_count_for_itself(self) -> None:
        """While it is left failed, I/O that waits for a path waits no longer than no_path_retry says."""
        story = Story(failed={A, B}, implicit=True, options=Supervision(no_path_retry=2))
        story.check(A, GHOST)
        story.check(A, GHOST, after=5)

        assert story.failed == {A, B}
        assert orders(story.wait(5)) == ["Queueing"]


class TestAPathThatMayBeAnotherUnit:
    def test_is_identified_before_it_is_used(self) -> None:
        """Although it works; with recheck_wwid."""
        story = begun(Supervision(recheck_wwid=True))
        story.check(A, DOWN)

        assert orders(story.check(A, UP)) == ["RecheckWwid"]
        assert orders(story.carry_out(story.supervisor.identified(A, story.now, same=True))) == ["ReinstatePath"]

    def test_is_asked_again_where_there_was_no_answer(self) -> None:
        """After a polling_interval; not by a check that comes sooner."""
        story = begun(Supervision(recheck_wwid=True))
        story.check(A, DOWN)

        assert orders(story.check(A, UP)) == ["RecheckWwid"]
        assert orders(story.check(A, UP, after=4)) == []
        assert orders(story.check(A, UP, after=1)) == ["RecheckWwid"]

    def test_is_not_used_where_it_is_one(self) -> None:
        """Never again; a plan is asked for that leaves it out."""
        story = begun(Supervision(recheck_wwid=True))
        story.check(A, DOWN)
        story.check(A, UP)

        (replan,) = only(story.carry_out(story.supervisor.identified(A, story.now, same=False)), Replan)

        assert "recheck_wwid yes" in replan.reason
        assert orders(story.checks(A, UP, UP)) == []
        assert story.supervisor.paths[A].shown is PathState.REMOVED

    def test_is_asked_again_where_it_failed_meanwhile(self) -> None:
        """An answer from before that failure says nothing."""
        story = begun(Supervision(recheck_wwid=True))
        story.checks(A, DOWN, UP, DOWN)

        assert orders(story.carry_out(story.supervisor.identified(A, story.now, same=True))) == []
        assert orders(story.check(A, UP)) == ["RecheckWwid"]

    def test_may_be_found_failed(self) -> None:
        """Nobody knows for how long it was."""
        story = Story(options=Supervision(recheck_wwid=True), failed={A})

        assert orders(story.check(A, UP)) == ["RecheckWwid"]

    def test_is_no_path_that_never_failed(self) -> None:
        """It has been in use all the time."""
        assert begun(Supervision(recheck_wwid=True)).every(RecheckWwid) == []


class TestAUnitThatIsNotMappedAnyMore:
    def test_is_deleted_once(self) -> None:
        """With purge_disconnected; its path is failed first."""
        story = begun(Supervision(purge_disconnected=True))

        assert orders(story.check(A, PathState.DISCONNECTED)) == ["FailPath", "Purge"]
        assert orders(story.check(A, PathState.DISCONNECTED)) == []

    def test_is_deleted_again_where_it_came_back(self) -> None:
        """A new time, a new order."""
        story = begun(Supervision(purge_disconnected=True))
        story.checks(A, PathState.DISCONNECTED, UP, PathState.DISCONNECTED)

        assert len(story.every(Purge)) == 2

    def test_stays_without_the_option(self) -> None:
        """Only its path is failed."""
        assert orders(begun().check(A, PathState.DISCONNECTED)) == ["FailPath"]


class TestAPathWhosePortIsMarginal:
    FPIN = Supervision(marginal_pathgroups="fpin")

    def test_stands_apart_and_is_used(self) -> None:
        """At once, before anybody checks it; no check brings it back."""
        story = begun(self.FPIN)
        story.marginal.add(A)

        (marked, replan) = story.look()
        assert marked == MarkMarginal("marginal_pathgroups fpin: its remote port is marginal", A, on=True)
        assert isinstance(replan, Replan)
        assert orders(story.checks(A, UP, DOWN, UP)) == ["FailPath", "ReinstatePath"]

    def test_stands_with_the_others_as_soon_as_it_is_not(self) -> None:
        """Once, too."""
        story = begun(self.FPIN, marginal={A, B})
        story.marginal.clear()

        assert [each.on for each in only(story.look(), MarkMarginal)] == [False, False]
        assert orders(story.look()) == []

    def test_is_seen_by_a_check(self) -> None:
        """Where somebody looked at the port then; else what was known holds."""
        story = begun(self.FPIN)
        looked = [
            only(story.supervisor.checked(A, UP, story.now + second, marginal=marginal), MarkMarginal)
            for second, marginal in enumerate((True, None, True, False))
        ]

        assert [[each.on for each in found] for found in looked] == [[True], [], [], [False]]

    @pytest.mark.parametrize("option", ["off", "on"])
    def test_does_not_count_without_the_option(self, option: str) -> None:
        """With ``on``, its failures do."""
        story = begun(Supervision(marginal_pathgroups=option))
        story.marginal.add(A)

        assert orders(story.look()) == []

    def test_does_not_count_any_more_when_the_option_is_gone(self) -> None:
        """From the next look at the map on."""
        story = begun(self.FPIN, marginal={A})
        story.configure(marginal_pathgroups="off")

        (marked,) = only(story.look(), MarkMarginal)
        assert (marked.on, marked.reason[:25]) == (False, "marginal_pathgroups off: ")


class TestSilence:
    def test_fails_a_path_at_once_where_another_is_left(self) -> None:
        """And says that its I/O is the kernel's still."""
        (failed,) = only(begun(BUDGET).check(A, PathState.TIMEOUT), FailPath)

        assert failed.silent
        assert failed.reason == "max_stall 5: no answer within 0.5 s, and another path works"

    def test_leaves_the_last_path_in_use(self) -> None:
        """Until multipathd would fail it too: checker_timeout after it was asked."""
        story = begun(BUDGET)
        story.check(A, PathState.TIMEOUT)

        assert orders(story.check(B, PathState.TIMEOUT)) == []
        assert orders(story.check(B, PathState.TIMEOUT, after=29)) == []
        assert orders(story.check(B, PathState.TIMEOUT, after=1)) == ["FailPath"]

    def test_fails_the_last_path_when_another_answers(self) -> None:
        """It is not the last any more."""
        story = begun(BUDGET)
        story.check(A, PathState.TIMEOUT)
        story.check(B, PathState.TIMEOUT)

        found = story.check(A, UP)

        assert orders(found) == ["ReinstatePath", "FailPath"]
        assert [each.devt for each in only(found, FailPath)] == [B]

    def test_ends_with_an_answer(self) -> None:
        """The clock begins anew then."""
        story = begun(BUDGET)
        story.check(A, DOWN)
        story.check(B, PathState.TIMEOUT)
        story.check(B, UP, after=29)

        assert orders(story.check(B, PathState.TIMEOUT, after=2)) == []

    def test_does_not_count_a_path_that_nobody_saw_working(self) -> None:
        """What the kernel uses and nobody has checked is no other path."""
        story = Story(options=BUDGET)

        assert orders(story.check(A, PathState.TIMEOUT)) == []

    def test_fails_the_last_path_without_a_budget(self) -> None:
        """A check has checker_timeout then: multipathd would fail it as well."""
        story = begun()
        story.check(A, DOWN)

        assert orders(story.check(B, PathState.TIMEOUT)) == ["FailPath"]

    def test_loses_no_reinstatement(self) -> None:
        """The path that was silent is used again when it answers."""
        story = begun(BUDGET)
        story.check(A, PathState.TIMEOUT)

        assert only(story.check(A, UP), ReinstatePath)
