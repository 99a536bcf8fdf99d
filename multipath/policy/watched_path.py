"""One path under supervision: what is held of it, and what its machine asks for."""

from dataclasses import dataclass, field
from typing import Final

from ..paths.state import PathState
from ..units import DevT, Sectors
from .actions import Action, Changed, FailPath, MarkMarginal, RecheckWwid, ReinstatePath, Replan, Subject
from .interval import CheckInterval
from .machines.path import DOWN, GOOD, PATH, USABLE, Do, Phase, Seen
from .marginal import FPIN
from .reputation import Reputation

_WORKS: Final = frozenset({PathState.UP, PathState.GHOST})
# Where its checker did not have the last word.
_SHOWN: Final = {
    Phase.DELAYED: PathState.DELAYED,
    Phase.FAILED: PathState.DOWN,
    Phase.FOREIGN: PathState.REMOVED,
    Phase.IDENTIFYING: PathState.DOWN,
}


@dataclass(slots=True)
class WatchedPath:
    """
    A path of a map.

    Attributes:
        devt: Its number.
        interval: When it is checked.
        kernel_uses: Whether the kernel uses it, as far as was seen or told.
        group: Its group, from 1.
        size: Of its device.
        implicit_only: Whether its array alone changes access states.
        state: Of its machine.
        checker: What its checker said last; what it said before a check without a verdict stays.
        message: In which words.
        priority: What its prioritizer said last; ``None`` where nobody asked.
        reputation: What it is known for.
        fell: Whether it failed since its last good check.
        bad: Whether its checker said so since its last good check.
        apart: Whether it is to stand in a marginal group.
        noticed: Whether its fabric calls the way to it unreliable, and that counts.
        identified: Whether it has proven since it failed that it still leads to the same unit.
        asked: When it was asked to; ``None`` where no answer is awaited.
        silent_since: Since when it does not answer; ``None`` where it does.
        purged: Whether it was ordered to be deleted.
        prompted: Whether its next check is due to what another path showed.
        awaited: Whether nothing is decided about groups until it is checked: the priority of another one changed.
    """

    devt: DevT
    interval: CheckInterval
    kernel_uses: bool = True
    group: int = 1
    size: Sectors | None = None
    implicit_only: bool = False
    state: Phase = Phase.UNCHECKED
    checker: PathState = PathState.UNCHECKED
    message: str = ""
    priority: int | None = None
    reputation: Reputation = field(default_factory=Reputation)
    fell: bool = False
    bad: bool = False
    apart: bool = False
    noticed: bool = False
    identified: bool = False
    asked: float | None = None
    silent_since: float | None = None
    purged: bool = False
    prompted: bool = False
    awaited: bool = False

    @property
    def usable(self) -> bool:
        """Whether the map can live by it."""
        return self.state in USABLE or (self.state is Phase.UNCHECKED and self.kernel_uses)

    @property
    def used(self) -> bool:
        """Whether it was seen to work, and the kernel uses it."""
        return self.state in GOOD

    @property
    def good(self) -> bool:
        """Whether its checker says that it works."""
        return self.checker in _WORKS

    @property
    def shown(self) -> PathState:
        """Its state in the words of multipath-tools."""
        return _SHOWN.get(self.state, self.checker)

    def told(self, option: str, *, marginal: bool) -> list[Action]:
        """Take what its fabric says of the way to it; that counts with ``marginal_pathgroups fpin`` alone."""
        before, self.noticed = self.noticed, marginal and option == FPIN
        return [] if self.noticed is before else self.parted(option)

    def parted(self, option: str) -> list[Action]:
        """Let it stand apart, or no longer, as its fabric and its reputation say; nothing where it does already."""
        if self.apart is (self.noticed or not self.reputation.trusted):
            return []
        self.apart = not self.apart
        said = "" if self.noticed else self.reputation.reason or "its remote port does not count as marginal"
        reason = f"marginal_pathgroups {option}: {said or 'its remote port is marginal'}"
        return [MarkMarginal(reason, self.devt, self.apart), Replan(reason)]

    def take(self, seen: Seen, reason: str, *, silent: bool = False) -> list[Action]:
        """Make a step, and return what it asks for."""
        step, before = PATH.step(self.state, seen), self.state
        self.state = step.state
        found: list[Action] = []
        if step.state is not before:
            self._fallen()
            found.append(Changed(reason, Subject.PATH, before, step.state, self.devt))
        for do in step.do:
            found += self._do(do, reason, silent=silent)
        return found

    def _fallen(self) -> None:
        if self.state in DOWN:
            self.fell, self.identified, self.asked = True, False, None

    def _do(self, do: Do, reason: str, *, silent: bool) -> list[Action]:
        if do is Do.IDENTIFY:
            return [RecheckWwid(reason, self.devt)]
        if do is Do.REPLAN:
            return [Replan(reason)]
        if self.kernel_uses is (do is Do.REINSTATE):
            return []
        self.kernel_uses = do is Do.REINSTATE
        return [ReinstatePath(reason, self.devt)] if self.kernel_uses else [FailPath(reason, self.devt, silent)]
