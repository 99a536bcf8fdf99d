"""
When a path is checked next.

Strategy: seldom while all is well, often when something is not. The first interval is ``polling_interval``; it doubles
with each good check up to ``max_polling_interval``, and any change brings it back. A check that ended without a verdict
is made again soon. The checks of one map are spread over the interval, so that an array never gets them all at once.
"""

from dataclasses import dataclass, field
from typing import Final

_SOON: Final = 1.0  # seconds until an undecided check is made again
_MOST_SHIFT: Final = 4  # a check comes at most by this part of its interval earlier than its turn


@dataclass(slots=True)
class CheckInterval:
    """
    The interval of one path.

    Attributes:
        shortest: ``polling_interval``, in seconds.
        longest: ``max_polling_interval``, in seconds.
        due: When the next check is due.
        current: The interval now.
    """

    shortest: float
    longest: float
    due: float
    current: float = field(default=0.0)

    def __post_init__(self) -> None:
        """Begin with the shortest interval."""
        self.current = self.current or self.shortest

    def good(self, now: float, place: float = 0.0) -> None:
        """
        Note a good check.

        Args:
            now: When it ended.
            place: Where in the interval this path has its turn, from 0 to 1.
        """
        self.current = min(self.current * 2, max(self.longest, self.shortest))
        due = now + self.current
        early = (due - place * self.current) % self.current
        self.due = due - min(early, self.current / _MOST_SHIFT)

    def changed(self, now: float) -> None:
        """Note a change, or a bad check: the next one comes after the shortest interval."""
        self.current = self.shortest
        self.due = now + self.current

    def undecided(self, now: float) -> None:
        """Note a check without a verdict."""
        self.due = now + min(_SOON, self.shortest)

    def at_once(self, now: float) -> None:
        """Let the next check be due now, or as it is where that is earlier."""
        self.due = min(self.due, now)
        self.current = self.shortest

    def within(self, shortest: float, longest: float, now: float) -> None:
        """Take new bounds; a check that would be due too late for them comes earlier."""
        self.shortest, self.longest = shortest, longest
        self.current = min(max(self.current, shortest), max(longest, shortest))
        self.due = min(self.due, now + self.current)
