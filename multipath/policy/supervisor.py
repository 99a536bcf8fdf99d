"""
Looks after one map: from what checkers and the kernel say, over time, to what is to be done.

Theory of operation: whoever monitors a map tells a `MapSupervisor` everything that it learns, with the time, and
carries out the actions that it gets back, in order. The supervisor does nothing else: no I/O, no clock, so that the
same story always leads to the same actions, and years of it are tested in seconds. It takes for granted that its
actions are carried out, until a picture shows otherwise; so an action that failed is ordered again when the picture
that follows contradicts it, and never otherwise. A picture is to be read after the actions of the last call were
carried out.
"""

from ..paths.state import PathState
from ..units import DevT
from .actions import Action, FailPath, Replan
from .counters import falls
from .machines.path import Phase
from .picture import MapPicture
from .supervised import Supervised
from .supervision import Supervision
from .watched_path import WatchedPath


class MapSupervisor(Supervised):
    """
    One map.

    Args:
        wwid: Of the map.
        options: How it is looked after.
        now: The time, in seconds of any clock that only moves on; a time before one that was told counts as that one.
        new: Whether we made it just now: ``ghost_delay`` is for such maps alone.
    """

    def see(self, picture: MapPicture, now: float) -> list[Action]:
        """
        Take what the kernel shows; a picture older than the last one says nothing.

        The kernel's event numbers tell which is older, where both were read at one time. A lower number that was read
        later is that of a map which was made anew.

        Args:
            picture: The map, read after the actions of the last call were carried out.
            now: When it was read.
        """
        now = self._at(now)
        if self._picture is not None and picture.event_nr < self._picture.event_nr and now <= self._seen_at:
            return []
        self._picture, self._seen_at = picture, now
        found = self._members.see(picture, now, self.options)
        found += self._failed(found, now)
        found += self._groups.see(picture)
        found += self._queueing.see(picture, now)
        found += self._current.see(picture, now)
        found += self._resizing.see(picture, self._members)
        return found + self._settled(now)

    def checked(
        self,
        devt: DevT,
        state: PathState,
        now: float,
        message: str = "",
        priority: int | None = None,
        *,
        news: bool = False,
        marginal: bool | None = None,
    ) -> list[Action]:
        """
        Take the verdict of a check.

        Args:
            devt: The path; one that is not of the map is passed over.
            state: What its checker says; `PathState.TIMEOUT` where it did not answer in time.
            now: When it said so.
            message: In which words.
            priority: What its prioritizer says; ``None`` where it was not asked.
            news: Whether it also heard that the priorities of other paths may have changed.
            marginal: Whether its fabric calls the way to it unreliable; ``None`` where nobody looked.
        """
        now, path = self._at(now), self.paths.get(devt)
        if path is None:
            return []
        usable, bad, old = path.usable, path.bad, path.priority
        found = [] if marginal is None else path.told(self.options.marginal_pathgroups, marginal=marginal)
        found += self._checking.checked(path, state, now, message)
        if priority is not None:
            path.priority = priority
        found += self._failed(found, now) + self._announcement.checked(state)
        after = self._after(path, old, now, risen=not usable, back=bad, news=news)
        return found + after + self._settled(now)

    def identified(self, devt: DevT, now: float, *, same: bool) -> list[Action]:
        """Take the result of `RecheckWwid`: whether the path leads to the same unit still."""
        now, path = self._at(now), self.paths.get(devt)
        if path is None:
            return []
        usable, bad = path.usable, path.bad
        found = self._checking.identified(path, now, same=same)
        found += self._failed(found, now)
        return found + self._after(path, path.priority, now, risen=not usable, back=bad) + self._settled(now)

    def sampled(self, devt: DevT, errors: int, reads: int, now: float) -> list[Action]:
        """Take the result of `Sample`; the check that is due at once then lets the path in, if it may."""
        now, path = self._at(now), self.paths.get(devt)
        if path is not None:
            path.reputation.sampled(errors, reads, now, self.options)
            path.interval.sooner(now)
        return []

    def removed(self, devt: DevT, now: float) -> list[Action]:
        """Take that the device of a path went away."""
        now, path = self._at(now), self.paths.get(devt)
        if path is None:
            return []
        reason = "its device went away"
        found: list[Action] = [FailPath(reason, devt)] if path.kernel_uses else []
        found += self._members.remove(devt)
        flush = [] if self.paths else self._queueing.emptied(now)
        return [*found, *(flush or [Replan("the device of a path went away")]), *self._settled(now)]

    def added(self, devt: DevT, now: float) -> list[Action]:
        """Take that there is a device that leads to the unit; the map is planned anew where that is none of its."""
        now, path = self._at(now), self.paths.get(devt)
        if path is not None:
            path.interval.sooner(now)
            return []
        self._members.add(devt)
        return [*self._queueing.added(now), Replan("there is another device that leads to the unit")]

    def reconfigured(self, options: Supervision, now: float) -> list[Action]:
        """Take new options."""
        now = self._at(now)
        self.options = self._checking.options = self._current.options = options
        self._announcement.options = self._resizing.options = options
        for path in self._members:
            path.interval.shortest(options)
            path.interval.sooner(now + options.polling_interval)
        return self._queueing.reconfigured(options, now)

    def tick(self, now: float) -> list[Action]:
        """Do what is due."""
        now = self._at(now)
        return self._queueing.tick(now) + self._current.tick(now) + self._announcement.tick(now)

    def leaving(self, now: float) -> list[Action]:
        """End the supervision: with ``queue_without_daemon no``, nobody would end the queueing."""
        self._at(now)
        return [] if self.options.queue_without_daemon else self._queueing.stop("queue_without_daemon no")

    def _at(self, now: float) -> float:
        self._now = max(now, self._now)
        return self._now

    def _failed(self, found: list[Action], now: float) -> list[Action]:
        """Count the paths that fell, and end a failback that waits."""
        fallen = falls(found)
        self._faults += fallen
        orders = any(isinstance(action, FailPath) for action in found)
        return self._current.failed(now) if fallen or orders else []

    def _after(
        self, path: WatchedPath, old: int | None, now: float, *, risen: bool, back: bool, news: bool = False
    ) -> list[Action]:
        """Look at the groups after a check, where the path is good."""
        if not path.used:
            return []
        prompted, path.prompted = path.prompted, False
        found = self._groups.came_back(path.group) if risen and path.state is Phase.UP else []
        changed = news or (old is not None and path.priority != old)
        if not prompted and (risen or changed):
            self._members.prompt(path, now, awaited=changed)
        return found + self._current.checked(path, old, now, risen=risen, back=back and risen)

    def _settled(self, now: float) -> list[Action]:
        """Bring queueing in line with the paths; where none is left, look at once at those that were held back."""
        if self._picture is None:
            return []
        before, self._usable = self._usable, self._members.usable()
        if before and not self._usable:
            self._members.recall(now)
        return self._queueing.settle(self._usable, len(self.paths), now)
