"""
Every path device of the host, in one pass over sysfs.

A path is a whole disk that a driver below the block layer made: it has a ``device`` link. Maps, loop devices and RAM
disks have none. A namespace that the NVMe driver multipaths itself is shown with the hidden paths that it has; those
are no devices for anybody else.

Strategy: first the links say where everything is. Then what only a driver can tell, and may take its time to tell, is
asked for all at once, each target, host and controller once. Then each device is read, each attribute once, through
its open folder. At the end one look tells whether it is still there: one that went away meanwhile is left out.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path as Folder
from typing import Final

from ..units import DevT, Sectors, parse_devt
from .attributes import Attributes
from .dasd import read_dasd
from .nvme import is_nvme, nvme_questions, read_nvme
from .other import read_other
from .path import Path
from .patience import ask
from .place import Disk, Place, place_of
from .scsi import is_scsi, read_scsi, target_folder
from .sysfs import SYSFS
from .transport import questions, target
from .udev import Udev, UdevDatabase

_PATIENCE: Final = 0.25  # seconds, for a driver to say how fast its link is


def discover(sysfs: Folder = SYSFS, *, udev: Udev | None = None) -> tuple[Path, ...]:
    """
    Return every path device below ``sysfs``, in the order of their numbers; opens none of them.

    Args:
        sysfs: The root of sysfs.
        udev: Who knows udev's properties; the files of udevd beside sysfs, where there are any, when absent.

    Synchronization: none required.
    """
    block = f"{os.path.realpath(sysfs)}/block"
    try:
        names = os.listdir(block)
    except OSError:
        return ()
    places = [place for name in names if (place := place_of(f"{block}/{name}")) is not None]
    read = _reader(places, udev or _database(sysfs))
    return tuple(sorted(filter(None, map(read, places)), key=lambda path: path.devt))


def read_path(folder: Folder, *, udev: Udev | None = None) -> Path | None:
    """Return the path device in ``folder``, or ``None`` where it is none or goes away while it is read."""
    place = place_of(str(folder))
    return None if place is None else _reader([place], udev)(place)


def _database(sysfs: Folder) -> Udev | None:
    database = UdevDatabase(sysfs)
    return database if database.is_there else None


def _reader(places: Iterable[Place], udev: Udev | None) -> Callable[[Place], Path | None]:
    """Return what reads one of ``places``; what their drivers have to say was asked by then."""
    folders = {target_folder(place) for place in places if is_scsi(place)}
    asked = {key: question for folder in folders for key, question in questions(folder)}
    asked |= {key: question for place in places if is_nvme(place) for key, question in nvme_questions(place)}
    answers = ask(asked, _PATIENCE)
    targets = {folder: target(folder, answers) for folder in folders}

    def path_at(place: Place, disk: Disk, attributes: Attributes, below: Attributes) -> Path:
        if is_scsi(place):
            return read_scsi(disk, place, below, targets[target_folder(place)])
        if is_nvme(place):
            return read_nvme(disk, place, attributes, below, answers)
        return read_dasd(disk, below) if place.name.startswith("dasd") else read_other(disk, attributes, below)

    def read(place: Place) -> Path | None:
        with Attributes(place.folder) as attributes, Attributes(place.device) as below:
            disk = _disk(place, attributes, udev) if below.is_there else None
            path = None if disk is None else path_at(place, disk, attributes, below)
            return path if attributes.has("dev") else None

    return read


def _disk(place: Place, attributes: Attributes, udev: Udev | None) -> Disk | None:
    if not place.name.startswith("sd") and attributes.number("hidden"):  # no disk of sd is
        return None
    devt, size = _devt(attributes), attributes.number("size")
    if devt is None or size is None:
        return None
    properties = None if udev is None else udev.properties(devt, place.folder)
    return Disk(place.name, devt, Sectors(size), attributes.number("diskseq"), attributes.number("ro") == 1, properties)


def _devt(attributes: Attributes) -> DevT | None:
    try:
        return parse_devt(attributes.text("dev") or "")
    except ValueError:
        return None
