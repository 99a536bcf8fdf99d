"""A time in which all is well, and the options that a story may have."""

from math import inf
from typing import Final

import hypothesis.strategies as st

from multipath.policy.actions import Action, RecheckWwid, Sample, StopSampling
from multipath.policy.flapping import FlappingOptions
from multipath.policy.machines.trust import Trust
from multipath.policy.marginal import MarginalOptions
from multipath.policy.supervision import Supervision
from multipath.units import DevT

from .story import UP, A, B, C, Story

PATHS: Final = (A, B, C)
OPTIONS: Final = st.builds(
    Supervision,
    failback=st.sampled_from(["immediate", "manual", "followover", 10]),
    by_priority=st.booleans(),
    no_path_retry=st.sampled_from([None, "fail", "queue", 1, 4]),
    flush_on_last_del=st.sampled_from(["always", "unused", "never"]),
    deferred_remove=st.booleans(),
    ghost_delay=st.sampled_from([None, 7.0]),
    flapping=st.sampled_from([None, FlappingOptions(2, 3, 40.0)]),
    marginal=st.sampled_from([None, MarginalOptions(60, 120, 10, 30)]),
    marginal_pathgroups=st.sampled_from(["off", "on"]),
    recheck_wwid=st.booleans(),
    purge_disconnected=st.booleans(),
    auto_resize=st.sampled_from(["never", "grow_only"]),
    max_stall=st.sampled_from([None, 5.0]),
)


class Calm:
    """
    A time in which every path works, and every question is answered.

    Args:
        story: What happened before.
    """

    def __init__(self, story: Story) -> None:
        self.story = story
        self.samples: dict[DevT, float] = {
            devt: story.now for devt, path in story.supervisor.paths.items() if path.reputation.trust is Trust.SAMPLED
        }

    def run(self, seconds: float) -> None:
        """Let some time pass."""
        story, end = self.story, self.story.now + seconds
        story.look()
        while True:
            checks = [story.supervisor.next_check(devt) for devt in story.supervisor.paths]
            first = min([*checks, *self.samples.values(), end])
            self._answer(story.wait(max(first - story.now, 0.0)))
            if story.now >= end:
                return
            for devt in PATHS:
                self._check(devt)

    def _check(self, devt: DevT) -> None:
        story = self.story
        if self.samples.get(devt, inf) <= story.now:
            del self.samples[devt]
            self._answer(story.carry_out(story.supervisor.sampled(devt, 0, 1000, story.now)))
        if story.supervisor.next_check(devt) <= story.now:
            self._answer(story.check(devt, UP, priority=50 if devt in (A, B) else 10))
            assert story.supervisor.next_check(devt) > story.now

    def _answer(self, actions: list[Action]) -> None:
        story = self.story
        for action in actions:
            if isinstance(action, Sample):
                self.samples[action.devt] = story.now + action.seconds
            elif isinstance(action, StopSampling):
                self.samples.pop(action.devt, None)
            elif isinstance(action, RecheckWwid):
                self._answer(story.carry_out(story.supervisor.identified(action.devt, story.now, same=True)))
        if actions:
            self._answer(story.look())
