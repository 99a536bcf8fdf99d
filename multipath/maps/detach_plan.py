"""
What has to be done, in which order, to take units away from a machine: printed, compared, kept as JSON, then run.

A plan of what is gone already has no steps; so making and running it again does no harm.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypedDict

from .detach import Machine, Progress, run
from .detach_report import DetachReport
from .detach_step import Gates, Waits
from .detach_unit import DetachedUnit, DetachedUnitRecord
from .state_file import StateFolder


class DetachPlanRecord(TypedDict):
    """
    What is to be done to take units away.

    Attributes:
        units: One for each map, or each group of paths without a map, that was asked for.
        missing: What was asked for and answers to nothing.
    """

    units: list[DetachedUnitRecord]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class DetachPlan:
    """
    What is to be done on one machine.

    Attributes:
        units: One for each map, or each group of paths without a map, that was asked for.
        missing: What was asked for and answers to nothing: it is gone already, or never was.
        gates: What is allowed.
    """

    units: tuple[DetachedUnit, ...]
    missing: tuple[str, ...] = ()
    gates: Gates = field(default_factory=Gates)
    _machine: Machine | None = field(default=None, repr=False, compare=False)
    _state: StateFolder | None = field(default=None, repr=False, compare=False)

    def on(self, machine: Machine, state: StateFolder | None) -> "DetachPlan":
        """Return the plan for a machine on which it can be run."""
        return replace(self, _machine=machine, _state=state)

    @property
    def refused(self) -> tuple[DetachedUnit, ...]:
        """The units about which nothing is done."""
        return tuple(unit for unit in self.units if unit.refused is not None)

    def run(self, *, timeout: float = 30.0, patience: float = 5.0, progress: Progress | None = None) -> DetachReport:
        """
        Do it; of each unit the map with its partitions as a whole or not at all, and its paths only after that.

        Args:
            timeout: For how many seconds is waited until data is written, and until a disk is gone.
            patience: For how many seconds users are waited for that are about to end.
            progress: Called with the `StepResult` of each step.

        Returns:
            What became of each step, and what is left.

        Raises:
            DetachFailed: a unit failed or is refused, after all were tried; ``.report`` has the same, ``.errors`` why.
            ValueError: a plan that was made of values, and belongs to no machine.
        """
        if self._machine is None:
            raise ValueError("this plan was made of values and belongs to no machine; Host.detach_plan makes one")
        return run(
            self.units,
            self._machine,
            self.gates,
            state=self._state,
            missing=self.missing,
            waits=Waits(timeout, patience),
            progress=progress,
        )

    def __str__(self) -> str:
        """Return every unit, then what is missing."""
        return "\n".join(self._lines())

    def as_record(self) -> DetachPlanRecord:
        """Return the plan for JSON."""
        return {"units": [unit.as_record() for unit in self.units], "missing": list(self.missing)}

    def _lines(self) -> Iterator[str]:
        yield from map(str, self.units)
        yield from (f"nothing answers to {each!r}: it is gone already, or never was" for each in self.missing)
