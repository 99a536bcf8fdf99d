"""
The check loop of multipathd as a plain model: whole seconds, one path after the other, no tables.

It is written from what that program does (0.14.3: ``update_path_state``, ``check_path_reinstate_state``,
``need_io_err_check``, ``update_mpp_prio``, ``retry_count_tick``), to compare a supervision with. What we mend on
purpose has a name; with the name in ``mended`` the model behaves as we do there, without it as multipathd does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from multipath.paths.state import PathState
from multipath.policy.supervision import Supervision
from multipath.units import DevT

MENDED: Final = frozenset({"second-too-long", "forget-one-late", "delay-of-the-last", "silent-neighbour", "bad-is-bad"})
_GOOD: Final = frozenset({PathState.UP, PathState.GHOST})
_SKIPPED: Final = frozenset({PathState.PENDING, PathState.WILD, PathState.UNCHECKED})
_COUNTED: Final = frozenset({PathState.DOWN, PathState.SHAKY, PathState.TIMEOUT})


@dataclass
class ReferencePath:
    """A path as multipathd holds it."""

    group: int
    priority: int
    state: PathState = PathState.UNCHECKED
    checker: PathState = PathState.UNCHECKED
    active: bool = True
    checkint: float = 5
    failures: int = 0
    forget: int = 0
    withheld_at: int | None = None
    suspected_at: int | None = None
    sampled: str = ""
    gap_from: int = 0

    @property
    def good(self) -> bool:
        """Whether it counts."""
        return self.state in _GOOD


@dataclass
class ReferenceLoop:
    """A map as multipathd holds it."""

    paths: dict[DevT, ReferencePath]
    options: Supervision
    mended: frozenset[str] = MENDED
    now: int = 0
    queueing: bool = False
    current: int = 1
    recovering: bool = False
    retry_tick: int = 0
    failback_tick: int = 0
    samples: list[DevT] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many paths count."""
        return sum(path.good for path in self.paths.values())

    @property
    def extra(self) -> int:
        """The tick that is added where a number of ticks is meant."""
        return 0 if "second-too-long" in self.mended else 1

    def second(self) -> None:
        """Let a second pass."""
        self.now += 1
        if self.retry_tick > 0:
            self.retry_tick -= 1
            self.queueing = self.queueing and self.retry_tick > 0
        if self.failback_tick > 0:
            self.failback_tick -= 1
            if not self.failback_tick and self.best() != self.current:
                self.current = self.best()

    def best(self) -> int:
        """Return the best group."""
        best, rank = 1, (0, 1)
        for number in sorted({path.group for path in self.paths.values()}):
            here = [path.priority for path in self.paths.values() if path.group == number and path.good]
            if here and (sum(here) // len(here), len(here)) > rank:
                best, rank = number, (sum(here) // len(here), len(here))
        return best

    def kernel_fails(self, devt: DevT) -> None:
        """Take that I/O failed on a path."""
        path, was = self.paths[devt], self.paths[devt].good
        path.active = False
        if path.state is not PathState.DOWN:
            self.suspect(path)
            path.state = PathState.DOWN
        if was:
            self.failback_tick = 0
            self.lost()

    def check(self, devt: DevT, state: PathState) -> None:
        """Take a verdict."""
        path = self.paths[devt]
        if state in _SKIPPED:
            return
        if state not in _GOOD and path.state is PathState.DELAYED:
            path.state, path.checkint = state, self.options.polling_interval
            return
        if state in _GOOD and self.skipped(devt, path):
            path.state = PathState.DELAYED
            return
        was_bad, path.checker = path.checker not in _GOOD, state
        if state == path.state:
            self.steady(path)
        else:
            self.changed(path, state)
        if path.good:
            self.weigh(path, risen=self.risen, new_up=self.risen and was_bad)

    risen: bool = False

    def changed(self, path: ReferencePath, state: PathState) -> None:
        """Take another state than before."""
        before, path.state = path.state, state
        path.checkint = self.options.polling_interval
        self.risen = state in _GOOD
        if self.risen:
            path.active = True
            self.found()
            return
        path.active = False
        if before in _GOOD:
            self.suspect(path)
        if before in _GOOD or "bad-is-bad" not in self.mended:
            self.failback_tick = 0
        self.lost()

    def steady(self, path: ReferencePath) -> None:
        """Take the same state as before."""
        self.risen = False
        if not path.good:
            path.active, path.checkint = False, self.options.polling_interval
        elif not path.active:
            path.active = True
        else:
            half = self.options.max_polling_interval / 2
            path.checkint = 2 * path.checkint if path.checkint < half else self.options.max_polling_interval

    def weigh(self, path: ReferencePath, *, risen: bool, new_up: bool) -> None:
        """Move to the best group, as failback says."""
        best, failback = self.best(), self.options.failback
        if best == self.current:
            return
        if isinstance(failback, int) and failback > 0:
            if risen or self.failback_tick <= 0:
                self.failback_tick = failback + self.extra
        elif failback == "immediate" or (failback == "followover" and new_up and self.alone(path, best)):
            self.current = best

    def alone(self, path: ReferencePath, best: int) -> bool:
        """Tell whether a path brings the best group back."""
        others = [each for each in self.paths.values() if each.group == best and each is not path]
        fallen = _COUNTED if "silent-neighbour" in self.mended else _COUNTED - {PathState.TIMEOUT}
        return path.group == best and all(each.checker in fallen for each in others)

    def lost(self) -> None:
        """Begin to wait, where no path is left."""
        retries = self.options.no_path_retry
        if self.count or self.recovering or not isinstance(retries, int):
            return
        self.recovering, self.retry_tick = True, retries * int(self.options.retry_interval) + self.extra

    def found(self) -> None:
        """End the waiting."""
        if self.recovering:
            self.recovering, self.retry_tick, self.queueing = False, 0, True

    def skipped(self, devt: DevT, path: ReferencePath) -> bool:
        """Tell whether a good path is withheld."""
        if self.options.marginal:
            return bool(path.sampled) and self.still_sampled(devt, path)
        return self.options.flapping is not None and self.withheld(path)

    def withheld(self, path: ReferencePath) -> bool:
        """Tell whether san_path_err_* withholds a path."""
        options = self.options.flapping
        assert options
        if path.withheld_at is not None:
            return self.still_withheld(path, options.recovery_time)
        if path.good and path.failures:
            self.forgotten(path, options.forget_rate)
            return False
        if path.state not in _COUNTED:
            return False
        path.forget = path.forget if path.failures else options.forget_rate
        path.failures += 1
        if path.failures <= options.threshold:
            return False
        path.withheld_at = self.now
        return "delay-of-the-last" not in self.mended or self.still_withheld(path, options.recovery_time)

    def still_withheld(self, path: ReferencePath, recovery: float) -> bool:
        """Tell whether it is not over."""
        assert path.withheld_at is not None
        if path.state not in _GOOD | {PathState.DELAYED}:
            path.withheld_at = self.now
        left = recovery - (self.now - path.withheld_at) + self.extra
        if self.count and left > 0:
            return True
        path.failures, path.withheld_at, path.forget = 0, None, 0
        return False

    def forgotten(self, path: ReferencePath, rate: int) -> None:
        """Forget a failure now and then."""
        path.forget -= 1
        if path.forget < ("forget-one-late" in self.mended):
            path.failures, path.forget = path.failures - 1, rate

    def suspect(self, path: ReferencePath) -> None:
        """Count a failure for marginal_path_*."""
        options = self.options.marginal
        if not options or path.sampled:
            return
        if path.suspected_at is not None and self.now - path.suspected_at <= options.double_failed_time:
            path.sampled, path.suspected_at, path.gap_from = "waiting", None, -(1 << 30)
        else:
            path.suspected_at = self.now

    def still_sampled(self, devt: DevT, path: ReferencePath) -> bool:
        """Tell whether a path stays withheld for its errors."""
        assert self.options.marginal
        if not self.count:
            path.sampled = ""
            return False
        if (
            path.sampled == "waiting"
            and self.now - path.gap_from >= self.options.marginal.recheck_gap_time + self.extra
        ):
            path.sampled = "sampled"
            self.samples.append(devt)
        return True

    def sample_ends(self, devt: DevT, errors: int, reads: int) -> None:
        """Take the result of a sample."""
        path, options = self.paths[devt], self.options.marginal
        if path.sampled != "sampled" or not options:
            return
        clean = errors * 1000 / reads <= options.rate_threshold
        path.sampled, path.gap_from = ("", 0) if clean else ("waiting", self.now)


def kernel_moves(groups: Sequence[Sequence[DevT]], current: int, active: set[DevT]) -> int:
    """Return the group that the kernel uses: the one it has while that has a path, else the first that has one."""
    if active & set(groups[current - 1]):
        return current
    return next((number for number, group in enumerate(groups, start=1) if active & set(group)), current)
