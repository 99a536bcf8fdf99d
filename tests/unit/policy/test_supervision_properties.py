"""What holds of a supervision whatever happens: random stories, told to it step by step."""

from dataclasses import replace
from typing import Final

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from multipath.paths.state import PathState
from multipath.policy.actions import (
    Action,
    Changed,
    FailPath,
    Flush,
    Queueing,
    RecheckWwid,
    ReinstatePath,
    Sample,
    StopSampling,
)
from multipath.policy.machines.map import SERVING, Condition
from multipath.policy.machines.path import Phase
from multipath.policy.supervision import Supervision
from multipath.policy.supervisor import MapSupervisor
from multipath.units import DevT

from .calm import OPTIONS, PATHS, Calm
from .story import UP, WWID, A, B, C, Story, only

pytestmark = pytest.mark.slow
DEVTS: Final = st.sampled_from(PATHS)


class Supervised(RuleBasedStateMachine):
    """A story of which nobody knows how it goes on; a twin is told the same."""

    @initialize(options=OPTIONS, failed=st.sets(DEVTS), queueing=st.booleans())
    def begin(self, options: Supervision, failed: set[DevT], queueing: bool) -> None:
        """Begin with a map as it may be found."""
        self.story = Story(((A, B), (C,)), options, failed=set(failed), queueing=queueing)
        self.twin = MapSupervisor(WWID, options, self.story.now)
        self.twin.see(self.story.picture(), self.story.now)
        self.seen = len(self.story.told)
        self.told: dict[DevT, bool] = {}
        self.sampling: set[DevT] = set()
        self.kernel = {devt: devt not in failed for devt in PATHS}
        self.lost: float | None = None

    @rule(devt=DEVTS, state=st.sampled_from(PathState), priority=st.sampled_from([None, 1, 10, 50]))
    def a_check_ends(self, devt: DevT, state: PathState, priority: int | None) -> None:
        """A checker says anything at all."""
        self.same(
            self.story.check(devt, state, priority=priority),
            self.twin.checked(devt, state, self.story.now, "as told", priority),
        )

    @rule(devt=DEVTS)
    def a_check_is_good(self, devt: DevT) -> None:
        """Most checks are."""
        self.same(self.story.check(devt, UP), self.twin.checked(devt, UP, self.story.now, "as told"))

    @rule(devt=DEVTS)
    def io_fails(self, devt: DevT) -> None:
        """The kernel fails a path."""
        self.story.failed.add(devt)
        self.look()

    @rule(devt=DEVTS)
    def somebody_reinstates(self, devt: DevT) -> None:
        """A path is in use, and nobody here asked for it."""
        self.story.failed.discard(devt)
        self.look()

    @rule(current=st.sampled_from([1, 2]), in_use=st.booleans(), queueing=st.booleans())
    def others_meddle(self, current: int, in_use: bool, queueing: bool) -> None:
        """The map changes from outside."""
        self.story.current, self.story.in_use, self.story.queueing = current, in_use, queueing
        self.look()

    @rule()
    def look(self) -> None:
        """The kernel is asked."""
        shown = replace(self.story.picture(), event_nr=self.story.event + 1)
        self.same(self.story.look(), self.twin.see(shown, self.story.now))

    @rule(seconds=st.sampled_from([0.0, 0.3, 1.0, 5.0, 21.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        """Some time passes, and its timers with it."""
        end = self.story.now + seconds
        while (due := self.story.supervisor.due()) is not None and due <= end:
            self.story.now = max(due, self.story.now)
            self.tick()
            assert self.story.supervisor.due() != due
        self.story.now = end
        self.tick()

    @rule(devt=DEVTS, same=st.booleans())
    def an_identity_is_read(self, devt: DevT, same: bool) -> None:
        """Asked for or not."""
        now = self.story.now
        self.same(
            self.story.carry_out(self.story.supervisor.identified(devt, now, same=same)),
            self.twin.identified(devt, now, same=same),
        )

    @rule(devt=DEVTS, errors=st.sampled_from([0, 500]))
    def a_sample_ends(self, devt: DevT, errors: int) -> None:
        """Clean or not."""
        self.sampling.discard(devt)
        now = self.story.now
        self.same(
            self.story.carry_out(self.story.supervisor.sampled(devt, errors, 1000, now)),
            self.twin.sampled(devt, errors, 1000, now),
        )

    @rule(devt=DEVTS)
    def a_path_is_removed(self, devt: DevT) -> None:
        """From the host; the map still has it."""
        now = self.story.now
        self.same(self.story.carry_out(self.story.supervisor.removed(devt, now)), self.twin.removed(devt, now))

    @rule(devt=DEVTS)
    def a_path_is_added(self, devt: DevT) -> None:
        """To the host."""
        now = self.story.now
        self.same(self.story.carry_out(self.story.supervisor.added(devt, now)), self.twin.added(devt, now))
        self.look()

    @rule(options=OPTIONS)
    def options_change(self, options: Supervision) -> None:
        """Configured anew."""
        self.story.options = options
        now = self.story.now
        self.same(
            self.story.carry_out(self.story.supervisor.reconfigured(options, now)), self.twin.reconfigured(options, now)
        )
        self.lost = None

    def tick(self) -> None:
        """Let both do what the time asks for."""
        now = self.story.now
        self.same(self.story.carry_out(self.story.supervisor.tick(now)), self.twin.tick(now))

    def same(self, actions: list[Action], others: list[Action]) -> None:
        """Check what holds of every answer: the same for the same story, and nothing twice or both ways."""
        assert actions == others
        failed = {action.devt for action in only(actions, FailPath)}
        reinstated = {action.devt for action in only(actions, ReinstatePath)}
        assert not failed & reinstated
        assert len({action.on for action in only(actions, Queueing)}) < 2
        assert len(only(actions, Flush)) < 2
        sampled = {action.devt for action in only(actions, Sample)}
        assert not sampled & {action.devt for action in only(actions, StopSampling)}
        assert all(action.reason for action in actions)
        assert all(action.before != action.after for action in only(actions, Changed))
        if not self.story.supervisor.options.recheck_wwid:
            assert not only(actions, RecheckWwid)
        for action in actions:
            self.sampled(action)

    def sampled(self, action: Action) -> None:
        """Check that no path is sampled twice at a time."""
        if isinstance(action, Sample):
            assert action.devt not in self.sampling
            self.sampling.add(action.devt)
        elif isinstance(action, StopSampling):
            self.sampling.discard(action.devt)

    @invariant()
    def no_check_is_far(self) -> None:
        """Every path is checked within the longest interval."""
        supervisor = self.story.supervisor
        for devt in PATHS:
            if devt in supervisor.paths:
                assert supervisor.next_check(devt) <= self.story.now + supervisor.options.max_polling_interval + 1e-6

    @invariant()
    def kernel_and_phase_agree(self) -> None:
        """What is held back is not in use, and what is good is."""
        for devt in PATHS:
            path, active = self.story.supervisor.paths.get(devt), devt not in self.story.failed
            phase = path.state if path else None
            if phase in (Phase.UP, Phase.GHOST, Phase.SILENT):
                assert active
            if phase in (Phase.FAULTY, Phase.DELAYED, Phase.IDENTIFYING, Phase.FOREIGN, Phase.FAILED, Phase.STANDBY):
                assert not active

    @invariant()
    def queueing_ends(self) -> None:
        """Nothing waits for a path longer than no_path_retry allows."""
        options, condition = self.story.supervisor.options, self.story.supervisor.state
        if options.retry_time is None or condition in SERVING:
            self.lost = None
            return
        self.lost = self.story.now if self.lost is None else self.lost
        if condition is not Condition.WAITING:
            assert not self.story.queueing
        else:
            assert self.story.now <= self.lost + options.retry_time

    @precondition(lambda self: self.story.supervisor.state in SERVING)
    @invariant()
    def somebody_serves(self) -> None:
        """A map that serves has a path in use."""
        assert any(devt in self.story.supervisor.paths and devt not in self.story.failed for devt in PATHS)

    def teardown(self) -> None:
        """Let all be well from now on, and see that it becomes so: nothing is held back for ever."""
        if not hasattr(self, "story"):
            return
        calm = Calm(self.story)
        calm.run(1000.0)
        paths = self.story.supervisor.paths
        for devt, path in paths.items():
            assert path.state in (Phase.UP, Phase.FOREIGN), path
            assert not path.apart
            assert (devt in self.story.failed) is (path.state is Phase.FOREIGN)
        if any(path.used for path in paths.values()):
            self.well()

    def well(self) -> None:
        """See that the map is as its options say."""
        supervisor, options = self.story.supervisor, self.story.supervisor.options
        assert supervisor.state in SERVING
        assert supervisor.announced
        if options.no_path_retry is not None:
            assert self.story.queueing == options.queues
        if options.failback == "immediate" and not options.by_priority:
            assert self.story.current == supervisor.best


Supervised.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestASupervisedMap = Supervised.TestCase
