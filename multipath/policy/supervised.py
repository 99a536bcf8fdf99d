"""What a supervision of one map consists of, and what can be asked of it at any time."""

from math import inf

from ..units import DevT
from .announcement import Announcement
from .checking import Checking
from .counters import Counters
from .current_group import CurrentGroup
from .kernel_groups import KernelGroups
from .machines.map import Condition
from .membership import Membership
from .no_path import NoPath
from .picture import MapPicture
from .resizing import Resizing
from .supervision import Supervision
from .watched_path import WatchedPath


class Supervised:
    """
    A map that is looked after.

    Args:
        wwid: Of the map.
        options: How it is looked after.
        now: The time, in seconds of any clock that only moves on; a time before one that was told counts as that one.
        new: Whether we made it just now: ``ghost_delay`` is for such maps alone.
    """

    def __init__(self, wwid: str, options: Supervision, now: float, *, new: bool = False) -> None:
        self.wwid, self.options = wwid, options
        self._now = now
        self._members = Membership(wwid)
        self._checking = Checking(self._members, options)
        self._groups = KernelGroups()
        self._current = CurrentGroup(self._members, options)
        self._queueing = NoPath(options)
        self._resizing = Resizing(options)
        self._announcement = Announcement(options, now, new=new)
        self._picture: MapPicture | None = None
        self._seen_at = now
        self._faults = self._usable = 0

    @property
    def state(self) -> Condition:
        """What the map lives by."""
        return self._queueing.condition

    @property
    def paths(self) -> dict[DevT, WatchedPath]:
        """Its paths, by number; to be read only."""
        return self._members.by_number

    @property
    def groups(self) -> dict[int, str]:
        """What the kernel does with its groups, by number; to be read only."""
        return self._groups.states

    @property
    def best(self) -> int:
        """The best group by the priorities that are known, from 1; 0 where that cannot be told yet."""
        return self._current.best()

    @property
    def announced(self) -> bool:
        """Whether udev may know that the map is ready; not while ``ghost_delay`` holds it back."""
        return self._announcement.made

    @property
    def counters(self) -> Counters:
        """What happened so far."""
        lack = self._queueing
        return Counters(self._faults, self._current.switches, lack.timeouts, lack.failures, lack.queued)

    def due(self) -> float | None:
        """Return when `tick` has something to do; ``None`` for never."""
        times = (self._queueing.due, self._current.due, self._announcement.due)
        return min((time for time in times if time is not None), default=None)

    def next_check(self, devt: DevT) -> float:
        """Return when a path is to be checked; infinity for what is no path of the map."""
        path = self.paths.get(devt)
        return path.interval.due if path else inf
