"""What a block device is to multipath, for programs and for people; the keys are a promise; pure."""

from typing import Final, TypedDict

from ...maps.role import DeviceRole, RoleKind
from ...units import format_devt
from .terminal import Line, Span

_STYLES: Final = {RoleKind.MAP: "green", RoleKind.MEMBER: "green", RoleKind.PATH: "yellow", RoleKind.OTHER: "dim"}


class RoleRecord(TypedDict):
    """
    One block device.

    Attributes:
        name: Its name: of a device of device-mapper that, else the kernel's.
        device_number: ``"8:16"``.
        kind: ``"map"``, ``"member"``, ``"path"``, ``"partition"``, ``"native"``, ``"device"`` or ``"other"``.
        map: The name of the map that it is, is a path of, or that its partition lies on; ``null`` where there is none.
        wwid: The WWID of that map; ``null`` without one.
        partition: The number of a partition; ``null`` for what is none.
        disk: The device number of the disk, or the map, that a partition lies on; ``null`` likewise.
    """

    name: str
    device_number: str
    kind: str
    map: str | None
    wwid: str | None
    partition: int | None
    disk: str | None


def role_record(role: DeviceRole) -> RoleRecord:
    """Return one device for programs."""
    return {
        "name": role.name,
        "device_number": format_devt(role.devt),
        "kind": str(role.kind),
        "map": None if role.map is None else role.map.name,
        "wwid": role.wwid or None,
        "partition": role.partition or None,
        "disk": None if role.disk is None else format_devt(role.disk),
    }


def role_cells(role: DeviceRole) -> Line:
    """Return one device as a row: name, number, what it is, its map, and the WWID of that."""
    what = f"partition {role.partition}" if role.kind is RoleKind.PARTITION else str(role.kind)
    return (
        Span(role.name, "bold"),
        Span(format_devt(role.devt)),
        Span(what, _STYLES.get(role.kind, "")),
        Span("-" if role.map is None else role.map.name),
        Span(role.wwid or "-"),
    )
