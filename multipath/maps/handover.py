"""
What another system would make of the paths of this host, were it booted here: its plan, as if there were no map yet.

Pure, as the plan is.
"""

from dataclasses import replace
from typing import Final

from ..config.configuration import Configuration
from ..units import format_devt
from .bindings import Bindings
from .inputs import Inputs
from .ownership import UUID_PREFIX
from .planned_map import Action, PlannedMap, shown
from .planner import plan_maps
from .snapshot import MapSnapshot
from .wwids import Wwids

_GIVEN_BY: Final = {"alias-bound": "binding", "alias-wwid": "wwid", "alias-configured": "alias"}


class Handover:
    """
    The plan of the other system.

    Args:
        inputs: What this host is planned by; its paths are those of the other one.
        configuration: What the other one reads.
        bindings: Its bindings.
        wwids: Its wwids.
    """

    def __init__(self, inputs: Inputs, configuration: Configuration, bindings: Bindings, wwids: Wwids) -> None:
        plan = plan_maps(
            replace(
                inputs,
                configuration=configuration,
                bindings=bindings,
                wwids=wwids,
                maps=(),
                names={},
                unfinished={},
                strangers=frozenset(),
                users={},
                daemon=False,
                only=None,
            )
        )
        self._paths, self._maps = plan.paths, {planned.wwid: planned for planned in plan.maps}

    def given_by(self, live: MapSnapshot) -> str:
        """Return what gives a map its name there: ``binding``, ``wwid``, ``alias``; empty where nothing does."""
        planned = self._maps.get(wwid_of(live))
        if planned is None or planned.name != live.name:
            return ""
        return next((_GIVEN_BY[reason.code] for reason in planned.reasons if reason.code in _GIVEN_BY), "")

    def problem(self, live: MapSnapshot) -> str:
        """Return what would become of a map there instead of it; empty where it is as it is here, or has no path."""
        planned = self._maps.get(wwid_of(live))
        if planned is None:
            devices = frozenset(live.table.devices)
            against = [each for each in self._paths if format_devt(each.path.devt) in devices]
            return f"map {live.name} would not be made there: {shown(str(against[0]))}" if against else ""
        if Action.REFUSE in planned.actions:
            return f"map {live.name} would not be made there: {_told(planned)}"
        if planned.name != live.name:
            return f"map {live.name} would be called {shown(planned.name)} there: {_told(planned)}"
        return ""

    def knows(self, live: MapSnapshot) -> bool:
        """Tell whether any of its paths is here, so that there is something to tell of it."""
        return wwid_of(live) in self._maps or bool(self.problem(live))


def wwid_of(live: MapSnapshot) -> str:
    """Return the WWID of a map of multipath-tools' kind."""
    return live.uuid.removeprefix(UUID_PREFIX)


def _told(planned: PlannedMap) -> str:
    return "; ".join(reason.text for reason in planned.reasons)
