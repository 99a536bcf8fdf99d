"""
What must go when a map goes: the device, its links, and where asked its paths.

Strategy: a removal is over when nobody finds anything any more. Somebody may make the map again meanwhile, as
multipathd does when uevents come late; so what is looked for is its identity, not one device number.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path as Folder
from typing import Final

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceEntry, DeviceInfo
from ..dm.name import link_name
from ..paths.sysfs import block_folder, number
from ..units import DevT, format_devt
from .ownership import UUID_PREFIX

_BY_ID: Final = "/dev/disk/by-id"


@dataclass(frozen=True, slots=True)
class Departing:
    """
    What is to be gone.

    Attributes:
        uuid: The map's; empty without one.
        devt: The map's number; ``None`` where it was gone from the start.
        links: What led to it.
        paths: Its paths, by their numbers, with the disks that they were.
    """

    uuid: str = ""
    devt: DevT | None = None
    links: tuple[str, ...] = ()
    paths: tuple[tuple[DevT, int | None], ...] = ()

    @classmethod
    def of(
        cls,
        device: DeviceEntry | DeviceInfo | None,
        ref: str,
        paths: Iterable[DevT],
        *,
        control: Control,
        sysfs: Folder,
    ) -> "Departing":
        """Return what is to be gone of a device, or of what ``ref`` named where there is none."""
        disks = tuple((path, _disk(path, sysfs)) for path in paths)
        if device is None:  # it may have been named by its uuid or WWID
            links = (*_links(ref, ref), *_links("", f"{UUID_PREFIX}{ref}")) if control.has_nodes else ()
            return cls(links=links, paths=disks)
        uuid = device.uuid if isinstance(device, DeviceInfo) else control.uuid_of(device)
        return cls(uuid, device.devt, tuple(_links(device.name, uuid)) if control.has_nodes else (), disks)

    @property
    def wwid(self) -> str:
        """The WWID of a map of multipath-tools' kind; else empty."""
        return self.uuid.removeprefix(UUID_PREFIX) if self.uuid.startswith(UUID_PREFIX) else ""

    def left(self, *, control: Control, sysfs: Folder) -> tuple[list[str], DeviceInfo | None]:
        """Return what is still there, one line each, and the map if it is."""
        entries = [(each, uuid) for each in control.devices() if (uuid := _uuid(each, control)) is not None]
        device = next((each for each, uuid in entries if self._is(each, uuid)), None)
        info = None if device is None else _info(device, control)
        lines = [] if info is None else [_told(info, again=info.devt != self.devt)]
        others = {link for each, uuid in entries if each is not device for link in _links(each.name, uuid)}
        lines += [f"{link} is there" for link in self.links if link not in others and os.path.lexists(link)]
        lines += [f"path {format_devt(path)} is there" for path, disk in self.paths if _is_there(path, disk, sysfs)]
        return lines, info

    def _is(self, device: DeviceEntry, uuid: str) -> bool:
        return uuid == self.uuid and (bool(uuid) or device.devt == self.devt)


def _uuid(device: DeviceEntry, control: Control) -> str | None:
    """Return the uuid of a listed device; ``None`` where it has gone away meanwhile."""
    try:
        return control.uuid_of(device)
    except errors.DeviceNotFound:
        return None


def _info(device: DeviceEntry, control: Control) -> DeviceInfo | None:
    try:
        return control.info(device)
    except errors.DeviceNotFound:
        return None


def _links(name: str, uuid: str) -> Iterator[str]:
    """Yield where udev's rules link to a device; a node is itself."""
    if "/" in name:
        yield name
    elif name:
        yield f"/dev/mapper/{link_name(name)}"
        yield f"{_BY_ID}/dm-name-{link_name(name)}"
    if uuid and "/" not in uuid:
        yield f"{_BY_ID}/dm-uuid-{uuid}"


def _told(info: DeviceInfo, *, again: bool) -> str:
    state = f"open {info.open_count} times" if info.open_count else "open nowhere"
    doomed = ", to be removed with its last user" if info.deferred_remove else ""
    return f"{info} is there{' again' if again else ''}, {state}{doomed}"


def _disk(path: DevT, sysfs: Folder) -> int | None:
    return number(block_folder(path, sysfs), "diskseq")


def _is_there(path: DevT, disk: int | None, sysfs: Folder) -> bool:
    return (sysfs / "dev/block" / format_devt(path)).exists() and _disk(path, sysfs) == disk
