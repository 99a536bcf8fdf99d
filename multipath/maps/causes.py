"""
Why which maps are to be planned anew.

Strategy: what comes in a burst is one plan. It begins when nothing was wanted for a moment, or too long after the first
wish; and not before as much time has passed as the last plan took, so that planning never takes more than half of a
processor.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

NEW_MAP: Final = "there is a map of it"
_QUIET: Final = 0.02  # seconds without another wish
_LONGEST: Final = 0.5  # seconds after the first one


@dataclass(slots=True)
class Causes:
    """
    What is wanted.

    Attributes:
        wanted: By WWID, or by the name of a path, the first reason.
        everything: Why all is wanted; empty where it is not.
        settled: Set while nothing is wanted, and what was wanted has been tried.
    """

    wanted: dict[str, str] = field(default_factory=dict)
    everything: str = ""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _first: float = 0.0
    _last: float = 0.0
    _rest_until: float = 0.0

    def want(self, name: str, reason: str, now: float) -> None:
        """Want a plan of one map, or of the map of one path."""
        self._noted(now)
        if self.wanted.get(name, NEW_MAP) == NEW_MAP:  # the one reason that may have been seen to by another plan
            self.wanted[name] = reason

    def want_all(self, reason: str, now: float) -> None:
        """Want a plan of all maps."""
        self._noted(now)
        self.everything = self.everything or reason

    def rest(self, seconds: float, now: float) -> None:
        """Take no plan before so many seconds have passed."""
        self._rest_until = now + seconds

    def tried(self) -> None:
        """Note that what was taken has been planned, with whatever success."""
        if not self._woken.is_set():
            self.settled.set()

    def _noted(self, now: float) -> None:
        self.settled.clear()
        if not self._woken.is_set():
            self._first = now
        self._last = now
        self._woken.set()

    async def taken(self) -> tuple[dict[str, str], str]:
        """Wait until something is wanted and the burst is over; return it."""
        loop = asyncio.get_running_loop()
        await self._woken.wait()
        while (left := self._begins() - loop.time()) > 0:
            await asyncio.sleep(left)
        self._woken.clear()
        wanted, everything = self.wanted, self.everything
        self.wanted, self.everything = {}, ""
        return wanted, everything

    def _begins(self) -> float:
        return max(self._rest_until, min(self._last + _QUIET, self._first + _LONGEST))
