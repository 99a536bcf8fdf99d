"""One path of a map that is looked after: what its checker and the kernel say, and what is held against it."""

from dataclasses import dataclass, field
from typing import Final

from ..paths.state import PathState
from ..units import DevT, Sectors
from .flapping import Flapping
from .interval import CheckInterval
from .machines.path import PATH, USED, WITHHELD
from .marginal import Marginal
from .supervision import Supervision

GOOD: Final = frozenset({PathState.UP, PathState.GHOST})
UNDECIDED: Final = frozenset({PathState.PENDING, PathState.WILD, PathState.UNCHECKED})


@dataclass(slots=True)
class WatchedPath:
    """
    One path.

    Attributes:
        devt: Its number.
        interval: When it is checked next.
        flapping: What ``san_path_err_*`` remembers; ``None`` where that is not set.
        marginal: What ``marginal_path_*`` remembers; likewise.
        state: Of its machine.
        checker: What its checker said last; what it said before an undecided check stays.
        message: In which words.
        priority: What its prioritizer said last; ``None`` where none has.
        group: Its group, from 1.
        kernel_uses: Whether the kernel uses it, as far as was seen or told.
        implicit_only: Whether its array alone changes access states.
        size: Of its device.
        returning: Whether it failed since it was last used: its return is looked at closely.
        identified: Whether it has proven since it failed that it still leads to the same unit.
        held_for: Why it is withheld; empty where it is not.
    """

    devt: DevT
    interval: CheckInterval
    flapping: Flapping | None = None
    marginal: Marginal | None = None
    state: str = PATH.initial
    checker: PathState = PathState.UNCHECKED
    message: str = ""
    priority: int | None = None
    group: int = 0
    kernel_uses: bool = True
    implicit_only: bool = False
    size: Sectors | None = None
    returning: bool = False
    identified: bool = True
    held_for: str = field(default="")

    @classmethod
    def of(cls, devt: DevT, options: Supervision, now: float) -> "WatchedPath":
        """Return a path that nobody has looked at."""
        path = cls(devt, CheckInterval(options.polling_interval, options.max_polling_interval, now))
        path.take(options, now)
        return path

    def take(self, options: Supervision, now: float) -> None:
        """Take new options; what was remembered under the same ones stays."""
        self.interval.within(options.polling_interval, options.max_polling_interval, now)
        if options.flapping is None or self.flapping is None or self.flapping.options != options.flapping:
            self.flapping = Flapping(options.flapping) if options.flapping else None
        if options.marginal is None or self.marginal is None or self.marginal.options != options.marginal:
            self.marginal = Marginal(options.marginal) if options.marginal else None

    @property
    def used(self) -> bool:
        """Whether it works and the kernel uses it."""
        return self.state == USED

    @property
    def good(self) -> bool:
        """Whether its checker says that it works."""
        return self.checker in GOOD

    @property
    def apart(self) -> bool:
        """Whether it is marginal, and stands in a group of such paths."""
        return self.marginal is not None and self.marginal.suspect and self.marginal.options.apart

    @property
    def shown(self) -> PathState:
        """Its state in the words of multipath-tools: delayed where it is withheld."""
        return PathState.DELAYED if self.state == WITHHELD else self.checker

    def failed(self, now: float) -> str:
        """Note a failure; return why it is suspect now, or nothing."""
        self.returning, self.identified = True, False
        if self.flapping:
            self.flapping.failed()
        return self.marginal.failed(now) if self.marginal and self.used else ""

    def held(self, now: float, *, others: bool, recheck: bool) -> str:
        """
        Return why it is withheld although it is good, or nothing.

        Args:
            now: The time.
            others: Whether the map has another path: only then is a bad reputation worth more than a path.
            recheck: ``recheck_wwid``: identity is worth more than a path in any case.
        """
        if recheck and not self.identified:
            return "recheck_wwid: it has not proven yet that it leads to the same unit"
        if not others:
            return ""
        if self.marginal and self.marginal.suspect and not self.marginal.options.apart:
            return "marginal_path: it failed too often, and is being sampled"
        if self.flapping and not self.flapping.over(now):
            return self.held_for or f"{self.flapping.options.named}: it has not been good for long enough"
        return ""
