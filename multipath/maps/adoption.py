"""Taking over what a plan says of maps and paths: who is a path of which map, and how each is looked after."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from .. import errors
from ..config.schema import OPTIONS
from ..paths.path import Path
from ..policy import actions as act
from ..policy.observation import Observation
from ..policy.settings import MapSettings
from ..policy.supervision import Supervision
from ..units import DevT
from .charge import Charge
from .checks import Checks
from .monitor_event import MonitorEventKind
from .monitored_map import MonitoredMap
from .monitored_path import MonitoredPath
from .plan import Plan
from .planned_map import Action, PlannedMap
from .rounds import Rounds

# What the timeouts of a map's paths are made of.
_TIMES: Final = (
    "checker_timeout", "dev_loss_tmo", "eh_deadline", "fast_io_fail_tmo", "features", "max_retries", "max_stall",
    "no_path_retry", "polling_interval",
)  # fmt: skip


class Adoption:
    """
    Takes over.

    Args:
        charge: What the monitor has in its charge.
        checks: Its clock.
        rounds: Its reader of maps.

    Attributes:
        created: The WWIDs of maps that were made just now.
    """

    def __init__(self, charge: Charge, checks: Checks, rounds: Rounds) -> None:
        self._charge, self._checks, self._rounds = charge, checks, rounds
        self._candidates: dict[DevT, MonitoredPath] = {}
        self.created: set[str] = set()

    def observed(self) -> dict[DevT, Observation]:
        """Return what is known of all paths beyond what the kernel shows, of those without a map, too."""
        candidates = {devt: seen for devt, each in self._candidates.items() if (seen := each.observation)}
        return {**self._charge.observed(), **candidates}

    def forget_candidates(self) -> None:
        """Forget the paths of which no map was made."""
        self._candidates.clear()

    def take(self, plan: Plan) -> list[MonitoredPath]:
        """Take over what a plan says; return the paths that would join a map, and that nobody has looked at."""
        unseen: list[MonitoredPath] = []
        for planned in plan.maps:
            about = self._charge.named(planned.wwid)
            if about is not None:
                unseen += self._take(about, planned)
            elif Action.CREATE in planned.actions or (planned.desired and not planned.desired.groups):
                unseen += self._unseen(planned, planned.paths, self._candidates)
            if planned.action is Action.REFUSE:
                self._refused(about, planned)
        return unseen

    def _take(self, about: MonitoredMap, planned: PlannedMap) -> list[MonitoredPath]:
        if planned.desired is None:
            return []
        live, fresh = set(about.devices), set(about.devices) - set(about.paths)
        changed = about.settings is not None and _times(about.settings) != _times(planned.desired.settings)
        for path in planned.paths:
            if path.devt in live:
                self._join(about, path)
                if changed:
                    self._charge.let_go(path)
                if changed or path.devt in fresh:
                    self._charge.keep(partial(self._keep, about, path, planned))
        self._leave(about, live, {path.devt for path in planned.paths})
        outside = [path for path in planned.paths if path.devt not in live]
        for path in outside:
            if path.devt not in about.outside:
                self._announce(about, path.devt)
        unseen = list(self._unseen(planned, outside, about.outside))
        for path in outside:
            self._checks.look_later(about, path.devt)
        about.settings = planned.desired.settings
        about.unsure = any(each.priority is None for group in planned.desired.groups for each in group.members)
        self._supervise(about, planned)
        return unseen

    def _join(self, about: MonitoredMap, path: Path) -> None:
        outside = about.outside.pop(path.devt, None)
        known = about.paths.get(path.devt) or outside
        options, sysfs = self._charge.options, self._charge.host.sysfs
        make = known.again if known else MonitoredPath.of
        about.paths[path.devt] = make(path, about.wwid, options, sysfs)

    async def _keep(self, about: MonitoredMap, path: Path, planned: PlannedMap) -> None:
        if self._charge.keeper is None or planned.desired is None:
            return
        try:
            await self._charge.keeper.adopt(path, planned.desired.settings)
        except errors.MultipathError as error:
            self._charge.tell(MonitorEventKind.FAILED, about, path.devt, reason=f"timeouts: {error}")

    def _leave(self, about: MonitoredMap, live: set[DevT], planned: set[DevT]) -> None:
        """Forget the paths that the map does not have any more."""
        gone = [devt for devt in about.paths if devt not in live]
        strangers = [devt for devt in about.outside if devt not in planned]
        self._checks.forget(about, [*gone, *strangers])
        for devt in gone:
            self._charge.let_go(about.paths.pop(devt).path)
        for devt in strangers:
            del about.outside[devt]

    def _unseen(
        self, planned: PlannedMap, paths: Iterable[Path], kept: dict[DevT, MonitoredPath]
    ) -> Iterator[MonitoredPath]:
        """Yield those paths that nobody has looked at yet, and keep them."""
        for path in paths:
            known = kept.get(path.devt)
            if known is not None and known.path.diskseq == path.diskseq:
                known.path = path
                continue
            made = MonitoredPath.of(path, planned.wwid, self._charge.options, self._charge.host.sysfs)
            kept[path.devt] = made
            yield made

    def _supervise(self, about: MonitoredMap, planned: PlannedMap) -> None:
        assert planned.desired is not None
        settings = planned.desired.settings
        timeout = max((member.timeout for member in about.paths.values()), default=None)
        options = Supervision.of(settings, budget(settings, self._charge.max_stall), timeout)
        if about.supervise(options, self._charge.now, new=about.wwid in self.created):
            assert about.supervisor is not None
            self._checks.execution.carry_out(about, about.supervisor.reconfigured(options, self._charge.now))
        self.created.discard(about.wwid)
        self._rounds.see(about)

    def _announce(self, about: MonitoredMap, devt: DevT) -> None:
        """Tell who looks after a map of a path that is new; the plan that he would want is this one."""
        if about.supervisor is not None:
            found = about.supervisor.added(devt, self._charge.now)
            self._checks.execution.carry_out(about, [each for each in found if not isinstance(each, act.Replan)])

    def _refused(self, about: MonitoredMap | None, planned: PlannedMap) -> None:
        reason = "; ".join(map(str, planned.reasons))
        if about is None or about.refused != reason:
            self._charge.tell(MonitorEventKind.REFUSED, about, after=planned.name, reason=reason)
        if about is not None:
            about.refused = reason


def _times(settings: MapSettings) -> tuple[object, ...]:
    """Return the options that the timeouts of paths are made of."""
    return tuple(settings.value(option) for option in _TIMES)


def budget(settings: MapSettings, otherwise: float | None) -> float | None:
    """Return the stall budget of a map: what is configured for it, or what holds for all."""
    if "max_stall" not in OPTIONS:
        return otherwise
    configured = settings.value("max_stall")
    return float(configured) if isinstance(configured, int) and not isinstance(configured, bool) else otherwise
