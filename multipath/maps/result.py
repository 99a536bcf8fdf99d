"""What became of one map of a plan."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from .planned_map import PlannedMap


class Outcome(enum.StrEnum):
    """
    How it ended.

    ``DONE``: as planned. ``NOTHING``: there was nothing to do. ``REFUSED``: the plan itself refuses it.
    ``FAILED``: the map is as it was before, unless the error says what it has now.
    """

    DONE = "done"
    NOTHING = "nothing"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """
    What became of one map.

    Attributes:
        planned: What was planned.
        outcome: How it ended.
        error: Why it failed; ``None`` else.
    """

    planned: PlannedMap
    outcome: Outcome
    error: Exception | None = None

    def __str__(self) -> str:
        """Return one line."""
        what = f"{', '.join(self.planned.actions)} {self.planned.name}: {self.outcome}"
        return what if self.error is None else f"{what}: {self.error}"


Progress = Callable[[int, int, Result], object]
