"""
Maps as sysfs shows them: for who may not ask device-mapper, which takes root.

Sysfs does not tell the type of a table. So a map is what has a uuid of multipath-tools' kind, and one that was made
without a uuid is not seen. What only device-mapper tells is not there either: groups, states of paths, queueing.
"""

import os
from dataclasses import dataclass
from pathlib import Path as Folder
from typing import Final

from ..paths.sysfs import attribute, device_of, number, size_of
from ..paths.udev import UdevDatabase
from ..units import DevT, Sectors, format_devt
from .ownership import UUID_PREFIX

_DM: Final = "dm-"


@dataclass(frozen=True, slots=True)
class SeenMap:
    """
    A map as sysfs and udev's database show it; nothing was opened.

    Attributes:
        name: Its name.
        uuid: Its uuid, which begins with ``mpath-``.
        devt: Its device number.
        size: The size that its disk has.
        suspended: Whether I/O is held back.
        read_only: Whether it refuses writes.
        paths: The kernel's names of its paths, working or not, by number.
        links: What leads to it below ``/dev``: made by udev, the persistent names for fstab, LVM and boot loaders; its
            name in ``/dev/mapper`` alone where there is no udev.
    """

    name: str
    uuid: str
    devt: DevT
    size: Sectors
    suspended: bool
    read_only: bool
    paths: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def wwid(self) -> str:
        """The WWID of its unit."""
        return self.uuid.removeprefix(UUID_PREFIX)

    @property
    def node(self) -> str:
        """The kernel's own name: ``dm-N``."""
        return f"{_DM}{os.minor(self.devt)}"

    def __str__(self) -> str:
        """Return name and number."""
        return f"{self.name} ({format_devt(self.devt)})"


def seen_maps(sysfs: Folder) -> tuple[SeenMap, ...]:
    """Return every map below ``sysfs``, by number; one that comes or goes just now is left out."""
    database = UdevDatabase(sysfs)
    try:
        names = os.listdir(sysfs / "block")
    except OSError:
        return ()
    found = (_seen(sysfs / "block" / name, database) for name in names if name.startswith(_DM))
    return tuple(sorted(filter(None, found), key=lambda each: each.devt))


def _seen(folder: Folder, database: UdevDatabase) -> SeenMap | None:
    uuid, name = attribute(folder, "dm/uuid") or "", attribute(folder, "dm/name") or ""
    devt, size = device_of(folder), size_of(folder)
    if not uuid.startswith(UUID_PREFIX) or not name or devt is None or size is None:
        return None
    suspended, read_only = number(folder, "dm/suspended") == 1, number(folder, "ro") == 1
    links = _links(name, devt, folder, database)
    return SeenMap(name, uuid, devt, size, suspended, read_only, _below(folder), links)


def _below(folder: Folder) -> tuple[str, ...]:
    """Return the names of the devices that a map is built on."""
    try:
        names = os.listdir(folder / "slaves")
    except OSError:
        return ()
    numbers = {name: device_of(folder / "slaves" / name) for name in names}
    return tuple(sorted(names, key=lambda name: (numbers[name] or 0, name)))


def _links(name: str, devt: DevT, folder: Folder, database: UdevDatabase) -> tuple[str, ...]:
    properties = database.properties(devt, os.path.realpath(folder)) or {}
    return tuple(sorted(properties.get("DEVLINKS", "").split())) or (f"/dev/mapper/{name}",)
