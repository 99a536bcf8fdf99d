"""A supervision in a loop: paths are asked when it says, and answer or not; how long things take then."""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.paths.state import PathState
from multipath.policy.actions import FailPath
from multipath.policy.supervision import Supervision
from multipath.units import DevT

from .story import DOWN, UP, A, B, Story
from .world import a_member, settings_of

Behaviour = Callable[[DevT, float], PathState | None]
_ANSWERS: Final = 0.002  # seconds that an answer takes


class Loop:
    """A map whose paths are checked when they are due; a path that says nothing is waited for."""

    def __init__(self, options: Supervision, behaviour: Behaviour) -> None:
        self.story = Story(options=options, now=0.0)
        self.behaviour = behaviour
        self.ends: dict[DevT, tuple[float, PathState]] = {}
        self.asked = 0

    def run(self, until: float) -> None:
        """Let time pass."""
        while self.story.now < until:
            self._begin()
            next_check = min(self.story.supervisor.next_check(devt) for devt in (A, B) if devt not in self.ends)
            ends = min((end for end, _ in self.ends.values()), default=until)
            self.story.wait(max(0.0, min(next_check, ends, until) - self.story.now))
            self._end()

    def _begin(self) -> None:
        for devt in (A, B):
            if devt not in self.ends and self.story.supervisor.next_check(devt) <= self.story.now:
                self.asked += 1
                state = self.behaviour(devt, self.story.now)
                late = self.story.now + self.story.options.checker_timeout
                self.ends[devt] = (late, PathState.TIMEOUT) if state is None else (self.story.now + _ANSWERS, state)
        if len(self.ends) == 2:
            self.story.wait(min(end for end, _ in self.ends.values()) - self.story.now)
            self._end()

    def _end(self) -> None:
        for devt, (end, state) in list(self.ends.items()):
            if end <= self.story.now:
                del self.ends[devt]
                self.story.check(devt, state, priority=1)

    def failed_at(self, devt: DevT) -> float:
        """Return when a path was failed."""
        return next(time for time, action in self.story.told if isinstance(action, FailPath) and action.devt == devt)


class TestASilentPath:
    @pytest.mark.slow
    @settings(max_examples=10, deadline=None)
    @given(budget=st.sampled_from([2.0, 5.0, 20.0]), fault=st.floats(10, 100))
    def test_is_failed_within_a_fifth_of_the_budget(self, budget: float, fault: float) -> None:
        """A tenth until it is asked, a tenth until that is late."""
        options = Supervision.of(settings_of(a_member()), budget)
        loop = Loop(options, lambda devt, now: None if devt == A and now >= fault else UP)

        loop.run(fault + budget)

        assert fault <= loop.failed_at(A) <= fault + budget / 5 + 3 * _ANSWERS

    @settings(max_examples=30, deadline=None)
    @given(fault=st.floats(100, 200))
    def test_is_failed_within_the_longest_interval_and_the_timeout_without_one(self, fault: float) -> None:
        """What multipathd takes as well."""
        loop = Loop(Supervision(), lambda devt, now: None if devt == A and now >= fault else UP)

        loop.run(fault + 60)

        assert fault + 30 <= loop.failed_at(A) <= fault + 50 + 1


class TestAnArrayThatIsSilent:
    def test_leaves_one_path_in_use(self) -> None:
        """Until multipathd would have failed that as well."""
        options = Supervision.of(settings_of(a_member()), 5.0)
        loop = Loop(options, lambda _, now: None if now >= 10 else UP)

        loop.run(39)
        assert len(loop.story.failed) == 1
        loop.run(42)
        assert len(loop.story.failed) == 2


class TestAPathThatIsDown:
    @settings(max_examples=30, deadline=None)
    @given(fault=st.floats(100, 200))
    def test_is_failed_within_the_longest_interval(self, fault: float) -> None:
        """And used again within the shortest after it is back."""
        loop = Loop(Supervision(), lambda devt, now: DOWN if devt == A and fault <= now < fault + 60 else UP)

        loop.run(fault + 59)
        assert fault <= loop.failed_at(A) <= fault + 20 + 1
        loop.run(fault + 60 + 5 + 1)
        assert loop.story.failed == set()


class TestTheNumberOfChecks:
    @pytest.mark.parametrize("hours", [1, 5])
    def test_is_as_small_as_the_longest_interval_allows(self, hours: int) -> None:
        """Two paths that work: six checks a minute, and a few to begin with."""
        loop = Loop(Supervision(), lambda _devt, _now: UP)

        loop.run(hours * 3600)

        assert hours * 360 <= loop.asked <= hours * 360 + 15
