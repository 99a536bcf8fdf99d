"""
One logical unit: what speaks against a map of it, which map it should have, and what has to be done for that.

The name is left open here: names are decided for all units together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from .. import errors
from ..dm.holders import Holder
from ..paths.path import Path
from ..paths.state import PathState
from ..policy.candidate import candidate
from ..policy.desired import DesiredMap, desired_map
from ..policy.member import Member, in_order, place
from ..policy.option import Options
from ..policy.settings import map_settings
from ..probes.prioritizers import priority
from ..units import format_devt
from .comparison import Changes, changes
from .evidence import against
from .inputs import Inputs
from .planned_map import Action, PlannedMap, Reason, shown
from .snapshot import MapSnapshot

_NO_MAP: Final = Changes((Action.CREATE,), (Reason("no-map", "the unit has no map"),))
_NO_PATH: Final = Changes((), (Reason("no-path-up", "no path of the unit is up, so no map is made yet"),))


@dataclass(frozen=True, slots=True)
class Unit:
    """
    A logical unit.

    Attributes:
        wwid: Its identity.
        paths: All its paths that may be used.
        problems: What is wrong with that identity.
        live: Its map; ``None`` where it has none.
    """

    wwid: str
    paths: Sequence[Path]
    problems: tuple[Reason, ...] = ()
    live: MapSnapshot | None = None


def draft(unit: Unit, inputs: Inputs, options: Options) -> PlannedMap:
    """
    Return what is planned for a unit, under the name that its map has.

    Args:
        unit: The unit.
        inputs: What else there is.
        options: The configuration.
    """
    paths, name = tuple(sorted(unit.paths, key=place)), unit.live.name if unit.live else ""
    planned = PlannedMap(
        unit.wwid, name, (), paths=paths, size=paths[0].size, live=unit.live, read_only=paths[0].read_only
    )
    try:
        members = in_order(_members(unit, inputs, options))
        if refused := tuple(_against(unit, paths, inputs)):
            return replace(planned, actions=(Action.REFUSE,), reasons=refused)
        settings = map_settings(unit.wwid, members, options, inputs.facts, inputs.throughput)
        desired = desired_map(unit.wwid, members, settings, unit.live.table if unit.live else None)
        found = _changes(planned, desired, options)
    except (errors.ConfigError, errors.UnexpectedStatus) as error:
        code = "unusable-option" if isinstance(error, errors.ConfigError) else "unreadable-map"
        return replace(planned, actions=(Action.REFUSE,), reasons=(Reason(code, shown(str(error))),))
    if found.actions == (Action.REFUSE,):
        return replace(planned, actions=found.actions, reasons=found.reasons, desired=desired)
    told = (*found.reasons, *(Reason("policy", shown(each)) for each in desired.reasons))
    return replace(planned, actions=found.actions, reasons=told, desired=desired, shrinks=found.shrinks)


def _members(unit: Unit, inputs: Inputs, options: Options) -> Iterator[Member]:
    """Yield the paths; one that the kernel failed is down, until somebody has looked at it and says otherwise."""
    failed = unit.live.status.failed_paths if unit.live else frozenset()
    for path in unit.paths:
        member = candidate(path, options, priority, unit.wwid)
        if failed and format_devt(path.devt) in failed:
            member = replace(member, state=PathState.DOWN)
        observed = inputs.observed.get(path.devt)
        yield observed.told(member) if observed else member


def _against(unit: Unit, paths: Sequence[Path], inputs: Inputs) -> Iterator[Reason]:
    own = Holder("map", unit.live.name) if unit.live else None
    claims = [
        (path, others)
        for path in paths
        if (found := inputs.users.get(path.devt)) and (others := [holder for holder in found if holder != own])
    ]
    yield from unit.problems
    yield from against(unit.wwid, paths, claims)


def _changes(planned: PlannedMap, desired: DesiredMap, options: Options) -> Changes:
    if planned.live is not None:
        auto_resize = options.effective("auto_resize", desired.settings.subject).value
        return changes(desired, planned.size, planned.live, auto_resize)
    return _NO_MAP if desired.groups else _NO_PATH
