"""What became of a detach, and what is left of the units: the report that nobody has to look for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from .detach_step import DetachResultRecord, StepResult
from .planned_map import shown


class LeftoverRecord(TypedDict):
    """
    Something of a unit that is still there.

    Attributes:
        kind: ``"map"``, ``"partition"``, ``"path"``, ``"link"`` or ``"wwid"``.
        name: Its name; of a link where it is.
        text: What it is, and what can be done about it.
    """

    kind: str
    name: str
    text: str


class DetachReportRecord(TypedDict):
    """
    What became of a detach.

    Attributes:
        steps: What became of each step, in their order.
        leftovers: What is still there of what should be gone.
        missing: What was asked for and had answered to nothing.
    """

    steps: list[DetachResultRecord]
    leftovers: list[LeftoverRecord]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Leftover:
    """
    Something of a unit that is still there.

    Attributes:
        kind: ``"map"``, ``"partition"``, ``"path"``, ``"link"`` or ``"wwid"``.
        name: Its name; of a link where it is.
        text: What it is, and what can be done about it.
    """

    kind: str
    name: str
    text: str

    def __str__(self) -> str:
        """Return one line."""
        return f"left: {self.kind} {shown(self.name)}: {self.text}"


@dataclass(frozen=True, slots=True)
class DetachReport:
    """
    What became of it.

    Attributes:
        results: Of each step, in their order.
        leftovers: What is still there of what should be gone.
        missing: What was asked for and had answered to nothing.
    """

    results: tuple[StepResult, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left."""
        return not self.leftovers

    def __str__(self) -> str:
        """Return one line for each step, and for each thing that is left."""
        return "\n".join(self._lines())

    def as_record(self) -> DetachReportRecord:
        """Return it for JSON."""
        return {
            "steps": [result.as_record() for result in self.results],
            "leftovers": [{"kind": each.kind, "name": each.name, "text": each.text} for each in self.leftovers],
            "missing": list(self.missing),
        }

    def _lines(self) -> Iterator[str]:
        yield from map(str, self.results)
        yield from map(str, self.leftovers)
        yield from (f"nothing answers to {each!r}: it is gone already, or never was" for each in self.missing)
