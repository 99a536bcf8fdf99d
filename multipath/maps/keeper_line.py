"""What the keeper of timeouts is to do: one thing after the other, and first what a silent path needs."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[object]]


class KeeperLine:
    """
    The line.

    Synchronization: one loop.
    """

    def __init__(self) -> None:
        self._waiting = deque[Work]()
        self._working = False

    def put(self, work: Work, *, first: bool = False) -> bool:
        """Add work; tell whether somebody has to begin to `work`."""
        self._waiting.appendleft(work) if first else self._waiting.append(work)
        began, self._working = not self._working, True
        return began

    async def work(self) -> None:
        """Do all that waits, one after the other."""
        try:
            while self._waiting:
                await self._waiting.popleft()()
        finally:
            self._working = False

    async def empty(self) -> None:
        """Wait until nothing waits any more."""
        while self._working:
            await asyncio.sleep(0.01)
