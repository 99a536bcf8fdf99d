"""
What ``-o json`` prints: the records of maps, groups, paths and events, pure.

The keys are a promise: none is renamed or removed, new ones may come. There is no key ``paths`` for a number, for
nobody could tell whether it counts all paths or the working ones; ``paths`` is always the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Final, TypedDict

from ... import errors
from ...maps.ownership import UUID_PREFIX
from ...maps.snapshot import MapSnapshot
from ...paths.brief import PathBrief, path_brief
from ...units import format_devt, parse_devt, to_bytes
from ...wire.status import GroupState, StatusGroup, StatusPath
from .selector_values import Values, selector_values

if TYPE_CHECKING:
    from ...maps.event import Event

STATES: Final = {GroupState.ACTIVE: "active", GroupState.ENABLED: "enabled", GroupState.DISABLED: "disabled"}
Devices = Mapping[str, PathBrief | None]


class PathRecord(TypedDict):
    """
    A path of a group.

    Attributes:
        device_number: ``"8:16"``.
        name: The kernel's name; this, and ``hctl`` to ``size_bytes``, are ``null`` where sysfs has no such path.
        state: ``"active"`` or ``"failed"``: whether device-mapper may use it.
        fail_count: How often it failed since the table was loaded.
        selector_values: What the selector says: ``in_flight_bytes``, ``in_flight_ios``, ``relative_throughput``,
            ``service_time_ns``, ``stale_after_ns``, ``misses_of_group``, or ``words``.
        hctl: ``"0:0:0:0"``.
        device_state: The SCSI device's state, ``"running"`` or ``"offline"``, or the NVMe controller's.
        vendor: From INQUIRY.
        model: From INQUIRY.
        designator: The identity of the logical unit, as the kernel holds it.
        size_bytes: The path's own size.
    """

    device_number: str
    name: str | None
    state: str
    fail_count: int
    selector_values: Values
    hctl: str | None
    device_state: str | None
    vendor: str | None
    model: str | None
    designator: str | None
    size_bytes: int | None


class GroupRecord(TypedDict):
    """
    A priority group.

    Attributes:
        number: From 1, as ``mpath switch`` takes it.
        state: ``"active"``, ``"enabled"`` or ``"disabled"``.
        selector: The name of its path selector.
        paths_total: How many paths it has.
        paths_active: How many of them device-mapper may use.
        paths: The paths.
    """

    number: int
    state: str
    selector: str
    paths_total: int
    paths_active: int
    paths: list[PathRecord]


class MapRecord(TypedDict):
    """
    A map as ``mpath list`` prints it.

    Attributes:
        name: Its name.
        uuid: Its uuid; empty without one.
        wwid: The uuid without ``mpath-``; ``null`` where the uuid has another form.
        device_number: ``"253:0"``.
        node: ``"dm-0"``.
        size_bytes: Its size.
        event_nr: The kernel's event number of this snapshot.
        suspended: Whether I/O is held back.
        read_only: Whether it refuses writes.
        queue_if_no_path: Whether I/O is kept while no path is left; a suspended map hides it.
        open_count: How often it is open.
        paths_total: How many paths it has.
        paths_active: How many of them device-mapper may use.
        groups_total: How many groups it has.
        current_group: The group that I/O goes through, from 1; 0 without groups.
    """

    name: str
    uuid: str
    wwid: str | None
    device_number: str
    node: str
    size_bytes: int
    event_nr: int
    suspended: bool
    read_only: bool
    queue_if_no_path: bool
    open_count: int
    paths_total: int
    paths_active: int
    groups_total: int
    current_group: int


class MapTree(MapRecord):
    """
    A map as ``mpath show`` prints it.

    Attributes:
        features: The words of its features.
        hardware_handler: The name of its hardware handler, or ``null``.
        groups: Its groups.
    """

    features: list[str]
    hardware_handler: str | None
    groups: list[GroupRecord]


class EventRecord(TypedDict):
    """
    One event, as ``mpath watch`` prints it.

    Attributes:
        event: ``present``, ``added``, ``removed``, ``renamed``, ``reloaded``, ``suspended``, ``resumed``,
            ``path_failed``, ``path_reinstated``, ``group_switched``, ``group_disabled``, ``group_enabled``,
            ``queueing`` or ``unreadable``.
        name: The map's name after the event.
        uuid: The map's uuid; empty without one.
        path: The device number of the path, or ``null``.
        group: The number of the group, or ``null``.
        detail: One sentence for people.
        map: The map after the event; for ``removed`` as it was last seen; ``null`` where its table or status is one of
            a newer kernel, which cannot be read.
    """

    event: str
    name: str
    uuid: str
    path: str | None
    group: int | None
    detail: str
    map: MapRecord | None


def devices_of(snapshots: Iterable[MapSnapshot], sysfs: Folder, *, identity: bool = True) -> Devices:
    """
    Return the path devices of maps by ``major:minor``, as a status names them; ``None`` for one that sysfs has not.

    Args:
        snapshots: The maps.
        sysfs: The root of sysfs.
        identity: Whether designators and sizes are to be known.
    """
    names = dict.fromkeys(path.device for snapshot in snapshots for path in snapshot.status.paths)
    return {name: _brief(name, sysfs, identity=identity) for name in names}


def map_record(snapshot: MapSnapshot) -> MapRecord:
    """Return one map without its groups."""
    info, status, uuid = snapshot.info, snapshot.status, snapshot.uuid
    return {
        "name": snapshot.name,
        "uuid": uuid,
        "wwid": uuid.removeprefix(UUID_PREFIX) if uuid.startswith(UUID_PREFIX) else None,
        "device_number": format_devt(snapshot.devt),
        "node": info.node,
        "size_bytes": to_bytes(snapshot.size),
        "event_nr": info.event_nr,
        "suspended": info.suspended,
        "read_only": info.read_only,
        "queue_if_no_path": snapshot.table.features.queue_if_no_path,
        "open_count": info.open_count,
        "paths_total": status.paths_total,
        "paths_active": status.paths_active,
        "groups_total": len(status.groups),
        "current_group": status.current_group,
    }


def map_tree(snapshot: MapSnapshot, devices: Devices) -> MapTree:
    """Return one map with its groups and paths."""
    table, groups = snapshot.table, enumerate(snapshot.status.groups, start=1)
    return {
        **map_record(snapshot),
        "features": list(table.features.words()),
        "hardware_handler": table.handler.name if table.handler else None,
        "groups": [_group_record(number, group, devices) for number, group in groups],
    }


def event_record(event: Event) -> EventRecord:
    """Return one event."""
    return {
        "event": event.kind.value,
        "name": event.name,
        "uuid": event.snapshot.uuid,
        "path": event.path or None,
        "group": event.group or None,
        "detail": event.detail,
        "map": _record_if_readable(event.snapshot),
    }


def _brief(name: str, sysfs: Folder, *, identity: bool) -> PathBrief | None:
    try:
        return path_brief(parse_devt(name), sysfs, identity=identity)
    except ValueError:  # a newer kernel may name devices in another way
        return None


def _record_if_readable(snapshot: MapSnapshot) -> MapRecord | None:
    try:
        return map_record(snapshot)
    except errors.UnexpectedStatus:
        return None


def _group_record(number: int, group: StatusGroup, devices: Devices) -> GroupRecord:
    return {
        "number": number,
        "state": STATES[group.state],
        "selector": group.selector.name,
        "paths_total": len(group.paths),
        "paths_active": sum(path.active for path in group.paths),
        "paths": [_path_record(path, devices.get(path.device)) for path in group.paths],
    }


def _path_record(path: StatusPath, device: PathBrief | None) -> PathRecord:
    return {
        "device_number": path.device,
        "name": device.name if device else None,
        "state": "active" if path.active else "failed",
        "fail_count": path.fail_count,
        "selector_values": selector_values(path.selector_status),
        "hctl": device.hctl if device else None,
        "device_state": device.state if device else None,
        "vendor": device.vendor if device else None,
        "model": device.model if device else None,
        "designator": device.designator if device else None,
        "size_bytes": to_bytes(device.size) if device and device.size is not None else None,
    }
