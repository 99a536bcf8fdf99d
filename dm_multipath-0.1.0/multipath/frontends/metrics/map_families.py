"""
What the kernel says of maps, groups and paths, as metrics; pure.

A device may stand in several groups of a map, so the series of a path have its group as a label. Where it stands twice
in one group, the first place is told.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from ... import errors
from ...maps.ownership import UUID_PREFIX
from ...maps.snapshot import MapSnapshot
from ...paths.path import Path
from ...units import to_bytes
from ...wire.selectors import HistoricalServiceTimeStatus, QueueLengthStatus, SelectorWords, ServiceTimeStatus
from ...wire.status import GroupState, StatusGroup, StatusPath
from .family import NO_LABELS, Family, Kind, Labels, Readings, more

_MAP: Final = ("map",)
_GROUP: Final = ("map", "group")
_PATH: Final = ("map", "group", "path")

MAP_INFO: Final = Family(
    "multipath_map_info",
    Kind.INFO,
    "Which logical unit a map leads to, the kernel's node of it, and its hardware handler.",
    ("map", "uuid", "wwid", "node", "handler"),
)
READABLE: Final = Family("multipath_map_readable", Kind.GAUGE, "1 where table and status could be read.", _MAP)
SIZE: Final = Family("multipath_map_size_bytes", Kind.GAUGE, "Size of the map.", _MAP)
PATHS: Final = Family("multipath_map_paths", Kind.GAUGE, "How many paths the map has, working or not.", _MAP)
ACTIVE_PATHS: Final = Family(
    "multipath_map_paths_active", Kind.GAUGE, "How many paths of the map the kernel may use.", _MAP
)
GROUPS: Final = Family("multipath_map_groups", Kind.GAUGE, "How many priority groups the map has.", _MAP)
CURRENT_GROUP: Final = Family(
    "multipath_map_current_group", Kind.GAUGE, "The group that I/O goes through, from 1; 0 without groups.", _MAP
)
QUEUEING: Final = Family(
    "multipath_map_queue_if_no_path",
    Kind.GAUGE,
    "1 where I/O waits, and does not fail, while there is no path; a suspended map hides it.",
    _MAP,
)
QUEUE_IO: Final = Family(
    "multipath_map_queue_io", Kind.GAUGE, "1 where I/O waits for a group to be activated, or for the first I/O.", _MAP
)
ACTIVATIONS: Final = Family(
    "multipath_map_activations", Kind.GAUGE, "Activations of the current group that were begun.", _MAP
)
SUSPENDED: Final = Family("multipath_map_suspended", Kind.GAUGE, "1 where the map holds back all I/O.", _MAP)
READ_ONLY: Final = Family("multipath_map_read_only", Kind.GAUGE, "1 where the map refuses writes.", _MAP)
OPENERS: Final = Family("multipath_map_openers", Kind.GAUGE, "How often the map is open.", _MAP)
KERNEL_EVENTS: Final = Family(
    "multipath_map_kernel_events_total", Kind.COUNTER, "The kernel's event number of the map.", _MAP
)
GROUP_INFO: Final = Family(
    "multipath_group_info", Kind.INFO, "The path selector of a group.", ("map", "group", "selector")
)
GROUP_IN_USE: Final = Family("multipath_group_in_use", Kind.GAUGE, "1 where I/O goes through the group.", _GROUP)
GROUP_BYPASSED: Final = Family(
    "multipath_group_bypassed", Kind.GAUGE, "1 where the group is disabled: used only when no other has a path.", _GROUP
)
GROUP_PATHS: Final = Family("multipath_group_paths", Kind.GAUGE, "How many paths the group has.", _GROUP)
GROUP_ACTIVE_PATHS: Final = Family(
    "multipath_group_paths_active", Kind.GAUGE, "How many paths of the group the kernel may use.", _GROUP
)
PATH_ACTIVE: Final = Family(
    "multipath_path_active", Kind.GAUGE, "1 where the kernel may use the path, 0 where it has failed.", _PATH
)
PATH_FAILURES: Final = Family(
    "multipath_path_failures_total", Kind.COUNTER, "How often the path failed since its table was loaded.", _PATH
)
IN_FLIGHT_BYTES: Final = Family(
    "multipath_path_in_flight_bytes", Kind.GAUGE, "Bytes in flight, where the selector is service-time.", _PATH
)
IN_FLIGHT_IOS: Final = Family(
    "multipath_path_in_flight_ios",
    Kind.GAUGE,
    "I/Os in flight, where the selector is queue-length or historical-service-time.",
    _PATH,
)
SERVICE_TIME: Final = Family(
    "multipath_path_service_time_seconds",
    Kind.GAUGE,
    "What an I/O takes lately, where the selector is historical-service-time.",
    _PATH,
)
PATH_INFO: Final = Family(
    "multipath_path_info",
    Kind.INFO,
    "Which device a path is, and what it leads through; of paths that sysfs shows.",
    (*_PATH, "device", "hctl", "protocol", "adapter", "target_port", "vendor", "model"),
)
DEVICE_STATE: Final = Family(
    "multipath_path_device_state",
    Kind.GAUGE,
    "1 for the state that the SCSI device or the NVMe controller is in.",
    (*_PATH, "state"),
)
FAMILIES: Final = (
    MAP_INFO, READABLE, SIZE, PATHS, ACTIVE_PATHS, GROUPS, CURRENT_GROUP, QUEUEING, QUEUE_IO, ACTIVATIONS, SUSPENDED,
    READ_ONLY, OPENERS, KERNEL_EVENTS, GROUP_INFO, GROUP_IN_USE, GROUP_BYPASSED, GROUP_PATHS, GROUP_ACTIVE_PATHS,
    PATH_ACTIVE, PATH_FAILURES, IN_FLIGHT_BYTES, IN_FLIGHT_IOS, SERVICE_TIME, PATH_INFO, DEVICE_STATE,
)  # fmt: skip

_FIXED_POINT: Final = 1024  # what the kernel prints a nanosecond as


def add_maps(readings: Readings, snapshots: Iterable[MapSnapshot], devices: Mapping[str, Path]) -> None:
    """
    Add all that the kernel says of these maps.

    Args:
        readings: What is added to.
        snapshots: The maps; one that cannot be read costs the others nothing.
        devices: The path devices, by ``major:minor``.
    """
    for snapshot in snapshots:
        labels = more(NO_LABELS, map=snapshot.name)
        try:
            _ = snapshot.status
        except errors.UnexpectedStatus:
            readings[READABLE].add(labels, 0)
            continue
        readings[READABLE].add(labels, 1)
        _add_map(readings, labels, snapshot)
        for number, group in enumerate(snapshot.status.groups, start=1):
            _add_group(readings, more(labels, group=str(number)), group, devices)


def path_label(device: str, devices: Mapping[str, Path]) -> str:
    """Return what a path is called: by the kernel's name, or by number where sysfs does not show it."""
    path = devices.get(device)
    return path.name if path else device


def _add_map(readings: Readings, labels: Labels, snapshot: MapSnapshot) -> None:
    info, status, table, uuid = snapshot.info, snapshot.status, snapshot.table, snapshot.uuid
    handler = table.handler.name if table.handler else ""
    wwid = uuid.removeprefix(UUID_PREFIX) if uuid.startswith(UUID_PREFIX) else ""
    readings[MAP_INFO].add(more(labels, uuid=uuid, wwid=wwid, node=info.node, handler=handler), 1)
    for family, value in (
        (SIZE, to_bytes(snapshot.size)),
        (PATHS, status.paths_total),
        (ACTIVE_PATHS, status.paths_active),
        (GROUPS, len(status.groups)),
        (CURRENT_GROUP, status.current_group),
        (QUEUEING, table.features.queue_if_no_path),
        (QUEUE_IO, status.queue_io),
        (ACTIVATIONS, status.pg_init_count),
        (SUSPENDED, info.suspended),
        (READ_ONLY, info.read_only),
        (OPENERS, info.open_count),
        (KERNEL_EVENTS, info.event_nr),
    ):
        readings[family].add(labels, value)


def _add_group(readings: Readings, labels: Labels, group: StatusGroup, devices: Mapping[str, Path]) -> None:
    readings[GROUP_INFO].add(more(labels, selector=group.selector.name), 1)
    readings[GROUP_IN_USE].add(labels, group.state is GroupState.ACTIVE)
    readings[GROUP_BYPASSED].add(labels, group.state is GroupState.DISABLED)
    readings[GROUP_PATHS].add(labels, len(group.paths))
    readings[GROUP_ACTIVE_PATHS].add(labels, sum([path.active for path in group.paths]))
    active, failures = readings[PATH_ACTIVE], readings[PATH_FAILURES]
    first: dict[str, StatusPath] = {}
    for path in group.paths:
        first.setdefault(path.device, path)
    for path in first.values():
        own = more(labels, path=path_label(path.device, devices))
        active.add(own, 1 if path.active else 0)
        failures.add(own, path.fail_count)
        if path.selector_status is not None:
            _add_selector_values(readings, own, path.selector_status)
        if path.device in devices:
            _add_device(readings, own, path, devices[path.device])


def _add_selector_values(readings: Readings, labels: Labels, said: SelectorWords) -> None:
    match said:
        case ServiceTimeStatus(in_flight, _):
            readings[IN_FLIGHT_BYTES].add(labels, in_flight)
        case QueueLengthStatus(in_flight):
            readings[IN_FLIGHT_IOS].add(labels, in_flight)
        case HistoricalServiceTimeStatus(time, outstanding, _):
            readings[IN_FLIGHT_IOS].add(labels, outstanding)
            readings[SERVICE_TIME].add(labels, time / _FIXED_POINT / 1e9)


def _add_device(readings: Readings, labels: Labels, path: StatusPath, device: Path) -> None:
    values = {
        "device": path.device,
        "hctl": device.hctl,
        "protocol": device.protocol,
        "adapter": device.adapter,
        "target_port": device.target_port,
        "vendor": device.vendor,
        "model": device.model,
    }
    readings[PATH_INFO].add(more(labels, **{name: value or "" for name, value in values.items()}), 1)
    if device.state:
        readings[DEVICE_STATE].add(more(labels, state=device.state), 1)
