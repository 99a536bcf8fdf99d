"""Unit attentions: what happened to a unit behind an initiator's back, each told once to each nexus."""

import threading
from collections.abc import Iterable

from ..wire.sense import Sense
from .port import Nexus


class UnitAttentions:
    """
    What each nexus has to be told, oldest first; nothing twice.

    Synchronization: any number of threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Nexus, list[Sense]] = {}

    def establish(self, sense: Sense, nexuses: Iterable[Nexus]) -> None:
        """Let each of ``nexuses`` be told."""
        with self._lock:
            for nexus in nexuses:
                waiting = self._waiting.setdefault(nexus, [])
                if sense not in waiting:
                    waiting.append(sense)

    def take(self, nexus: Nexus) -> Sense | None:
        """Return what a nexus has to be told next; it is told by that."""
        if nexus not in self._waiting:  # nearly always, and before every command
            return None
        with self._lock:
            waiting = self._waiting.get(nexus)
            if not waiting:
                return None
            sense = waiting.pop(0)
            if not waiting:
                del self._waiting[nexus]
            return sense
