"""The same story told to a supervision and to a plain model of multipathd's loop: both decide alike."""

from dataclasses import dataclass, replace
from typing import Final

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from multipath.paths.state import PathState
from multipath.policy.actions import Sample
from multipath.policy.flapping import FlappingOptions
from multipath.policy.marginal import MarginalOptions
from multipath.policy.supervision import Supervision
from multipath.units import DevT

from .reference_loop import MENDED, ReferenceLoop, ReferencePath, kernel_moves
from .story import DOWN, UP, A, B, C, Story

GROUPS: Final = ((A, B), (C,))
PRIORITIES: Final = {A: 50, B: 50, C: 10}
GOOD: Final = frozenset({PathState.UP, PathState.GHOST})
STATES: Final = [UP, UP, UP, DOWN, DOWN, PathState.TIMEOUT, PathState.SHAKY, PathState.PENDING, PathState.WILD]
OPTIONS: Final = st.builds(
    Supervision,
    failback=st.sampled_from(["immediate", "manual", "followover", 7]),
    no_path_retry=st.sampled_from([None, "fail", "queue", 1, 3]),
    flapping=st.sampled_from([None, FlappingOptions(1, 3, 30.0), FlappingOptions(2, 1, 12.0)]),
    marginal=st.sampled_from([None, None, MarginalOptions(20, 120, 10, 15)]),
)


@dataclass(frozen=True)
class Happening:
    """A check, or a failure of I/O, some seconds after the last."""

    devt: DevT
    state: PathState | None
    after: int
    errors: int


HAPPENINGS: Final = st.lists(
    st.builds(
        Happening,
        devt=st.sampled_from([A, B, C]),
        state=st.sampled_from([*STATES, None]),
        after=st.integers(0, 9),
        errors=st.sampled_from([0, 500]),
    ),
    max_size=60,
)


class Both:
    """A supervision and the model, told the same."""

    def __init__(self, options: Supervision, mended: frozenset[str] = MENDED) -> None:
        self.story = Story(GROUPS, options, now=0.0)
        paths = {devt: ReferencePath(1 if devt in GROUPS[0] else 2, PRIORITIES[devt]) for devt in PRIORITIES}
        self.model = ReferenceLoop(paths, options, mended, queueing=self.story.queueing)
        for devt in PRIORITIES:
            self.check(devt, UP)

    def wait(self, seconds: int) -> None:
        """Let time pass for both."""
        for _ in range(seconds):
            self.story.wait(1.0)
            self.model.second()
            self.moved()

    def check(self, devt: DevT, state: PathState) -> None:
        """Tell both of a check."""
        self.story.check(devt, state, priority=PRIORITIES[devt] if state in GOOD else None)
        self.model.check(devt, state)
        self.moved()

    def kernel_fails(self, devt: DevT) -> None:
        """Tell both that I/O failed on a path that is in use."""
        if devt not in self.story.failed:
            self.story.kernel_fails(devt)
            self.model.kernel_fails(devt)
            self.moved()

    def moved(self) -> None:
        """Let the kernel choose a group, and the supervision see it."""
        story, model = self.story, self.model
        story.current = kernel_moves(GROUPS, story.current, set(PRIORITIES) - story.failed)
        model.current = kernel_moves(GROUPS, model.current, {devt for devt, path in model.paths.items() if path.active})
        story.look()

    def happens(self, happening: Happening) -> None:
        """Tell both of one thing."""
        self.wait(happening.after)
        if happening.state is None:
            self.kernel_fails(happening.devt)
        else:
            self.check(happening.devt, happening.state)
        if happening.errors and self.model.paths[happening.devt].sampled == "sampled":
            self.sample_ends(happening.devt, happening.errors)

    def sample_ends(self, devt: DevT, errors: int) -> None:
        """Tell both of a sample."""
        self.story.carry_out(self.story.supervisor.sampled(devt, errors, 1000, self.story.now))
        self.model.sample_ends(devt, errors, 1000)

    def agree(self) -> None:
        """Check that both hold the same."""
        story, model = self.story, self.model
        assert story.failed == {devt for devt, path in model.paths.items() if not path.active}
        assert story.queueing == model.queueing
        assert story.current == model.current
        assert [sample.devt for sample in story.every(Sample)] == model.samples


class TestASupervision:
    @pytest.mark.slow
    @settings(max_examples=150, deadline=None)
    @given(options=OPTIONS, happenings=HAPPENINGS)
    def test_decides_as_multipathd(self, options: Supervision, happenings: list[Happening]) -> None:
        """Which paths are used, which group, whether I/O waits, and how often a path is checked."""
        both = Both(options)

        for happening in happenings:
            both.happens(happening)

            both.agree()
            theirs = both.model.paths[happening.devt]
            checked = happening.state not in (None, PathState.PENDING, PathState.WILD)
            if checked and theirs.state is not PathState.DELAYED:
                assert both.story.supervisor.paths[happening.devt].interval.current == theirs.checkint


class TestWhatWeMend:
    def test_is_the_second_that_is_too_long(self) -> None:
        """multipathd counts one tick more than no_path_retry says."""
        options = Supervision(no_path_retry=1)
        theirs = Both(options, MENDED - {"second-too-long"})
        for devt in PRIORITIES:
            theirs.check(devt, DOWN)

        theirs.wait(5)

        assert (theirs.story.queueing, theirs.model.queueing) == (False, True)

    def test_is_the_good_check_that_does_not_count(self) -> None:
        """multipathd forgets a failure one good check later than san_path_err_forget_rate says."""
        options = Supervision(flapping=FlappingOptions(1, 2, 30.0))
        theirs = Both(options, MENDED - {"forget-one-late"})
        for state in (DOWN, UP, UP, UP, DOWN, UP):
            theirs.check(A, state)

        assert A not in theirs.story.failed
        assert not theirs.model.paths[A].active

    def test_is_the_last_path_that_is_withheld(self) -> None:
        """multipathd withholds the only path until its next check."""
        options = Supervision(flapping=FlappingOptions(1, 9, 30.0))
        theirs = Both(options, MENDED - {"delay-of-the-last"})
        for devt in (B, C):
            theirs.check(devt, DOWN)
        for state in (DOWN, UP, DOWN, UP):
            theirs.check(A, state)

        assert A not in theirs.story.failed
        assert not theirs.model.paths[A].active

    def test_is_the_silent_neighbour(self) -> None:
        """multipathd takes a path that does not answer for one that its group still has, and stays away."""
        theirs = Both(Supervision(failback="followover"), MENDED - {"silent-neighbour"})
        for devt, state in ((A, DOWN), (B, PathState.TIMEOUT), (A, UP)):
            theirs.check(devt, state)

        assert (theirs.story.current, theirs.model.current) == (1, 2)

    def test_is_the_failure_that_is_none(self) -> None:
        """In multipathd a path that was down and is silent now ends a failback that waits."""
        theirs = Both(Supervision(failback=7), MENDED - {"bad-is-bad"})
        for devt, state in ((A, DOWN), (B, DOWN), (A, UP), (B, PathState.TIMEOUT)):
            theirs.check(devt, state)
        theirs.wait(7)

        assert (theirs.story.current, theirs.model.current) == (1, 2)


class TestTheModel:
    @pytest.mark.parametrize("good", [1, 2, 3, 4])
    def test_doubles_the_interval(self, good: int) -> None:
        """5, 10, 20 and no more: the numbers of the manual."""
        loop = ReferenceLoop({A: ReferencePath(1, 1)}, Supervision())
        for _ in range(good):
            loop.check(A, UP)

        assert loop.paths[A].checkint == [5, 10, 20, 20][good - 1]

    def test_knows_the_delay_of_failback(self) -> None:
        """And multipathd's tick more."""
        loop = ReferenceLoop({A: ReferencePath(1, 50), C: ReferencePath(2, 10)}, Supervision(failback=7), frozenset())
        loop.current = 2
        for devt in (C, A):
            loop.check(devt, UP)
        for _ in range(7):
            loop.second()

        assert loop.current == 2
        loop.second()
        assert replace(loop).current == 1
