"""
When a path is checked next.

Strategy: a path that works is asked less and less often, up to the longest interval; whatever changes it brings it back
to the shortest. Every path has a slot within the longest interval, from its map's WWID and its place among the map's
paths; a check that is not in its slot comes a little earlier each time until it is, so that the checks of a host spread
over the interval without any two of them knowing of each other. One that is made a moment before it is due, along with
others, counts as made in its slot.
"""

import zlib
from dataclasses import dataclass
from typing import Final

from .supervision import Supervision

_SOON: Final = 1.0  # second; when a check that is still running is looked at again
_NEARER: Final = 2  # the share of its interval by which a check comes earlier, at most
_SHORT: Final = 5  # the same of a short wait
_CLOSE: Final = 0.001  # seconds, by which a slot may be missed
ALONG: Final = 1.0  # second, by which a check may be made before it is due
PART: Final = 8  # but by no more than this part of its interval
_WHOLE: Final = 1 << 32


@dataclass(slots=True)
class CheckInterval:
    """
    The checks of one path.

    Attributes:
        due: When it is checked next.
        current: Between two checks, in seconds.
        slot: Where in the longest interval it is to be checked, from 0 to 1.
        begun: When the check began that has not come to an end; ``None`` for none.
    """

    due: float
    current: float
    slot: float = 0.0
    begun: float | None = None

    def shortest(self, options: Supervision) -> None:
        """Begin with the shortest interval again."""
        self.current = options.polling_interval

    def longer(self, options: Supervision) -> None:
        """Double the interval, up to the longest."""
        longest = options.max_polling_interval
        self.current = 2 * self.current if self.current < longest / 2 else longest

    def is_longest(self, options: Supervision) -> bool:
        """Tell whether the interval has grown as long as it may."""
        return self.current >= options.max_polling_interval

    def pending(self, now: float, options: Supervision) -> None:
        """Look again soon: the check is still running."""
        self.begun = now if self.begun is None else self.begun
        self.due = now + min(_SOON, options.polling_interval)

    def done(self, now: float, options: Supervision) -> None:
        """Plan the next check; the time that this one took counts for the interval."""
        took, self.begun = (0.0 if self.begun is None else now - self.begun), None
        wait = max(self.current - took, min(_SOON, self.current))
        begin = self.due if now < self.due <= now + min(ALONG, self.current / PART) else now
        self.due = begin + wait - self._early(begin + wait, wait, options)

    def sooner(self, time: float) -> None:
        """Check by ``time`` at the latest."""
        self.due = min(self.due, time)

    def _early(self, time: float, wait: float, options: Supervision) -> float:
        """Return by how much a check at ``time`` comes earlier, to come nearer to the slot."""
        late = (time - self.slot * options.max_polling_interval) % self.current
        most = wait / (_SHORT if wait <= _SOON else _NEARER)
        return 0.0 if late < _CLOSE or self.current - late < _CLOSE else min(late, most)


def slot(wwid: str, index: int, paths: int) -> float:
    """Return the slot of a path: the first of a map anywhere, the others evenly after it."""
    return (zlib.crc32(wwid.encode("utf-8", "surrogateescape")) / _WHOLE + index / max(paths, 1)) % 1.0
