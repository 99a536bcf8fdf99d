"""Making a map: all of it, or nothing of it is left; one that is there as asked is taken as it is."""

import errno
from collections.abc import Sequence
from pathlib import Path as Folder
from typing import Protocol

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.name import checked_name, checked_uuid
from ..dm.target import Target
from ..dm.udev_flag import UdevFlag
from ..paths.commands import Commands
from ..paths.identity import check_one_unit, common_size
from ..units import DevT, Sectors
from ..wire.table import MultipathTable
from .numbered import numbered
from .ownership import refuse_claimed_paths, refuse_daemons_map
from .snapshot import MULTIPATH, MapSnapshot, read_map, read_snapshot
from .udev_rules import udev_flags_for


class Machine(Protocol):
    """Where a map is made; `Host` is one."""

    @property
    def control(self) -> Control:
        """Its device-mapper."""

    @property
    def sysfs(self) -> Folder:
        """The root of its sysfs."""

    @property
    def commands(self) -> Commands:
        """How its paths are asked."""


def create(
    machine: Machine,
    name: str,
    table: MultipathTable,
    *,
    uuid: str | None,
    size: Sectors | None,
    read_only: bool,
    verify: bool,
    force: bool,
    udev_flags: UdevFlag,
) -> MapSnapshot:
    """Make a map and let I/O flow; `Host.create` says what of, and what it raises."""
    control = machine.control
    checked_name(name)
    if uuid is not None:
        checked_uuid(uuid)
    refuse_daemons_map(control, name, uuid or "", "creation", force=force)
    table, paths = numbered(table, machine.sysfs, nodes=control.shared)
    length = _size(machine, paths, size, verify=verify)
    if verify:
        refuse_claimed_paths(paths, name, sysfs=machine.sysfs)
    line = Target(Sectors(0), length, MULTIPATH, str(table))
    try:
        device, made_here = control.create(name, uuid=uuid), True
    except errors.DeviceExists as exists:
        device, made_here = _adopted(control, exists, name, uuid or ""), False
        if device.live_table:
            return _as_asked(control, exists, device, table, length)
    flags = udev_flags_for(len(paths)) | udev_flags
    return _finish(control, device, line, flags, read_only=read_only, made_here=made_here)


def _size(machine: Machine, paths: Sequence[DevT], size: Sectors | None, *, verify: bool) -> Sectors:
    if paths and verify:
        found = check_one_unit(paths, sysfs=machine.sysfs, commands=machine.commands)
        if size not in (None, found):
            raise errors.PathsDiffer(f"the paths have {found} sectors, not {size}; nothing was changed")
        return found
    if paths and size is None:
        return common_size(paths, sysfs=machine.sysfs)
    if size is None:
        raise errors.PathsDiffer("a table without paths has no size of its own; give size=")
    return size


def _adopted(control: Control, exists: errors.DeviceExists, name: str, uuid: str) -> DeviceInfo:
    """Return the device that has both the name and the uuid; any other is somebody else's."""
    try:
        device = control.info(name)
    except errors.DeviceNotFound:
        raise exists from None
    if device.uuid != uuid:
        raise exists
    return device


def _as_asked(
    control: Control, exists: errors.DeviceExists, device: DeviceInfo, table: MultipathTable, length: Sectors
) -> MapSnapshot:
    """Return a map that is there already, where it is the one that is asked for."""
    if device.deferred_remove:
        hint = "it is to be removed when its last user closes it: wait until it is gone"
        raise errors.DeviceExists(exists.errno or errno.EBUSY, exists.ioctl, str(device), exists.said, hint)
    snapshot = read_snapshot(control, device)
    same = snapshot is not None and snapshot.size == length and table.same_as(snapshot.table)
    if not (device.uuid and same):
        raise exists
    control.make_nodes()
    return read_map(control, device)


def _finish(
    control: Control, device: DeviceInfo, line: Target, flags: UdevFlag, *, read_only: bool, made_here: bool
) -> MapSnapshot:
    try:
        control.load(device, [line], read_only=read_only)
        control.resume(device, udev_flags=flags)
        return read_map(control, device)
    except BaseException as error:
        try:
            control.remove(device) if made_here else control.clear(device)
        except errors.MultipathError as left:
            error.add_note(f"{device} could not be taken back: {left}")
        raise
