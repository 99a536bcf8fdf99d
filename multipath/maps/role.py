"""
What a block device is to multipath: a map, a path of one, a partition of either, or something else.

Strategy: nothing is guessed from a name. A map is what has a live multipath table; a path of it is what that table
names; a partition of it is a device whose uuid says so and which is built on that map.
"""

import enum
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as Folder
from typing import Final

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..paths.discover import read_path
from ..paths.sysfs import block_folder, device_of, number
from ..units import DevT, format_devt
from .snapshot import MapSnapshot, read_snapshot

_PARTITION: Final = re.compile(r"part([0-9]{1,4})-(.+)", re.ASCII)
_DM: Final = "dm-"


class RoleKind(enum.StrEnum):
    """
    The kinds.

    ``NATIVE`` is a namespace that the NVMe driver multipaths itself, ``DEVICE`` a device of device-mapper of another
    kind, ``OTHER`` everything that can be no path: a loop device, an array of md.
    """

    MAP = "map"
    MEMBER = "member"
    PATH = "path"
    PARTITION = "partition"
    NATIVE = "native"
    DEVICE = "device"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DeviceRole:
    """
    What one block device is.

    Attributes:
        kind: What.
        devt: Its number.
        name: Its name: of a device of device-mapper that, else the kernel's.
        map: The map that it is, or is a path of, or that its partition lies on; ``None`` where there is none.
        partition: The number of a partition; 0 for what is none.
        disk: For a partition the disk, or the map, that it lies on.
    """

    kind: RoleKind
    devt: DevT
    name: str
    map: MapSnapshot | None = None
    partition: int = 0
    disk: DevT | None = None

    @property
    def wwid(self) -> str:
        """The WWID of its map, where that has a uuid of multipath-tools' kind; else empty."""
        return "" if self.map is None else self.map.wwid

    def __str__(self) -> str:
        """Return one line."""
        of = f" of map {self.map.name}" if self.map is not None and self.kind is not RoleKind.MAP else ""
        what = f"partition {self.partition}" if self.kind is RoleKind.PARTITION else str(self.kind)
        return f"{self.name} ({format_devt(self.devt)}): {what}{of}"


def role_of(devt: DevT, *, control: Control, sysfs: Folder) -> DeviceRole:
    """
    Return what a block device is; opens nothing.

    Raises:
        AmbiguousRef: two maps have it as a path.
    """
    info = _info(control, devt)
    if info is not None:
        return _of_device_mapper(info, control)
    folder = block_folder(devt, sysfs)
    above = number(folder, "partition")
    if above is not None:
        disk = device_of(folder.parent)
        found = None if disk is None else map_over(disk, control=control, sysfs=sysfs)
        return DeviceRole(RoleKind.PARTITION, devt, folder.name, found, above, disk)
    found = map_over(devt, control=control, sysfs=sysfs)
    if found is not None:
        return DeviceRole(RoleKind.MEMBER, devt, folder.name, found)
    path = read_path(folder)
    kind = RoleKind.OTHER if path is None else RoleKind.NATIVE if path.native else RoleKind.PATH
    return DeviceRole(kind, devt, folder.name)


def map_over(path: DevT, *, control: Control, sysfs: Folder) -> MapSnapshot | None:
    """
    Return the map whose live table has ``path``; ``None`` where none has.

    Raises:
        AmbiguousRef: two have it.
    """
    word = format_devt(path)
    found = [each for each in _maps_over(path, control, sysfs) if word in each.table.devices]
    if len(found) > 1:
        names = " and ".join(f"{each.name} ({format_devt(each.devt)})" for each in found)
        raise errors.AmbiguousRef(f"{word} is a path of two maps, {names}; remove one of them")
    return found[0] if found else None


def _maps_over(path: DevT, control: Control, sysfs: Folder) -> Iterator[MapSnapshot]:
    holders = block_folder(path, sysfs) / "holders"
    try:
        names = os.listdir(holders)
    except OSError:
        return
    for name in names:
        devt = device_of(holders / name) if name.startswith(_DM) else None
        try:
            snapshot = None if devt is None else read_snapshot(control, devt)
        except errors.DeviceNotFound:
            continue
        if snapshot is not None:
            yield snapshot


def _info(control: Control, devt: DevT) -> DeviceInfo | None:
    """Return the device of device-mapper with this number; ``None`` where there is none."""
    try:
        return control.info(devt)
    except errors.DeviceNotFound:
        return None


def _of_device_mapper(info: DeviceInfo, control: Control) -> DeviceRole:
    snapshot = read_snapshot(control, info)
    if snapshot is not None:
        return DeviceRole(RoleKind.MAP, info.devt, info.name, snapshot)
    match = _PARTITION.fullmatch(info.uuid)
    below = control.deps(info) if match is not None else ()
    whole = read_snapshot(control, below[0]) if len(below) == 1 else None
    if match is None or whole is None or match[2] != whole.uuid:
        return DeviceRole(RoleKind.DEVICE, info.devt, info.name)
    return DeviceRole(RoleKind.PARTITION, info.devt, info.name, whole, int(match[1]), whole.devt)
