"""
One listener of a monitor: what there is first, then every event in order, numbered, none lost in silence.

Strategy: the events of a listener that does not listen are kept up to a limit. Beyond it they are dropped, all of them,
and counted: what he gets next is an ``OVERRUN`` with that number, and the maps as they are by then. So memory is
bounded, and who is slow knows it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, Self

from .monitor_event import MonitorEvent, MonitorEventKind

MOST: Final = 10_000

Snapshots = Callable[[], Iterable[MonitorEvent]]


class Subscription:
    """
    The events for one listener; an asynchronous iterator.

    Args:
        snapshots: Returns what there is now, one event for each map.
        most: How many events are kept.

    Synchronization: the monitor's loop.
    """

    def __init__(self, snapshots: Snapshots, most: int = MOST) -> None:
        self._snapshots, self._most = snapshots, most
        self._events = deque[MonitorEvent]()
        self._woken = asyncio.Event()
        self._number, self._lost, self._closed = 0, 0, False
        self._events.extend(snapshots())

    def __aiter__(self) -> Self:
        """Return the subscription."""
        return self

    async def __anext__(self) -> MonitorEvent:
        """Return the next event; ends when the monitor does, after all that was told."""
        while (event := self.get_nowait()) is None:
            if self._closed:
                raise StopAsyncIteration
            self._woken.clear()
            await self._woken.wait()
        return event

    def get_nowait(self) -> MonitorEvent | None:
        """Return the next event, or ``None`` where there is none yet."""
        if self._lost:
            self._recover()
        if not self._events:
            return None
        self._number += 1
        return replace(self._events.popleft(), number=self._number)

    def put(self, event: MonitorEvent) -> None:
        """Add an event."""
        if self._lost or len(self._events) >= self._most:
            self._lost += len(self._events) + 1
            self._events.clear()
        else:
            self._events.append(event)
        self._woken.set()

    def close(self) -> None:
        """Let the listener come to the end."""
        self._closed = True
        self._woken.set()

    def _recover(self) -> None:
        """Begin anew, with what there is now."""
        lost, self._lost = self._lost, 0
        found = list(self._snapshots())
        when = found[0].time if found else 0.0
        reason = f"the listener was slow: {lost} events were dropped"
        self._events.append(MonitorEvent(0, when, MonitorEventKind.OVERRUN, before=str(lost), reason=reason))
        self._events.extend(found)
