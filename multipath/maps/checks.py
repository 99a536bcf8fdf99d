"""
The checks of all paths, and the timers of all maps: one clock for both.

Strategy: one timer of the loop, for what is due first. When it rings, what falls due within the next moment is done
along: a few wake-ups for many paths. A check is a task; the calls that it makes wait in workers, so a silent path
delays no other. A path is never checked twice at once.
"""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Final

from ..paths.attributes import Attributes
from ..paths.path import Path
from ..paths.state import PathState
from ..policy import actions as act
from ..policy.interval import ALONG, PART
from ..policy.marginal import FPIN
from ..probes.ahead import asking_ahead
from ..probes.checkers import probe
from ..probes.prioritizers import Priority, priority_of
from ..probes.unit_report import UnitReport
from ..probes.verdict import Verdict
from ..units import DevT
from .causes import Causes
from .charge import Charge
from .execution import Execution
from .monitor_event import MonitorEventKind
from .monitored_map import MonitoredMap
from .monitored_path import MonitoredPath
from .reregistration import Reregistration
from .schedule import Schedule

_GOOD: Final = frozenset({PathState.UP, PathState.GHOST})
_RECENT: Final = 0.75  # of an interval
_MAP: Final = DevT(0)  # in place of a path: the map's own timers

Key = tuple[DevT, DevT]


class Checks:
    """
    The clock.

    Args:
        charge: What the monitor has in its charge.
        causes: Where plans are wanted.
    """

    def __init__(self, charge: Charge, causes: Causes) -> None:
        self._charge, self._causes = charge, causes
        self._schedule = Schedule[Key]()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        self.execution = Execution(charge, causes, self.schedule)
        self._registrations = Reregistration(charge)

    # When.

    def schedule(self, about: MonitoredMap) -> None:
        """Take over when a map and its paths have something due."""
        if about.supervisor is not None:
            self._schedule.put((about.snapshot.devt, _MAP), about.supervisor.due())
            for devt in about.supervisor.paths:
                member = about.paths.get(devt)
                if member is not None and not member.checking:
                    self._schedule.put((about.snapshot.devt, devt), about.supervisor.next_check(devt))
        self._set_timer()

    def forget(self, about: MonitoredMap, paths: list[DevT] | None = None) -> None:
        """Let nothing of a map, or of some of its paths, be due any more."""
        for devt in [_MAP, *about.paths, *about.outside] if paths is None else paths:
            self._schedule.put((about.snapshot.devt, devt), None)

    def look_later(self, about: MonitoredMap, devt: DevT) -> None:
        """Check a path that could not join when an interval has passed."""
        interval = about.supervisor.options.polling_interval if about.supervisor else 5.0
        self._schedule.put((about.snapshot.devt, devt), self._charge.now + interval)
        self._set_timer()

    def check_soon(self, about: MonitoredMap, devt: DevT) -> None:
        """Check a path now."""
        self._schedule.put((about.snapshot.devt, devt), self._charge.now)
        self._set_timer()

    def stop(self) -> None:
        """Ring no more, whatever is due."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    @property
    def late(self) -> float:
        """For how many seconds what waits longest has been due; one that is under way is not late."""
        due = self._schedule.next
        return 0.0 if due is None else max(0.0, self._charge.now - due)

    def _set_timer(self) -> None:
        due = self._schedule.next
        if self._timer is not None:
            if due is not None and self._timer.when() == due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None and not self._stopped:
            self._timer = self._charge.loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        for number, devt in self._schedule.due(self._charge.now + min(ALONG, self._shortest() / PART)):
            about = self._charge.maps.get(number)
            if about is not None:
                self._do(about, devt)
        self._set_timer()

    def _shortest(self) -> float:
        """Return the shortest interval between two checks that any path has now."""
        supervisors = [each.supervisor for each in self._charge.maps.values() if each.supervisor is not None]
        intervals = [path.interval.current for each in supervisors for path in each.paths.values()]
        return min(intervals, default=min((each.options.polling_interval for each in supervisors), default=1.0))

    def _do(self, about: MonitoredMap, devt: DevT) -> None:
        if devt == _MAP:
            if about.supervisor is not None:
                # A moment later than now, where it was done along: what is due then is due.
                self.execution.carry_out(about, about.supervisor.tick(self._charge.now))
        elif (member := about.paths.get(devt)) is not None:
            self._begin(about, member)
        elif (member := about.outside.get(devt)) is not None and not member.checking:
            self._charge.spawn(self._look_outside(about, member))

    def _begin(self, about: MonitoredMap, member: MonitoredPath) -> None:
        if not member.checking:
            member.checking = True
            self._charge.spawn(self._check(about, member))

    # A check.

    async def _check(self, about: MonitoredMap, member: MonitoredPath) -> None:
        devt = member.path.devt
        try:
            deadline = self._deadline(about, member)
            verdict, worth = await self.ask(member, deadline, about.report, self._good_for(about, devt))
            if verdict.state in _GOOD and not _is_used(about, devt):
                verdict = await self._registrations.renew(member, verdict, deadline)
        finally:
            current = about.paths.get(devt)
            member.checking = False
            if current is not None:
                current.checking = False
        if self._charge.maps.get(about.snapshot.devt) is not about or about.supervisor is None or current is None:
            return
        value = None if worth is None else worth.value
        if worth is not None:
            current.why = worth.why
        now = self._charge.moment
        if verdict.state is PathState.REMOVED:
            self.execution.carry_out(about, self.gone(about, devt))
        else:
            news, about.report.changed = about.report.changed, False
            told = current.is_marginal if about.supervisor.options.marginal_pathgroups == FPIN else None
            found = about.supervisor.checked(devt, verdict.state, now, verdict.message, value, news=news, marginal=told)
            self.execution.carry_out(about, found)
        if about.unsure and _all_known(about):
            about.unsure = False
            self._causes.want(about.wwid, "the priorities of all its paths are known now", now)

    def gone(self, about: MonitoredMap, devt: DevT) -> list[act.Action]:
        """Return what follows from a path whose device is not there any more."""
        self._schedule.put((about.snapshot.devt, devt), None)
        if about.supervisor is None or (watched := about.supervisor.paths.get(devt)) is None:
            return []
        kind, reason = MonitorEventKind.PATH_STATE, "its device went away"
        self._charge.tell(kind, about, devt, before=str(watched.state), after=str(PathState.REMOVED), reason=reason)
        return about.supervisor.removed(devt, self._charge.now)

    async def look(self, member: MonitoredPath, deadline: float) -> None:
        """Check a path that is of no map yet, and remember the verdict with it."""
        verdict, worth = await self.ask(member, deadline)
        if verdict.state in _GOOD:
            verdict = await self._registrations.renew(member, verdict, deadline)
        member.verdict = verdict
        if worth is not None:
            member.priority, member.why = worth.value, worth.why

    async def _look_outside(self, about: MonitoredMap, member: MonitoredPath) -> None:
        member.checking = True
        try:
            await self.look(member, self._deadline(about, member))
        finally:
            member.checking = False
        devt = member.path.devt
        if about.outside.get(devt) is not member:
            return
        if member.works:
            self._causes.want(
                about.wwid, f"{member.path} is up: {member.verdict.message if member.verdict else ''}", self._charge.now
            )
        self.look_later(about, devt)

    async def ask(
        self, member: MonitoredPath, deadline: float, report: UnitReport | None = None, good_for: float = 0.0
    ) -> tuple[Verdict, Priority | None]:
        """Return the verdict on a path, and what it is worth where it works; ``None`` where nobody was asked."""
        member.checks += 1
        self._charge.count("checks")
        if member.checker is None:
            return Verdict(PathState.WILD, member.problem), None
        state = member.state
        if state is None and not member.is_there:
            return Verdict(PathState.REMOVED, "its device is not there any more"), None
        asker, worth = self._charge.host.asker, member.prioritizer
        if worth is not None and (report is None or not report.is_known(member.path.port_group, asker.now(), good_for)):
            asker = asking_ahead(asker, member.checker, worth.name, member.path)
        verdict = await probe(member.checker, asker, member.path, deadline, state=state)
        if verdict.state not in _GOOD or worth is None:
            return verdict, None
        hear = None if report is None else partial(report.heard, good_for=good_for)
        return verdict, await priority_of(worth.name, worth.args, asker, fresh(member), deadline, hear)

    def _good_for(self, about: MonitoredMap, devt: DevT) -> float:
        """Let a path that has been good for long be content with a report that is younger than its last check."""
        supervisor = about.supervisor
        interval = supervisor.paths[devt].interval if supervisor and devt in supervisor.paths else None
        steady = supervisor is not None and interval is not None and interval.is_longest(supervisor.options)
        return _RECENT * interval.current if interval and steady else 0.0

    def _deadline(self, about: MonitoredMap, member: MonitoredPath) -> float:
        return about.supervisor.options.checker_timeout if about.supervisor else member.timeout


def fresh(member: MonitoredPath) -> Path:
    """Return a path with what the kernel says of its access state now: the one part that changes by itself."""
    path = member.path
    if path.access_state is not None:
        with Attributes(f"{member.folder}/device") as below:
            preferred = below.number("preferred_path") == 1
            return replace(path, access_state=below.text("access_state"), preferred=preferred)
    if path.ana_state is not None:
        with Attributes(member.folder) as disk:
            return replace(path, ana_state=disk.text("ana_state"))
    return path


def _is_used(about: MonitoredMap, devt: DevT) -> bool:
    """Whether the kernel sends I/O down a path, as far as its supervisor knows."""
    watched = about.supervisor.paths.get(devt) if about.supervisor else None
    return watched is not None and watched.kernel_uses


def _all_known(about: MonitoredMap) -> bool:
    assert about.supervisor is not None
    return all(path.priority is not None for path in about.supervisor.paths.values() if path.good)
