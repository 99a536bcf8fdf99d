"""
A plan: for every logical unit what should be done, and why; and for every path whether it is one.

It is a value: printed, compared, kept as JSON; nothing happens until it is applied.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..units import format_devt
from .apply import Machine, apply
from .plan_record import PlanRecord
from .planned_map import Action, PlannedMap, Reason, shown
from .result import Progress, Result
from .screening import PathVerdict
from .state_file import StateFolder


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What should be done on one machine.

    Attributes:
        maps: One for each logical unit that has a map or is to have one, or is refused one.
        paths: The verdict on every path.
        remarks: What there is to say about the whole.

    The same paths, configuration, maps and state give an equal plan, in whatever order they were found.
    """

    maps: tuple[PlannedMap, ...]
    paths: tuple[PathVerdict, ...]
    remarks: tuple[Reason, ...] = ()
    _machine: Machine | None = field(default=None, repr=False, compare=False)
    _state: StateFolder | None = field(default=None, repr=False, compare=False)

    def on(self, machine: Machine, state: StateFolder | None) -> "Plan":
        """Return the plan for a machine on which it can be applied."""
        return replace(self, _machine=machine, _state=state)

    @property
    def refused(self) -> tuple[PlannedMap, ...]:
        """The units that get no map, or whose map stays as it is, because something is wrong with them."""
        return tuple(planned for planned in self.maps if planned.action is Action.REFUSE)

    @property
    def changes(self) -> tuple[PlannedMap, ...]:
        """The maps about which something is to be done."""
        return tuple(each for each in self.maps if each.action not in (Action.REFUSE, Action.NOTHING))

    def apply(
        self, progress: Progress | None = None, jobs: int | None = None, *, force: bool = False
    ) -> tuple[Result, ...]:
        """
        Do it; each map as a whole or not at all.

        Before a map is touched it is compared with the plan once more: where the world has changed since, that map
        fails and is left alone. An interrupt begins no other map; those that are done stay, and
        the next plan does the rest.

        Args:
            progress: Called with how many maps are done, how many there are, and the `Result`, for each map.
            jobs: How many maps at once; chosen by what was measured when absent.
            force: Also beside a running multipathd.

        Returns:
            What became of each map, in the plan's order.

        Raises:
            ApplyFailed: some failed, after all were tried; ``.results`` has each. What the plan refuses is no failure.
            ValueError: a plan that was made of values, and belongs to no machine.
        """
        if self._machine is None:
            raise ValueError("this plan was made of values and belongs to no machine; Host.plan makes one that does")
        return apply(self.maps, self._machine, self._state, progress=progress, jobs=jobs, force=force)

    def __str__(self) -> str:
        """Return one paragraph for each map, one line for each path that is used by none, and a summary."""
        return "\n".join(self._lines())

    def as_record(self) -> PlanRecord:
        """Return the plan for JSON."""
        return {
            "maps": [planned.as_record() for planned in self.maps],
            "paths": [
                {
                    "name": verdict.path.name,
                    "device_number": format_devt(verdict.path.devt),
                    "wwid": verdict.wwid,
                    "allowed": verdict.allowed,
                    "code": verdict.code,
                    "text": verdict.text,
                }
                for verdict in self.paths
            ],
            "remarks": [{"code": remark.code, "text": remark.text} for remark in self.remarks],
        }

    def _lines(self) -> Iterator[str]:
        yield from map(str, self.maps)
        unused = {path.devt for planned in self.maps for path in planned.paths}
        yield from (f"unused: {shown(str(each))}" for each in self.paths if each.path.devt not in unused)
        yield from map(str, self.remarks)
        counts = Counter(planned.action for planned in self.maps)
        told = ", ".join(f"{counts[action]} {action}" for action in Action if counts[action])
        yield f"{len(self.maps)} maps: {told or 'nothing to do'}"
