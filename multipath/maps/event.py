"""
What changed on a map between two snapshots: pure.

Strategy: a path's fail count only grows, until its map is reloaded. So two snapshots tell how often a path failed and
came back in between, however short that was, and the events are rebuilt in the one order that fits.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .. import errors
from ..units import DevT
from ..wire.status import GroupState, StatusGroup, StatusPath
from .snapshot import MapSnapshot


class EventKind(enum.StrEnum):
    """
    What an event tells.

    The first snapshot of a watch comes as ``PRESENT``, one for each map. The kernel raises no event when it moves to
    another group by itself: ``GROUP_SWITCHED`` then comes with the next event. ``UNREADABLE`` is a table or a status
    of a newer kernel that this library cannot read; it hides what else happened to that map.
    """

    PRESENT = "present"
    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    RELOADED = "reloaded"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    PATH_FAILED = "path_failed"
    PATH_REINSTATED = "path_reinstated"
    GROUP_SWITCHED = "group_switched"
    GROUP_DISABLED = "group_disabled"
    GROUP_ENABLED = "group_enabled"
    QUEUEING = "queueing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Event:
    """
    One change of one map.

    Attributes:
        kind: What happened.
        snapshot: The map after it; for ``REMOVED`` as it was last seen.
        path: For ``PATH_...`` the device, ``"8:16"``; else empty.
        group: For ``GROUP_...`` and ``PATH_...`` the group's number, from 1; else 0.
        detail: What else there is to say: the old name, the fail count, the paths that are left.
    """

    kind: EventKind
    snapshot: MapSnapshot
    path: str = ""
    group: int = 0
    detail: str = ""

    @property
    def name(self) -> str:
        """The map's name."""
        return self.snapshot.name

    @property
    def event_nr(self) -> int:
        """The kernel's event number of the map, which this event led to."""
        return self.snapshot.info.event_nr

    def __str__(self) -> str:
        """Return one line for people."""
        where = f" {self.path}" if self.path else f" group {self.group}" if self.group else ""
        return f"{self.name}: {self.kind.replace('_', ' ')}{where}{f' ({self.detail})' if self.detail else ''}"


def compare(before: Mapping[DevT, MapSnapshot], now: Mapping[DevT, MapSnapshot]) -> Iterator[Event]:
    """Yield the events between two reads of all maps: first what went away, for its name may be taken again at once."""
    for devt, old in before.items():
        if devt not in now or now[devt].uuid != old.uuid:
            yield Event(EventKind.REMOVED, old)
    for devt, snapshot in now.items():
        known = before.get(devt)
        if known is None or known.uuid != snapshot.uuid:
            yield Event(EventKind.ADDED, snapshot, detail=_paths(snapshot))
        else:
            yield from changes(known, snapshot)


def changes(before: MapSnapshot, now: MapSnapshot) -> Iterator[Event]:
    """Yield the events of one map between two snapshots of it."""
    now.share(before)
    if before.name != now.name:
        yield Event(EventKind.RENAMED, now, detail=f"was {before.name}")
    if now.info.suspended and not before.info.suspended:
        yield Event(EventKind.SUSPENDED, now)
    try:
        yield from list(_inner_changes(before, now))
    except errors.UnexpectedStatus as error:
        if (before.table_line, before.status_line) != (now.table_line, now.status_line):
            yield Event(EventKind.UNREADABLE, now, detail=str(error))
    if before.info.suspended and not now.info.suspended:
        yield Event(EventKind.RESUMED, now)


def _inner_changes(before: MapSnapshot, now: MapSnapshot) -> Iterator[Event]:
    if _is_reloaded(before, now):
        yield Event(EventKind.RELOADED, now, detail=_paths(now))
    else:
        yield from _path_changes(before, now)
        yield from _group_changes(before, now)
        yield from _queueing_change(before, now)


def _is_reloaded(before: MapSnapshot, now: MapSnapshot) -> bool:
    """Tell whether another table came: other paths, another size, or counters that only a reload can explain."""
    if before.size != now.size or _shape(before) != _shape(now):
        return True
    # A path that was active and is not has failed once more, unless its count began anew.
    return any(
        new.fail_count < old.fail_count + (old.active and not new.active)
        for old, new in zip(before.status.paths, now.status.paths, strict=True)
    )


def _shape(snapshot: MapSnapshot) -> object:
    table, devices = snapshot.table, [[path.device for path in group.paths] for group in snapshot.status.groups]
    return devices, table.groups, table.handler, table.features.queue_mode


def _path_changes(before: MapSnapshot, now: MapSnapshot) -> Iterator[Event]:
    for number, (old_group, new_group) in enumerate(zip(before.status.groups, now.status.groups, strict=True), start=1):
        for old, new in zip(old_group.paths, new_group.paths, strict=True):
            yield from _flaps(old, new, number, now)


def _flaps(old: StatusPath, new: StatusPath, group: int, now: MapSnapshot) -> Iterator[Event]:
    active, count = old.active, old.fail_count
    while count < new.fail_count or active != new.active:
        count += active
        active = not active
        kind = EventKind.PATH_REINSTATED if active else EventKind.PATH_FAILED
        yield Event(kind, now, new.device, group, f"fail count {count}, {_paths(now)}")


def _group_changes(before: MapSnapshot, now: MapSnapshot) -> Iterator[Event]:
    for number, (old, new) in enumerate(zip(before.status.groups, now.status.groups, strict=True), start=1):
        yield from _bypass_change(old, new, number, now)
    if before.status.current_group != now.status.current_group:
        detail = f"from group {before.status.current_group}"
        yield Event(EventKind.GROUP_SWITCHED, now, group=now.status.current_group, detail=detail)


def _bypass_change(old: StatusGroup, new: StatusGroup, group: int, now: MapSnapshot) -> Iterator[Event]:
    was, is_now = old.state is GroupState.DISABLED, new.state is GroupState.DISABLED
    if was != is_now:
        yield Event(EventKind.GROUP_DISABLED if is_now else EventKind.GROUP_ENABLED, now, group=group)


def _queueing_change(before: MapSnapshot, now: MapSnapshot) -> Iterator[Event]:
    was, is_now = before.table.features.queue_if_no_path, now.table.features.queue_if_no_path
    # A suspend hides the flag for a while; it comes back with the resume.
    if was != is_now and not (before.info.suspended or now.info.suspended):
        yield Event(EventKind.QUEUEING, now, detail="on" if is_now else "off")


def _paths(snapshot: MapSnapshot) -> str:
    try:
        status = snapshot.status
    except errors.UnexpectedStatus as error:
        return str(error)
    return f"{status.paths_active} of {status.paths_total} paths active"
