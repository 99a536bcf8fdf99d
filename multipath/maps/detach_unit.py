"""What is planned for one unit that is to be taken away from a machine."""

from dataclasses import dataclass, field
from typing import TypedDict

from ..dm.device import DeviceInfo
from ..dm.holders import Holder
from ..paths.path import Path
from .detach_step import Act, DetachStepRecord, Step
from .planned_map import shown


class HolderRecord(TypedDict):
    """
    Who holds a map.

    Attributes:
        kind: What it is: a mount, a volume, a process, …
        name: Its name.
        on: What it holds: the map, or a map of a partition.
        way_out: What ends it, a command or a sentence for people.
    """

    kind: str
    name: str
    on: str
    way_out: str


class DetachedUnitRecord(TypedDict):
    """
    What is planned for one unit that is to be taken away.

    Attributes:
        ref: What it was asked for by.
        name: Of its map; of what has none its WWID, or the kernel's name of the path.
        wwid: ``null`` where it is unknown.
        refused: Why nothing is done; ``null`` else.
        holders: Who holds the map, partitions included.
        steps: What is to be done, in this order; nothing where it is refused.
    """

    ref: str
    name: str
    wwid: str | None
    refused: str | None
    holders: list[HolderRecord]
    steps: list[DetachStepRecord]


@dataclass(frozen=True, slots=True)
class DetachedUnit:
    """
    What is planned for one unit.

    Attributes:
        ref: What it was asked for by.
        name: Of its map; of what has none its WWID, or the kernel's name of the path.
        wwid: Empty where it is unknown.
        steps: What is to be done, in this order; nothing where it is refused.
        refused: Why nothing is done; ``None`` else.
        holders: Who holds the map, partitions included.
        device: The map; ``None`` where there is none.
        paths: The paths that are to be deleted.
        kept: The paths that stay.
    """

    ref: str
    name: str
    wwid: str = ""
    steps: tuple[Step, ...] = ()
    refused: Exception | None = None
    holders: tuple[Holder, ...] = ()
    device: DeviceInfo | None = field(default=None, repr=False)
    paths: tuple[Path, ...] = field(default=(), repr=False)
    kept: tuple[Path, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        """Return what is done to what, one step a line, or why nothing is."""
        wwid = f" ({shown(self.wwid)})" if self.wwid not in ("", self.name) else ""
        head = f"detach {shown(self.name)}{wwid}"
        if self.refused is not None:
            return f"{head}\n  refused: {self.refused}"
        lines = [f"  {number}. {step}" for number, step in enumerate(self.steps, start=1)] or ["  nothing to do"]
        return "\n".join([head, *lines])

    def as_record(self) -> DetachedUnitRecord:
        """Return it for JSON."""
        return {
            "ref": self.ref,
            "name": self.name,
            "wwid": self.wwid or None,
            "refused": None if self.refused is None else str(self.refused),
            "holders": [
                {"kind": each.kind, "name": each.name, "on": each.on or self.name, "way_out": each.way_out}
                for each in self.holders
            ],
            "steps": [step.as_record() for step in self.steps],
        }

    def named(self, act: Act) -> tuple[Step, ...]:
        """Return the steps of one kind."""
        return tuple(step for step in self.steps if step.act is act)
