"""
How long I/O waits for a path: ``no_path_retry``.

Strategy: a number of retries is a time, so many polling intervals and a second. It runs while no path is used and the
map queues; when it is over the map is told to fail its I/O, and a path that returns lets it queue again.
"""

from dataclasses import dataclass
from typing import Final

QUEUE: Final = "queue"
FAIL: Final = "fail"
_GRACE: Final = 1.0  # seconds, as in multipath-tools


@dataclass(slots=True)
class Retries:
    """
    The time for which one map may wait.

    Attributes:
        limit: ``no_path_retry``: a number of retries, ``"queue"``, ``"fail"``, or ``None`` where nobody says.
        interval: The seconds of one retry.
        until: When the time is over; ``None`` while it does not run.
        over: Whether it is over, and no path has returned since.
    """

    limit: int | str | None
    interval: float
    until: float | None = None
    over: bool = False

    @property
    def wanted(self) -> bool | None:
        """Whether the map is to queue; ``None`` where nobody says."""
        return None if self.limit is None else self.limit != FAIL and not self.over

    @property
    def named(self) -> str:
        """The option, for reasons."""
        return f"no_path_retry {self.limit}"

    def begin(self, now: float) -> str:
        """Begin to count, where there is something to count; return what for."""
        if not isinstance(self.limit, int) or isinstance(self.limit, bool) or self.until is not None:
            return ""
        seconds = self.limit * self.interval + _GRACE
        self.until = now + seconds
        return f"{self.named}: I/O waits for {seconds:g} s, {self.limit} checks of {self.interval:g} s"

    def end(self) -> None:
        """Stop counting: a path returned."""
        self.until, self.over = None, False

    def expired(self, now: float) -> bool:
        """Tell whether the time is over now, for the first time."""
        if self.until is None or now < self.until:
            return False
        self.until, self.over = None, True
        return True
