"""
Planning maps anew and doing what the plan says, as often as there is a cause, and not more often.

Strategy: a plan reads all paths, so causes are collected, and one plan serves them all. Paths that would join, or of
which a map would be made, are checked first, and planned with what was seen. A thread plans and applies. Right after a
table was swapped the same thread fails the paths that were failed before: a new table would use them again. What could
not be done is tried again, later each time.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from .. import errors
from ..policy.machines.map import Condition
from .adoption import Adoption
from .causes import NEW_MAP, Causes
from .charge import Charge
from .checks import Checks
from .monitor_event import MonitorEventKind
from .monitored_map import MonitoredMap
from .plan import Plan
from .planned_map import Action, PlannedMap
from .result import Outcome, Progress, Result
from .retriggers import Retriggers
from .rounds import Rounds

_LOOK: Final = 5.0  # seconds for paths that join to be checked
_UDEV: Final = 5.0  # seconds that udev has after a table was swapped; it reads the map, and may wait for its paths
_MOST_TRIES: Final = 8
_LONGEST_WAIT: Final = 60.0
_SWAPS: Final = frozenset({Action.RELOAD, Action.RESIZE})
_ENDED: Final = frozenset({Condition.FAILING, Condition.FLUSHING})  # its queueing is over, and no plan begins it anew


class Replans:
    """
    The planner of a monitor.

    Args:
        charge: What the monitor has in its charge.
        causes: What is wanted.
        checks: Its clock.
        rounds: Its reader of maps.
    """

    def __init__(self, charge: Charge, causes: Causes, checks: Checks, rounds: Rounds) -> None:
        self._charge, self._causes, self._checks, self._rounds = charge, causes, checks, rounds
        self._adoption = Adoption(charge, checks, rounds)
        self._retriggers = Retriggers(charge)
        self._tries: dict[str, int] = {}
        self._turn, self._ends = asyncio.Lock(), False
        self._applied: Plan | None = None
        rounds.came = self._came

    async def run(self) -> None:
        """Plan for ever."""
        while True:
            wanted, everything = await self._causes.taken()
            async with self._turn:
                await self._take(wanted, everything)

    async def finish(self, seconds: float) -> None:
        """Plan no more, and wait for so long for the maps that are being changed: threads do that to the end."""
        self._ends = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._turn.acquire()

    async def _take(self, wanted: Mapping[str, str], everything: str) -> None:
        began = self._charge.now
        only = None if everything else {name for name, reason in wanted.items() if not self._is_known(name, reason)}
        if only is None or only:
            try:
                await self._plan(only)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the maps need their plans
                what = str(error) if isinstance(error, errors.MultipathError) else repr(error)
                self._charge.tell(MonitorEventKind.FAILED, reason=f"no plan could be made: {what}")
                self._charge.count("failures")
                self._again(only)
        self._causes.tried()
        self._causes.rest(self._charge.now - began, self._charge.now)

    def _is_known(self, name: str, reason: str) -> bool:
        """Tell whether a map that was new has been adopted meanwhile."""
        about = self._charge.named(name)
        return reason == NEW_MAP and about is not None and about.supervisor is not None and not about.unknown

    def _again(self, only: Iterable[str] | None) -> None:
        for name in [""] if only is None else only:
            tries = self._tries[name] = self._tries.get(name, 0) + 1
            if tries <= _MOST_TRIES:
                wait = min(2.0 ** (tries - 1), _LONGEST_WAIT)
                asyncio.get_running_loop().call_later(wait, self._want, name, f"try {tries + 1}: the last one failed")

    def _want(self, name: str, reason: str) -> None:
        self._causes.want(name, reason, self._charge.now) if name else self._causes.want_all(reason, self._charge.now)

    # One plan.

    async def _plan(self, only: set[str] | None) -> None:
        plan = await self._made(only)
        if unseen := self._adoption.take(plan):
            await asyncio.wait([self._charge.spawn(self._checks.look(each, _LOOK)) for each in unseen], timeout=_LOOK)
            plan = await self._made(only)
            self._adoption.take(plan)
        self._retriggers.look(plan)
        self._tries.pop("", None)
        wanted = tuple(filter(None, map(self._as_supervised, plan.changes)))
        if wanted and not self._ends and self._charge.act and not self._charge.stands_back():
            await self._apply(replace(plan, maps=wanted))
            self._adoption.take(plan)  # those that were made just now
        else:
            for each in wanted:
                self._tell(each, "not done")
        self._adoption.forget_candidates()

    async def _made(self, only: set[str] | None) -> Plan:
        charge, observed = self._charge, self._adoption.observed()
        charge.count("plans")
        return await charge.in_thread(
            lambda: charge.host.plan(
                charge.config, state=charge.state, only=only, observed=observed, managed=True if charge.act else None
            )
        )

    def _as_supervised(self, planned: PlannedMap) -> PlannedMap | None:
        """Return what is left for the plan to do: who looks after a map decides about its group and its queueing."""
        about = self._charge.named(planned.wwid)
        if about is not None:
            about.refused = ""
        if about is None or about.supervisor is None or planned.desired is None:
            return planned
        left = set(planned.actions) - {Action.SWITCH, Action.QUEUEING}
        if about.supervisor.state in _ENDED:
            table = planned.desired.table
            quiet = replace(table, features=replace(table.features, queue_if_no_path=False))
            planned = replace(planned, desired=replace(planned.desired, table=quiet))
        actions = tuple(action for action in planned.actions if action in left)
        return replace(planned, actions=actions) if actions else None

    # What is done.

    async def _apply(self, plan: Plan) -> None:
        changing = [about for each in plan.maps if (about := self._charge.named(each.wwid))]
        self._adoption.created |= {each.wwid for each in plan.maps if Action.CREATE in each.actions}
        applied, force, self._applied = self._failing_again(plan), self._charge.force, plan
        for about in changing:
            about.changing = True
        try:
            with self._charge.host.control.reloading_for(_UDEV):
                results = await self._charge.in_thread(lambda: _results(plan, applied, force=force))
        finally:
            self._applied = None
            for about in changing:
                about.changing = False
        for result in results:
            self._ended(result)
        self._rounds.look()
        self._rounds.look_at_all()

    def _came(self, about: MonitoredMap) -> None:
        """Take over a map that is being made: who makes it waits for udev, and udev may wait for its paths."""
        plan = self._applied
        if plan is not None and (maps := tuple(each for each in plan.maps if each.wwid == about.wwid)):
            self._adoption.take(replace(plan, maps=maps))

    def _failing_again(self, plan: Plan) -> Progress:
        """Return what fails the paths of a new table that were failed in the old one."""
        host = self._charge.host
        bad = {each.wwid: (about, about.known_bad()) for each in plan.maps if (about := self._charge.named(each.wwid))}

        def applied(_done: int, _all: int, result: Result) -> None:
            if result.outcome is Outcome.DONE and _SWAPS & set(result.planned.actions) and result.planned.wwid in bad:
                about, devices = bad[result.planned.wwid]
                for devt in devices:
                    with suppress(errors.MultipathError):  # it is not in the new table
                        host.handle(about.snapshot).fail_path(devt)
            if self._ends:
                raise _EndedError

        return applied

    def _ended(self, result: Result) -> None:
        planned = result.planned
        if result.outcome is not Outcome.FAILED:
            self._tries.pop(planned.wwid, None)
            self._tell(planned, "")
            return
        about, what = self._charge.named(planned.wwid), ", ".join(planned.actions)
        self._charge.tell(MonitorEventKind.FAILED, about, after=what, reason=str(result.error))
        self._charge.count("failures")
        self._again([planned.wwid])

    def _tell(self, planned: PlannedMap, done: str) -> None:
        reason = "; ".join(map(str, planned.reasons[:3]))
        after = ", ".join(planned.actions) + (f": {done}" if done else "")
        about = self._charge.named(planned.wwid)
        self._charge.tell(MonitorEventKind.PLANNED, about, before=planned.name, after=after, reason=reason)


class _EndedError(Exception):
    """No further map is to be begun."""


def _results(plan: Plan, progress: Progress, *, force: bool) -> tuple[Result, ...]:
    """Apply a plan, or as much of it as is begun when it is ended; return what became of that."""
    results: list[Result] = []

    def applied(done: int, most: int, result: Result) -> None:
        results.append(result)
        progress(done, most, result)

    try:
        return plan.apply(applied, force=force)
    except errors.ApplyFailed as failed:
        return tuple(each for each in failed.results if isinstance(each, Result))
    except _EndedError:
        return tuple(results)
