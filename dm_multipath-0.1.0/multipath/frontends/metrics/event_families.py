"""
What happened between two collections, counted as long as the exporter runs.

Strategy: the maps are compared with those of the collection before. A path's count of failures only grows, so how often
each path failed and came back in between is exact, however short that was; of other changes the last one is seen.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from ...maps.event import EventKind, compare
from ...maps.snapshot import MapSnapshot
from ...units import DevT
from .family import NO_LABELS, Family, Kind, Readings, more

EVENTS: Final = Family(
    "multipath_events_total", Kind.COUNTER, "Changes of maps that were seen, since the exporter began.", ("event",)
)
MAP_EVENTS: Final = Family("multipath_map_events_total", Kind.COUNTER, "The same, of one map.", ("map", "event"))
FAMILIES: Final = (EVENTS, MAP_EVENTS)
# Those that a map can have often; the others are counted for the host alone.
_OF_A_MAP: Final = (
    EventKind.PATH_FAILED, EventKind.PATH_REINSTATED, EventKind.GROUP_SWITCHED, EventKind.QUEUEING, EventKind.RELOADED,
)  # fmt: skip
_NOTHING: Final[Counter[str]] = Counter()


class EventCounts:
    """The counts of one exporter."""

    def __init__(self) -> None:
        self._before: Mapping[DevT, MapSnapshot] | None = None
        self._compared = False
        self._all: Counter[str] = Counter()
        self._maps: dict[DevT, Counter[str]] = {}

    def take(self, snapshots: Iterable[MapSnapshot]) -> None:
        """Count what changed since the last time; the first time nothing did."""
        now = {snapshot.devt: snapshot for snapshot in snapshots}
        self._compared = self._before is not None
        for event in compare(self._before, now) if self._before is not None else ():
            self._all[event.kind] += 1
            if event.kind is EventKind.REMOVED:
                self._maps.pop(event.snapshot.devt, None)
            else:
                self._maps.setdefault(event.snapshot.devt, Counter())[event.kind] += 1
        self._before = now

    def add_to(self, readings: Readings) -> None:
        """
        Add all counts, those that are 0 as well: a rate needs a beginning.

        After one collection alone there are none: whoever collects but once would count 0 for ever.
        """
        if not self._compared:
            return
        for kind in EventKind:
            if kind is not EventKind.PRESENT:
                readings[EVENTS].add(more(NO_LABELS, event=kind), self._all[kind])
        for devt, snapshot in (self._before or {}).items():
            counts, labels = self._maps.get(devt, _NOTHING), more(NO_LABELS, map=snapshot.name)
            for kind in _OF_A_MAP:
                readings[MAP_EVENTS].add(more(labels, event=kind), counts[kind])
