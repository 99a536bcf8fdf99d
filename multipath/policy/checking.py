"""
What one check of a path leads to.

Strategy: the state that a checker returns is made one event of the path's machine, by what else is known: whether the
path has to prove its identity first, whether it is trusted, whether it is the last one. The order is that of
multipath-tools: identity, trust, standby.
"""

from typing import Final

from ..paths.state import PathState
from .actions import Action, Changed, Purge, Sample, StopSampling, Subject
from .machines.path import GOOD, Phase, Seen
from .machines.trust import Care
from .membership import Membership
from .supervision import Supervision
from .watched_path import WatchedPath

# No verdict: what was known before holds.
OPEN: Final = frozenset({PathState.PENDING, PathState.WILD, PathState.UNCHECKED})


class Checking:
    """
    The checks of the paths of one map.

    Args:
        paths: The paths.
        options: The options.
    """

    def __init__(self, paths: Membership, options: Supervision) -> None:
        self._paths = paths
        self.options = options

    def checked(self, path: WatchedPath, state: PathState, now: float, message: str) -> list[Action]:
        """Take the verdict on a path; return what it asks for."""
        if state is PathState.PENDING:
            path.interval.pending(now, self.options)
            return []
        path.awaited = False
        if state in OPEN:
            path.interval.done(now, self.options)
            return []
        found = _told(path, state, message)
        before, active, path.checker, path.message = path.state, path.kernel_uses, state, message
        found += self._good(path, now, message) if path.good else self._bad(path, now, message)
        self._plan_next(path, now, steady=path.state is before and path.kernel_uses is active)
        return found

    def identified(self, path: WatchedPath, now: float, *, same: bool) -> list[Action]:
        """Take the result of reading its identity."""
        path.asked = None
        if not same:
            path.identified = False
            return path.take(Seen.OTHER_UNIT, "recheck_wwid yes: its WWID is not that of the map any more")
        if path.state is not Phase.IDENTIFYING or not path.good:
            return []
        path.identified = True
        found = self._good(path, now, "recheck_wwid yes: its WWID is that of the map")
        self._plan_next(path, now, steady=False)
        return found

    def _good(self, path: WatchedPath, now: float, message: str) -> list[Action]:
        path.silent_since, path.purged = None, False
        if path.state is Phase.FOREIGN:
            return []
        if self.options.recheck_wwid and not path.kernel_uses and not path.identified:
            return self._identify(path, now)
        found = self._judged(path, now)
        grouped = self.options.marginal_pathgroups != "off"
        if not path.reputation.trusted and not grouped:
            return found + path.take(Seen.UNTRUSTED, path.reputation.reason)
        found += path.parted(self.options.marginal_pathgroups)
        reason = f"its checker says {_said(path.checker, message)}"
        found += path.take(self._kind(path), reason)
        path.fell = path.bad = False
        return found + (self._silenced(path) if path.used else [])

    def _kind(self, path: WatchedPath) -> Seen:
        if path.checker is PathState.UP:
            return Seen.UP
        alone = path.implicit_only and not path.kernel_uses and not self._paths.usable(path)
        return Seen.GHOST_ALONE if alone else Seen.GHOST

    def _identify(self, path: WatchedPath, now: float) -> list[Action]:
        if path.asked is not None and now < path.asked + self.options.polling_interval:
            return []
        path.asked = now
        return path.take(Seen.UNPROVEN, "recheck_wwid yes: it works again, and may be another unit by now")

    def _judged(self, path: WatchedPath, now: float) -> list[Action]:
        needed = not self._paths.usable(path)
        orders = path.reputation.judge(now, self.options, came_back=path.fell, needed=needed)
        path.fell = False
        reason = path.reputation.reason
        found: list[Action] = []
        if Care.SAMPLE in orders and self.options.marginal:
            found.append(Sample(reason, path.devt, self.options.marginal.sampled_for))
        if Care.STOP_SAMPLE in orders:
            found.append(StopSampling(reason, path.devt))
        return found

    def _silenced(self, risen: WatchedPath) -> list[Action]:
        """Fail those that were kept without an answer, now that there is another one."""
        found: list[Action] = []
        for path in self._paths:
            if path is not risen and path.state is Phase.SILENT:
                why = f"max_stall {self.options.max_stall:g}: it does not answer, and another path works again"
                path.bad = True
                found += path.take(Seen.BAD, why, silent=True)
        return found

    def _bad(self, path: WatchedPath, now: float, message: str) -> list[Action]:
        was, silent = path.state in GOOD or path.state is Phase.SILENT, path.checker is PathState.TIMEOUT
        path.identified, path.asked = False, None
        if silent and path.silent_since is None:
            path.silent_since = now - self.options.checker_timeout
        if silent and self._kept(path, now):
            return path.take(Seen.SILENCE, f"{self._budget()}: it does not answer, but no other path works")
        path.bad = True
        if was:
            path.reputation.failed(now, self.options)
        found = path.take(Seen.BAD, self._why(path, message, silent=silent), silent=silent)
        return found + self._purged(path)

    def _kept(self, path: WatchedPath, now: float) -> bool:
        """Tell whether a path that does not answer stays: it is the last one, and multipath-tools would wait still."""
        if self.options.max_stall is None or not path.kernel_uses or self._paths.answering(path):
            return False
        return path.silent_since is not None and now - path.silent_since < self.options.patience

    def _why(self, path: WatchedPath, message: str, *, silent: bool) -> str:
        if not silent:
            return f"its checker says {_said(path.checker, message)}"
        if self.options.max_stall is not None and self._paths.answering(path):
            return f"{self._budget()}: no answer within {self.options.checker_timeout:g} s, and another path works"
        return f"checker_timeout {self.options.patience:g}: {_said(path.checker, message)}"

    def _budget(self) -> str:
        return f"max_stall {self.options.max_stall:g}"

    def _purged(self, path: WatchedPath) -> list[Action]:
        if path.checker is not PathState.DISCONNECTED or not self.options.purge_disconnected or path.purged:
            return []
        path.purged = True
        return [Purge("purge_disconnected yes: its array says that the unit is not mapped any more", path.devt)]

    def _plan_next(self, path: WatchedPath, now: float, *, steady: bool) -> None:
        if steady and path.used:
            path.interval.longer(self.options)
        elif not (steady and path.good) or path.state is Phase.DELAYED:
            path.interval.shortest(self.options)
        path.interval.done(now, self.options)
        end = path.reputation.until(self.options)
        if end is not None:
            path.interval.sooner(max(end, now))


def _said(state: PathState, message: str) -> str:
    return f"{state} ({message})" if message else str(state)


def _told(path: WatchedPath, state: PathState, message: str) -> list[Action]:
    """Tell that a checker says something else than before."""
    before = path.checker
    if before in (state, PathState.UNCHECKED):
        return []
    return [Changed(message or "its checker says so", Subject.CHECKER, before, state, path.devt)]
