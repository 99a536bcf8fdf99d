"""Which path that works again is trusted: ``san_path_err_*``, ``delay_*_checks``, ``marginal_path_*``."""

import pytest

from multipath.policy.actions import MarkMarginal, ReinstatePath, Replan, Sample, StopSampling
from multipath.policy.flapping import FlappingOptions
from multipath.policy.machines.path import Phase
from multipath.policy.machines.trust import Trust
from multipath.policy.marginal import MarginalOptions
from multipath.policy.supervision import Supervision

from .story import DOWN, UP, A, B, Story, only, orders

FLAPPING = Supervision(flapping=FlappingOptions(2, 3, 60.0))
MARGINAL = Supervision(marginal=MarginalOptions(60, 200, 10, 300))
APART = Supervision(marginal=MarginalOptions(60, 200, 10, 300), marginal_pathgroups="on")


def begun(options: Supervision) -> Story:
    """Return a map of two paths, both seen up."""
    story = Story(options=options)
    for devt in (A, B):
        story.check(devt, UP)
    return story


def convicted(options: Supervision = MARGINAL) -> Story:
    """Return a map of which one path failed twice within the time, and works again."""
    story = begun(options)
    story.checks(A, DOWN, UP, DOWN, UP)
    return story


class TestAPathThatFailsTooOften:
    def test_is_withheld_from_one_failure_more_than_the_threshold(self) -> None:
        """Two are forgiven, the third is not."""
        story = begun(FLAPPING)
        story.checks(A, DOWN, UP, DOWN, UP)

        assert A not in story.failed
        assert orders(story.checks(A, DOWN, UP)) == ["FailPath"]
        assert story.supervisor.paths[A].state is Phase.DELAYED

    def test_is_released_after_the_recovery_time(self) -> None:
        """At the good check that is due then, not by the clock alone."""
        story = begun(FLAPPING)
        story.checks(A, DOWN, UP, DOWN, UP, DOWN, UP)
        withheld = story.now

        assert orders(story.check(A, UP, after=59)) == []
        assert story.supervisor.next_check(A) <= withheld + 60
        (reinstated,) = only(story.check(A, UP, after=1), ReinstatePath)
        assert reinstated.devt == A

    def test_begins_its_recovery_anew_where_it_fails_meanwhile(self) -> None:
        """From the check that is good again."""
        story = begun(FLAPPING)
        story.checks(A, DOWN, UP, DOWN, UP, DOWN, UP)
        story.check(A, DOWN, after=50)
        story.check(A, UP, after=5)

        assert orders(story.check(A, UP, after=59)) == []
        assert orders(story.check(A, UP, after=1)) == ["ReinstatePath"]

    def test_is_used_where_no_other_is(self) -> None:
        """At the check that becomes due when the last one fails."""
        story = begun(FLAPPING)
        story.checks(A, DOWN, UP, DOWN, UP, DOWN, UP)
        story.check(B, DOWN)

        assert story.supervisor.next_check(A) == story.now
        assert orders(story.check(A, UP)) == ["ReinstatePath"]

    def test_is_forgiven_by_good_checks(self) -> None:
        """One failure for each san_path_err_forget_rate of them, exactly."""
        story = begun(FLAPPING)
        story.checks(A, DOWN, UP, DOWN, UP)
        story.checks(A, UP, UP, UP)

        assert story.supervisor.paths[A].reputation.failures == 1
        story.checks(A, UP, UP, UP)
        assert story.supervisor.paths[A].reputation.trust is Trust.TRUSTED

    def test_stands_apart_with_marginal_pathgroups(self) -> None:
        """It is used, as a last resort."""
        story = begun(Supervision(flapping=FlappingOptions(2, 3, 60.0), marginal_pathgroups="on"))
        story.checks(A, DOWN, UP, DOWN, UP, DOWN)

        assert orders(story.check(A, UP)) == ["MarkMarginal", "Replan", "ReinstatePath"]
        assert orders(story.check(A, UP, after=60)) == ["MarkMarginal", "Replan"]
        assert [each.on for each in story.every(MarkMarginal)] == [True, False]

    def test_is_let_in_where_its_option_is_not_set_any_more(self) -> None:
        """At the next good check, which comes soon."""
        story = begun(FLAPPING)
        story.checks(A, DOWN, UP, DOWN, UP, DOWN, UP)
        story.configure(flapping=None)

        assert story.supervisor.next_check(A) <= story.now + 5
        assert orders(story.check(A, UP)) == ["ReinstatePath"]


class TestAPathThatFailsTwice:
    def test_is_withheld_and_sampled_as_soon_as_it_works(self) -> None:
        """For marginal_path_err_sample_time; reading from a path that is down says nothing."""
        story = begun(MARGINAL)

        assert orders(story.checks(A, DOWN, UP, DOWN)) == ["FailPath", "ReinstatePath", "FailPath"]
        (sample,) = only(story.check(A, UP), Sample)
        assert sample.seconds == 200
        assert A in story.failed

    def test_is_trusted_where_that_took_longer(self) -> None:
        """The second failure is the first of another time."""
        story = begun(MARGINAL)
        story.checks(A, DOWN, UP)
        story.check(A, DOWN, after=60)
        story.check(A, UP)

        assert story.every(Sample) == []
        story.checks(A, DOWN, UP)
        assert len(story.every(Sample)) == 1

    def test_counts_the_failures_that_the_kernel_saw(self) -> None:
        """Whoever saw them."""
        story = begun(MARGINAL)
        for _ in range(2):
            story.kernel_fails(A)
            story.check(A, UP, after=5)

        assert len(story.every(Sample)) == 1

    @pytest.mark.parametrize(("errors", "lets_in"), [(0, True), (10, True), (11, False)])
    def test_is_let_in_by_its_rate_of_errors(self, errors: int, lets_in: bool) -> None:
        """At most marginal_path_err_rate_threshold of a thousand; by the check that is due at once."""
        story = convicted()
        story.supervisor.sampled(A, errors, 1000, story.now)

        assert story.supervisor.next_check(A) <= story.now
        assert orders(story.check(A, UP)) == (["ReinstatePath"] if lets_in else [])

    def test_is_sampled_again_after_the_gap(self) -> None:
        """As long as it has too many."""
        story = convicted()
        story.supervisor.sampled(A, 500, 1000, story.now)

        assert orders(story.check(A, UP, after=299)) == []
        assert story.supervisor.next_check(A) <= story.now + 1
        assert orders(story.check(A, UP, after=1)) == ["Sample"]

    def test_is_sampled_for_two_minutes_at_least(self) -> None:
        """As multipathd does."""
        story = convicted(Supervision(marginal=MarginalOptions(60, 1, 10, 300)))

        assert [each.seconds for each in story.every(Sample)] == [120]

    def test_is_used_where_no_other_is(self) -> None:
        """Its reads end."""
        story = convicted()
        story.check(B, DOWN)

        assert orders(story.check(A, UP)) == ["StopSampling", "ReinstatePath"]

    def test_is_not_sampled_where_it_is_used_at_once(self) -> None:
        """It works again, and there is no other."""
        story = begun(MARGINAL)
        story.checks(A, DOWN, UP, DOWN)
        story.check(B, DOWN)

        assert orders(story.check(A, UP)) == ["ReinstatePath"]

    def test_stands_apart_with_marginal_pathgroups(self) -> None:
        """It is used meanwhile, as a last resort."""
        story = begun(APART)
        story.checks(A, DOWN, UP, DOWN)

        assert orders(story.check(A, UP)) == ["Sample", "MarkMarginal", "Replan", "ReinstatePath"]
        story.supervisor.sampled(A, 0, 1000, story.now)
        assert orders(story.check(A, UP)) == ["MarkMarginal", "Replan"]
        assert [each.reason.split(":")[0] for each in story.every(Replan)] == ["marginal_pathgroups on"] * 2

    def test_is_read_from_no_more_when_it_leaves(self) -> None:
        """The map has it no longer."""
        story = convicted()

        assert only(story.carry_out(story.supervisor.removed(A, story.now)), StopSampling)
