"""One map of a plan: what should be, what is, what is to be done about it, and why."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..paths.path import Path
from ..policy.desired import DesiredMap
from ..units import Sectors, format_devt, to_bytes
from ..wire.table import MultipathTable
from .ownership import UUID_PREFIX
from .plan_record import PlannedGroupRecord, PlannedMapRecord
from .snapshot import MapSnapshot

_NO_SIZE: Final = Sectors(0)
_LONGEST: Final = 200  # characters of a hostile text


class Action(enum.StrEnum):
    """
    What is done about a map.

    ``QUEUEING`` sends the one message that turns queueing on or off, where that is all that differs: a reload would
    revive failed paths for nothing.
    """

    REFUSE = "refuse"
    CREATE = "create"
    RENAME = "rename"
    RESIZE = "resize"
    RELOAD = "reload"
    QUEUEING = "queueing"
    SWITCH = "switch"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Reason:
    """
    Why something is planned.

    Attributes:
        code: A word for programs; the same fact always has the same one.
        text: A sentence for people; what devices and files say is escaped in it.
    """

    code: str
    text: str

    def __str__(self) -> str:
        """Return the sentence and the word."""
        return f"{self.text} [{self.code}]"


@dataclass(frozen=True, slots=True)
class PlannedMap:
    """
    What is planned for one logical unit.

    Attributes:
        wwid: Of the unit.
        name: The name that its map will have; where it is refused, the name that it has, or would have had.
        actions: What is to be done, in this order; ``REFUSE`` and ``NOTHING`` stand alone.
        reasons: Why.
        paths: The paths of the unit, in the order in which decisions go through them.
        size: What the map will have.
        desired: What the policy says; ``None`` where it was not asked.
        live: What there is; ``None`` where there is none.
        binding: The alias that is to be bound to the WWID first; ``None`` where that is done, or not wanted.
        shrinks: Whether the map gets smaller, as the configuration allows.
        read_only: Whether the map is made read-only, as its paths are.
        begun: The name of the device without a table that a killed program left of this map; empty for none.
    """

    wwid: str
    name: str
    actions: tuple[Action, ...]
    reasons: tuple[Reason, ...] = ()
    paths: tuple[Path, ...] = field(default=(), repr=False)
    size: Sectors = _NO_SIZE
    desired: DesiredMap | None = field(default=None, repr=False)
    live: MapSnapshot | None = field(default=None, repr=False)
    binding: str | None = None
    shrinks: bool = False
    read_only: bool = False
    begun: str = ""

    @property
    def action(self) -> Action:
        """The one that changes most."""
        return max(self.actions, key=_WEIGHT.__getitem__, default=Action.NOTHING)

    @property
    def uuid(self) -> str:
        """The identity of the map."""
        return UUID_PREFIX + self.wwid

    @property
    def table(self) -> MultipathTable | None:
        """The table that it should have; ``None`` where nothing says one."""
        return self.desired.table if self.desired else None

    @property
    def old_name(self) -> str:
        """The name that it has now; empty where there is nothing."""
        return self.live.name if self.live else self.begun

    def __str__(self) -> str:
        """Return the action and the map; where something is done, its table and groups; and why, one a line."""
        names = f"{self.old_name} to {self.name}" if Action.RENAME in self.actions else self.name
        lines = [f"{', '.join(self.actions)}: {shown(names)} ({shown(self.wwid)}), {to_bytes(self.size)} bytes"]
        if self.action is Action.NOTHING:
            return "\n".join([*lines, *(f"  {reason}" for reason in self.reasons[:1])])
        if self.desired is not None and self.action is not Action.REFUSE:
            lines += [f"  {line}" for line in self._topology(self.desired)]
        return "\n".join([*lines, *(f"  {reason}" for reason in self.reasons)])

    def as_record(self) -> PlannedMapRecord:
        """Return all of it for JSON."""
        return {
            "wwid": self.wwid,
            "name": self.name,
            "old_name": self.old_name or None,
            "uuid": self.uuid,
            "action": str(self.action),
            "actions": [str(action) for action in self.actions],
            "reasons": [{"code": reason.code, "text": reason.text} for reason in self.reasons],
            "size_bytes": to_bytes(self.size),
            "read_only": self.read_only,
            "table": None if self.table is None else str(self.table),
            "live_table": None if self.live is None else self.live.table_line.params.strip(),
            "binding": self.binding,
            "best_group": self.desired.best_group if self.desired else 0,
            "groups": _groups(self.desired) if self.desired else [],
            "paths": [path.name for path in self.paths],
        }

    def _topology(self, desired: DesiredMap) -> Iterable[str]:
        yield str(desired.table)
        for number, group in enumerate(desired.groups, start=1):
            best = ", the best" if number == desired.best_group else ""
            yield f"  group {number}{best}: {group}"
            yield from (f"    {shown(str(member))}" for member in group.members)
        yield from (f"  without {shown(str(each))}" for each in desired.left_out)


_WEIGHT: Final = {action: -weight for weight, action in enumerate(Action)}


def shown(text: str) -> str:
    """Return what a device or a file says, escaped and not too long."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    if cut.isprintable():
        return cut
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in cut)


def _groups(desired: DesiredMap) -> list[PlannedGroupRecord]:
    return [
        {
            "number": number,
            "priority": group.priority,
            "marginal": group.marginal,
            "paths": [
                {
                    "name": member.path.name,
                    "device_number": format_devt(member.path.devt),
                    "state": str(member.state),
                    "priority": member.priority,
                    "prioritizer": str(member.prioritizer.name) if member.prioritizer else None,
                }
                for member in group.members
            ],
        }
        for number, group in enumerate(desired.groups, start=1)
    ]
