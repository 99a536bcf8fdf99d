"""
Looks after one map: from what checkers and the kernel say, over time, to what is to be done.

Strategy: three tables decide (`multipath.policy.machines`): of each path, each group, and the map. What comes in is
turned into their events here, and their effects into actions with reasons. What has a memory of its own, intervals,
flapping, marginal paths, retries, is a class beside this one. Nothing is read from a clock: ``now`` is an argument, in
seconds of any clock that only moves on. What is given must be newer than all that was done: a picture is to be read
after the actions of the last call were carried out.

Silence is no verdict: a path that does not answer is failed so that new I/O goes elsewhere, but not where there is no
elsewhere and the map would turn silence into errors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..paths.state import PathState
from ..units import DevT, Sectors, format_devt
from . import actions as act
from .actions import Action, Changed, Subject
from .failback import failback_action, is_alone
from .last_path import last_path_gone
from .machines import group as of_group
from .machines import map as of_map
from .machines import path as of_path
from .picture import MapPicture
from .priority import best_rank
from .retries import Retries
from .supervision import Supervision
from .watched_path import GOOD, UNDECIDED, WatchedPath

_GHOST: Final = "ghost_delay"


@dataclass(slots=True)
class Counters:
    """
    What was counted since the map was first seen; the words of multipath-tools.

    Attributes:
        path_faults: How often a path failed.
        switch_grp: How often it was told to switch groups.
        q_timeouts: How often it began to wait for a path.
        map_failures: How often the waiting ended without one.
        total_q_time: For how many seconds it waited.
    """

    path_faults: int = 0
    switch_grp: int = 0
    q_timeouts: int = 0
    map_failures: int = 0
    total_q_time: float = 0.0


class MapSupervisor:
    """
    One map.

    Args:
        wwid: Of the map.
        options: How it is looked after.
        now: The time.
        new: Whether we made it just now: ``ghost_delay`` is for such maps alone.
    """

    def __init__(self, wwid: str, options: Supervision, now: float, *, new: bool = False) -> None:
        self.wwid, self.options = wwid, options
        self.paths: dict[DevT, WatchedPath] = {}
        self.groups: dict[int, str] = {}
        self.state = of_map.MAP.initial
        self.counters = Counters()
        self._retries = Retries(options.no_path_retry, options.retry_interval)
        self._picture: MapPicture | None = None
        self._queueing, self._current = False, 0
        self._failback: tuple[float, int, str] | None = None
        self._ghost_until = now + options.ghost_delay if new and options.ghost_delay else None
        self._resized: Sectors | None = None
        self._waiting_since: float | None = None

    # What comes in.

    def see(self, picture: MapPicture, now: float) -> list[Action]:
        """
        Take what the kernel shows.

        Args:
            picture: The map, read after the actions of the last call were carried out.
            now: The time.
        """
        first, self._picture = self._picture is None, picture
        self._queueing, self._current = picture.queueing, picture.current_group
        for devt in self.paths.keys() - picture.paths.keys():
            del self.paths[devt]
        found = [action for devt in sorted(picture.paths) for action in self._pictured(devt, now)]
        found += self._groups()
        found += self._enforced() if first else []
        return [*found, *self._counted(now), *self._sizes()]

    def checked(
        self, devt: DevT, state: PathState, now: float, message: str = "", priority: int | None = None
    ) -> list[Action]:
        """
        Take the verdict of a check.

        Args:
            devt: The path; one that is not of the map is passed over.
            state: What its checker says.
            now: The time.
            message: In which words.
            priority: What its prioritizer says; ``None`` where it was not asked.
        """
        path = self.paths.get(devt)
        if path is None:
            return []
        if state in UNDECIDED:
            path.interval.undecided(now)
            return []
        before, path.checker, path.message = path.checker, state, message
        told = [] if before in (state, PathState.UNCHECKED) else [_told(path, before, state, message)]
        found = [*told, *(self._good(path, now) if path.good else self._bad(path, now))]
        if before == state and path.used:
            path.interval.good(now, self._place(devt))
        else:
            path.interval.changed(now)
        moved = priority is not None and priority != path.priority
        if moved:
            found += self._reordered(path, priority)
        return [*found, *self._counted(now), *self._weighed(now, path if before not in GOOD and path.used else None)]

    def identified(self, devt: DevT, now: float, *, same: bool) -> list[Action]:
        """Take the result of `RecheckWwid`: whether the path leads to the same unit still."""
        path = self.paths.get(devt)
        if path is None:
            return []
        path.identified = same
        if same:
            return [*self._released(path, now), *self._counted(now), *self._weighed(now, path)]
        reason = f"recheck_wwid: {format_devt(devt)} leads to another unit now"
        return [*self._step(path, of_path.BAD, reason), act.Replan(reason)]

    def sampled(self, devt: DevT, errors: int, reads: int, now: float) -> list[Action]:
        """Take the result of `Sample`: how many of so many reads failed."""
        path = self.paths.get(devt)
        if path is None or path.marginal is None or not path.marginal.sampling:
            return []
        apart = path.apart
        reason = path.marginal.sampled(errors, reads, now)
        if not reason:
            return []
        if apart:
            return [act.MarkMarginal(reason, devt, on=False), act.Replan(reason)]
        return [*self._released(path, now), *self._counted(now), *self._weighed(now, path)]

    def removed(self, devt: DevT, now: float) -> list[Action]:
        """Take that the device of a path went away."""
        path = self.paths.get(devt)
        if path is None or path.state == of_path.GONE:
            return []
        reason = f"the device {format_devt(devt)} went away"
        found = self._step(path, of_path.REMOVED, reason)
        path.checker = PathState.REMOVED
        if any(each.state != of_path.GONE for each in self.paths.values()):
            return [*found, act.Replan(reason), *self._counted(now)]
        return [*found, *self._map_event(of_map.LAST_REMOVED, f"{reason}; it was the last one", now)]

    def added(self, devt: DevT, now: float) -> list[Action]:
        """Take that there is a device that leads to the unit; the map is planned anew."""
        reason = f"{format_devt(devt)} leads to the unit"
        deferred = self._picture is not None and self._picture.deferred_remove
        found: list[Action] = [act.KeepMap(f"{reason}: the deferred removal is taken back")] if deferred else []
        if devt in self.paths and self.paths[devt].state != of_path.GONE:
            self.paths[devt].interval.at_once(now)
            return found
        return [*found, act.Replan(reason)]

    def reconfigured(self, options: Supervision, now: float) -> list[Action]:
        """Take new options."""
        self.options = options
        self._retries.limit, self._retries.interval = options.no_path_retry, options.retry_interval
        for path in self.paths.values():
            path.take(options, now)
        if not isinstance(options.no_path_retry, int):
            self._retries.until = None
        self._failback = None
        return [*self._enforced(), *self._counted(now), *self._weighed(now)]

    def tick(self, now: float) -> list[Action]:
        """Do what is due."""
        found: list[Action] = []
        if self._retries.expired(now):
            found += self._map_event(of_map.RETRIES_OVER, f"{self._retries.named} is over", now)
        if self._failback is not None and now >= self._failback[0]:
            _, group, reason = self._failback
            self._failback = None
            found += self._switched(group, f"{reason}, and they are over")
        for path in self.paths.values():
            if path.marginal and path.marginal.due(now):
                found.append(self._sample(path, "marginal_path: the gap before another sample is over"))
        if self._ghost_until is not None and now >= self._ghost_until:
            found.append(self._announced(f"{_GHOST} is over"))
        return found

    # What is asked.

    def due(self) -> float | None:
        """Return when `tick` has something to do; ``None`` for never."""
        gaps = [path.marginal.again_at for path in self.paths.values() if path.marginal]
        times = [self._retries.until, self._failback[0] if self._failback else None, self._ghost_until, *gaps]
        return min((time for time in times if time is not None), default=None)

    def next_check(self, devt: DevT) -> float:
        """Return when a path of the map is to be checked."""
        return self.paths[devt].interval.due

    @property
    def best(self) -> int:
        """The best group by the priorities that are known, from 1; 0 where that cannot be told yet."""
        ranks = [self._rank(number) for number in sorted(self.groups)]
        return 0 if None in ranks else best_rank([rank for rank in ranks if rank is not None])

    # One path.

    def _pictured(self, devt: DevT, now: float) -> Iterator[Action]:
        assert self._picture is not None
        seen = self._picture.paths[devt]
        path = self.paths.get(devt)
        if path is None:
            path = self.paths[devt] = WatchedPath.of(devt, self.options, now)
            path.kernel_uses = True
        path.group, path.size, path.implicit_only = seen.group, seen.size, seen.implicit_only
        if path.kernel_uses == seen.active:
            return
        path.kernel_uses = seen.active
        if seen.active:
            yield from self._step(path, of_path.KERNEL_USES, "somebody else reinstated it", now)
        elif path.state in (of_path.USED, of_path.UNCHECKED):
            suspicion = path.failed(now)
            yield from self._suspected(path, suspicion)
            yield from self._step(path, of_path.KERNEL_FAILED, "the kernel failed it", now)

    def _good(self, path: WatchedPath, now: float) -> list[Action]:
        if path.used:
            if path.flapping:
                path.flapping.good()
            return self._ready_of_ghosts(path)
        if path.checker is PathState.GHOST and path.implicit_only and not self._others(path):
            return []  # reinstated it would fail at once: its array alone can make it active
        if path.state == of_path.WITHHELD:
            return self._released(path, now)
        found: list[Action] = []
        if path.returning:
            path.returning = False
            path.held_for = path.flapping.returned(now) if path.flapping else ""
            if self.options.recheck_wwid and not path.identified:
                found.append(act.RecheckWwid("recheck_wwid: it came back", path.devt))
        reason = path.held(now, others=self._others(path), recheck=self.options.recheck_wwid)
        if reason:
            return [*found, *self._step(path, of_path.HOLD, reason, now)]
        return [*found, *self._used_again(path, of_path.GOOD, f"its checker says {path.checker}", now)]

    def _bad(self, path: WatchedPath, now: float) -> list[Action]:
        reason = f"its checker says {path.checker}" + (f": {path.message}" if path.message else "")
        if path.checker is PathState.TIMEOUT and self._is_last(path) and not self._queueing:
            return []  # nowhere else to go, and nothing would wait: the kernel's own timeouts decide
        suspicion = path.failed(now)
        found = [*self._suspected(path, suspicion), *self._step(path, of_path.BAD, reason, now)]
        self._failback = None
        if path.checker is PathState.DISCONNECTED and self.options.purge_disconnected:
            found.append(act.Purge(f"purge_disconnected: {path.message}", path.devt))
        return found

    def _released(self, path: WatchedPath, now: float) -> list[Action]:
        """Let a withheld path be used, if nothing speaks against it any more."""
        if path.state != of_path.WITHHELD or not path.good:
            return []
        others = self._others(path)
        if path.held(now, others=others, recheck=self.options.recheck_wwid):
            return []
        why = "it has been good for long enough" if others else "the map has no other path"
        if path.flapping:
            path.flapping.forgive()
        found: list[Action] = []
        if path.marginal and path.marginal.sampling and not path.apart:
            found.append(act.StopSampling(why, path.devt))
            path.marginal.acquit()
        return [*found, *self._used_again(path, of_path.RELEASE, why, now)]

    def _used_again(self, path: WatchedPath, event: str, reason: str, now: float) -> list[Action]:
        returns = path.state != of_path.UNCHECKED
        found = self._step(path, event, reason, now)
        path.held_for, path.returning = "", False
        if returns:
            found += self._group_event(path.group, of_group.PATH_CAME_BACK, f"{format_devt(path.devt)} is used again")
        return [*found, *self._ready_of_ghosts(path)]

    def _suspected(self, path: WatchedPath, reason: str) -> Iterator[Action]:
        if not reason:
            return
        yield self._sample(path, reason)
        if path.apart:
            yield act.MarkMarginal(reason, path.devt, on=True)
            yield act.Replan(reason)

    def _sample(self, path: WatchedPath, reason: str) -> Action:
        assert path.marginal is not None
        return act.Sample(reason, path.devt, path.marginal.begins())

    def _step(self, path: WatchedPath, event: str, reason: str, now: float | None = None) -> list[Action]:
        """Let an event happen to a path; return what follows from it."""
        step, before = of_path.PATH.step(path.state, event), path.state
        path.state = step.state
        found: list[Action] = []
        if step.state != before:
            found.append(Changed(reason, Subject.PATH, before, step.state, path.devt))
            self.counters.path_faults += step.state == of_path.FAILED
        if step.effect == of_path.FAIL and path.kernel_uses:
            path.kernel_uses = False
            found.append(act.FailPath(reason, path.devt, silent=path.checker is PathState.TIMEOUT))
        elif step.effect == of_path.REINSTATE and not path.kernel_uses:
            path.kernel_uses = True
            found.append(act.ReinstatePath(reason, path.devt))
        elif step.effect == of_path.CHECK and now is not None:
            path.interval.at_once(now)
        return found

    def _others(self, path: WatchedPath) -> bool:
        """Tell whether another path of the map is used."""
        return any(each.kernel_uses and each.good for each in self.paths.values() if each is not path)

    def _is_last(self, path: WatchedPath) -> bool:
        return not any(
            each.kernel_uses and each.checker not in (PathState.TIMEOUT, PathState.DOWN)
            for each in self.paths.values()
            if each is not path
        )

    def _place(self, devt: DevT) -> float:
        """Return where in the interval a path has its turn."""
        return sorted(self.paths).index(devt) / len(self.paths)

    # Groups.

    def _groups(self) -> list[Action]:
        assert self._picture is not None
        numbers = {path.group for path in self._picture.paths.values()}
        self.groups = {number: self.groups.get(number, of_group.GROUP.initial) for number in sorted(numbers)}
        found: list[Action] = []
        for number, state in self.groups.items():
            disabled, chosen = number in self._picture.disabled_groups, number == self._picture.current_group
            if disabled and state != of_group.DISABLED:
                found += self._group_event(number, of_group.PASSED_BY, "the kernel passes it by")
            elif chosen and state != of_group.CURRENT and not disabled:
                found += self._group_event(number, of_group.CHOSEN, "the kernel uses it")
            elif state == of_group.CURRENT and not chosen:
                found += self._group_event(number, of_group.LEFT, "the kernel uses another")
            elif state == of_group.DISABLED and not disabled:
                found += self._group_event(number, of_group.TAKEN_BACK, "the kernel may use it again")
        return found

    def _group_event(self, number: int, event: str, reason: str) -> list[Action]:
        before = self.groups.get(number, of_group.GROUP.initial)
        step = of_group.GROUP.step(before, event)
        self.groups[number] = step.state
        found: list[Action] = []
        if step.state != before:
            found.append(Changed(reason, Subject.GROUP, before, step.state, group=number))
        return [*found, act.EnableGroup(reason, number)] if step.effect else found

    def _rank(self, number: int) -> tuple[bool, int, int] | None:
        """Return what a group is worth; ``None`` where a priority is not known yet."""
        paths = [path for path in self.paths.values() if path.group == number]
        enabled = [path.priority for path in paths if path.used]
        if None in enabled or any(path.state == of_path.UNCHECKED for path in paths):
            return None
        defined = [priority for priority in enabled if priority is not None and priority >= 0]
        mean = sum(defined) // len(defined) if defined else -1 if enabled else 0
        return not all(path.apart for path in paths), mean, len(enabled)

    def _weighed(self, now: float, risen: WatchedPath | None = None) -> list[Action]:
        """Move to the best group, or begin to wait for that, as failback says."""
        best = self.best
        if not self._current or best in (0, self._current):
            self._failback = None
            return []
        brings = ""
        if risen is not None and risen.group == best:
            others = [each.checker for each in self.paths.values() if each.group == best and each is not risen]
            brings = format_devt(risen.devt) if is_alone(others) else ""
        wanted = failback_action(self.options.failback, self._current, best, brings)
        if wanted.action == "switch":
            return self._switched(best, wanted.reason)
        if wanted.action == "wait" and (self._failback is None or self._failback[1] != best):
            self._failback = now + wanted.delay, best, wanted.reason
        return []

    def _switched(self, group: int, reason: str) -> list[Action]:
        self._current = group
        self.counters.switch_grp += 1
        return [act.SwitchGroup(f"{reason}: group {group} is the best", group)]

    def _reordered(self, path: WatchedPath, priority: int | None) -> list[Action]:
        first, before, path.priority = path.priority is None, path.priority, priority
        if first or not (self.options.by_priority and self.options.failback == "immediate"):
            return []
        reason = f"the priority of {format_devt(path.devt)} is {priority} now, was {before}"
        return [act.Replan(f"{reason}; path_grouping_policy is group_by_prio and failback immediate")]

    # The map.

    def _counted(self, now: float) -> list[Action]:
        """Let the number of paths in use happen to the map."""
        left = [path for path in self.paths.values() if path.state != of_path.GONE]
        used = sum(path.kernel_uses for path in left)
        if not left:
            return []
        if used == len(left):
            return self._map_event(of_map.ALL_PATHS, "every path is used", now)
        if used:
            return self._map_event(of_map.SOME_PATHS, f"{used} of {len(left)} paths are used", now)
        event = of_map.NO_PATH_QUEUEING if self._queueing else of_map.NO_PATH
        return self._map_event(event, "no path is left", now)

    def _map_event(self, event: str, reason: str, now: float) -> list[Action]:
        before, step = self.state, of_map.MAP.step(self.state, event)
        self.state = step.state
        found: list[Action] = []
        told = self._retries.begin(now) if step.effect == of_map.START_RETRIES else ""
        if step.state != before:
            found.append(Changed(f"{reason}; {told}" if told else reason, Subject.MAP, before, step.state))
            self._time_waited(step.state, now)
        if step.effect in (of_map.END_RETRIES, of_map.SET_QUEUEING):
            self._retries.end()
            found += self._queues(f"{self._retries.named}, and a path is back")
        elif step.effect == of_map.STOP_QUEUEING:
            self.counters.map_failures += 1
            found += self._set_queueing(reason, on=False)
        elif step.effect == of_map.LAST_PATH:
            found += self._last_path()
        return found

    def _time_waited(self, state: str, now: float) -> None:
        if state == of_map.WAITING:
            self.counters.q_timeouts += 1
            self._waiting_since = now
        elif self._waiting_since is not None:
            self.counters.total_q_time += now - self._waiting_since
            self._waiting_since = None

    def _last_path(self) -> list[Action]:
        assert self._picture is not None
        found, reason = last_path_gone(
            self.options.flush_on_last_del,
            deferred=self.options.deferred_remove,
            queueing=self._queueing,
            in_use=self._picture.in_use,
        )
        self._queueing = self._queueing and not found
        return found or [Changed(reason, Subject.MAP, self.state, self.state)]

    def _enforced(self) -> list[Action]:
        """Let the map queue, or not, as no_path_retry says."""
        if self._retries.wanted and not any(path.kernel_uses for path in self.paths.values()):
            return self._queues(self._retries.named) if self._retries.limit == "queue" else []
        return self._queues(self._retries.named)

    def _queues(self, reason: str) -> list[Action]:
        wanted = self._retries.wanted
        return [] if wanted is None else self._set_queueing(reason, on=wanted)

    def _set_queueing(self, reason: str, *, on: bool) -> list[Action]:
        if self._queueing == on:
            return []
        self._queueing = on
        return [act.Queueing(reason, on=on)]

    def _sizes(self) -> list[Action]:
        assert self._picture is not None
        sizes = {path.size for path in self.paths.values()} - {None}
        if self.options.auto_resize == "never" or len(sizes) != 1:
            return []
        (size,) = sizes
        if size in (self._picture.size, self._resized) or self._picture.size is None:
            return []
        self._resized = size
        return [act.Replan(f"auto_resize is {self.options.auto_resize}: every path has {size} sectors now")]

    def _ready_of_ghosts(self, path: WatchedPath) -> list[Action]:
        if self._ghost_until is None or path.checker is PathState.GHOST:
            return []
        return [self._announced(f"{_GHOST} ends: {format_devt(path.devt)} is up")]

    def _announced(self, reason: str) -> Action:
        self._ghost_until = None
        return act.Announce(reason)


def _told(path: WatchedPath, before: PathState, after: PathState, message: str) -> Action:
    return Changed(message or "its checker says so", Subject.CHECKER, before, after, path.devt)
