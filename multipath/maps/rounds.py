"""
What the kernel shows of the maps, kept up to date by device-mapper's events.

Strategy: arm, list, read what the list says has changed; so nothing between two rounds is lost. The list does not show
that a table was swapped. So where a wake-up shows no change in the list, all maps are read; and where it does, they are
read a moment later, for a swap may have come along. A supervisor sees each map right after it was read.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from .. import errors
from ..dm.device import DeviceEntry
from ..dm.events import DeviceChangeKind, compare
from ..units import DevT, parse_devt
from .causes import NEW_MAP, Causes
from .charge import Charge
from .checks import Checks
from .event import Event, EventKind, changes
from .monitor_event import MonitorEventKind
from .monitored_map import MonitoredMap
from .snapshot import MapSnapshot, read_snapshot

_LATER: Final = 1.0  # seconds until all maps are read after some were


class Rounds:
    """
    The reader of maps.

    Args:
        charge: What the monitor has in its charge.
        checks: Its clock.
        causes: Where plans are wanted.

    Attributes:
        came: Is told of each map that is new.
    """

    def __init__(self, charge: Charge, checks: Checks, causes: Causes) -> None:
        self._charge, self._checks, self._causes = charge, checks, causes
        self.came: Callable[[MonitoredMap], None] = lambda about: None  # noqa: ARG005 -- nobody waits for one
        self._known: dict[DevT, DeviceEntry] = {}
        self._later: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Read every map for the first time; nothing is told."""
        self._listed()
        for devt, entry in self._known.items():
            snapshot = self._read(entry)
            if snapshot is not None:
                self._charge.maps[devt] = MonitoredMap.of(snapshot)

    def stop(self) -> None:
        """Read no more."""
        if self._later is not None:
            self._later.cancel()
        self._later = None

    def look(self) -> None:
        """Read what changed since the last round."""
        self._charge.count("rounds")
        before = self._known
        self._listed()
        found = list(compare(before, self._known))
        if not found:
            self.look_at_all()
            return
        for change in found:
            if change.kind is DeviceChangeKind.REMOVED:
                self._removed(change.entry.devt)
            else:
                self.look_at(change.entry.devt)
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(_LATER, self._look_later)

    def look_at_all(self) -> None:
        """Read every map."""
        for devt in list(self._known):
            self.look_at(devt)

    def look_at(self, devt: DevT) -> None:
        """Read one map, tell what changed, and let its supervisor see it."""
        entry = self._known.get(devt)
        snapshot = None if entry is None else self._read(entry)
        if snapshot is None:
            self._removed(devt)
            return
        about = self._charge.maps.get(devt)
        if about is None or about.snapshot.uuid != snapshot.uuid:
            self._removed(devt)
            self._added(snapshot)
        elif about.snapshot != snapshot:
            self._changed(about, snapshot)

    def see(self, about: MonitoredMap) -> None:
        """Let the supervisor of a map see what was read last."""
        if about.supervisor is None:
            return
        with suppress(errors.UnexpectedStatus, ValueError):
            self._checks.execution.carry_out(about, about.supervisor.see(about.picture(), self._charge.now))

    def _look_later(self) -> None:
        self._later = None
        self._charge.spawn(self._look_in_turns())

    async def _look_in_turns(self) -> None:
        """Read every map, and let what happens meanwhile go first."""
        for devt in list(self._known):
            self.look_at(devt)
            await asyncio.sleep(0)

    def _listed(self) -> None:
        control = self._charge.control
        control.arm_poll()
        self._known = {entry.devt: entry for entry in control.devices()}

    def _read(self, entry: DeviceEntry) -> MapSnapshot | None:
        try:
            return read_snapshot(self._charge.control, entry)
        except errors.DeviceNotFound:
            return None
        except errors.UnexpectedStatus:  # it changes all the time: what was read last holds for a moment longer
            about = self._charge.maps.get(entry.devt)
            return about.snapshot if about else None

    def _added(self, snapshot: MapSnapshot) -> None:
        about = self._charge.maps[snapshot.devt] = MonitoredMap.of(snapshot)
        self._charge.tell(MonitorEventKind.ADDED, about, snapshot=snapshot)
        if about.wwid:
            about.map_loads += 1
            self._causes.want(about.wwid, NEW_MAP, self._charge.now)
            self.came(about)

    def _removed(self, devt: DevT) -> None:
        about = self._charge.maps.pop(devt, None)
        if about is None:
            return
        self._checks.forget(about)
        self._charge.tell(MonitorEventKind.REMOVED, about, snapshot=about.snapshot)
        for member in about.paths.values():
            self._charge.let_go(member.path)

    def _changed(self, about: MonitoredMap, snapshot: MapSnapshot) -> None:
        found = list(changes(about.snapshot, snapshot))
        about.take(snapshot)
        for event in found:
            self._tell(about, event)
            about.map_loads += event.kind is EventKind.RELOADED
        if about.wwid and about.unknown:
            self._causes.want(about.wwid, "it has a path that is not known yet", self._charge.now)
        self.see(about)

    def _tell(self, about: MonitoredMap, event: Event) -> None:
        charge, kind, after = self._charge, MonitorEventKind(event.kind), f"group {event.group}" if event.group else ""
        path = parse_devt(event.path) if event.path else None
        charge.tell(kind, about, path, after=after, reason=event.detail, snapshot=event.snapshot)
