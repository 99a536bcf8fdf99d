"""
Whether the manager gets on, which is what the sign of life means.

Strategy: that this code runs at all says that the event loop turns. That the checks are made is read from the monitor:
a check has a time at which it is due, and one that is overdue by far shows a manager that looks after nothing. What the
kernel holds is no such thing: a check that waits for a silent path is under way, and not overdue.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

PATIENCE: Final = 15.0  # seconds for which a check may be overdue: a plan of many maps takes its time


@dataclass(slots=True)
class Watchdog:
    """
    Who gives the signs of life.

    Attributes:
        overdue: Returns for how many seconds the check that waits longest has been due.
        alive: Gives a sign of life.
        within: After how many seconds to give one; ``None`` where nobody waits for any.
        patience: For how many seconds a check may be overdue.
        stalled: Why the manager does not get on; empty where it does.
    """

    overdue: Callable[[], float]
    alive: Callable[[], None]
    within: float | None = None
    patience: float = PATIENCE
    stalled: str = field(default="", init=False)

    @property
    def interval(self) -> float:
        """After how many seconds to look again."""
        return min(1.0, self.within) if self.within else 1.0

    def look(self) -> bool:
        """Give a sign of life where the manager gets on; tell whether that has changed."""
        late, before = self.overdue(), self.stalled
        self.stalled = "" if late <= self.patience else f"no check is made: the next one is overdue by {late:.0f} s"
        if not self.stalled and self.within:
            self.alive()
        return bool(before) != bool(self.stalled)
