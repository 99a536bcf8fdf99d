"""Where sysfs has a path device: the folder of its disk, and that of the device below."""

import os
from dataclasses import dataclass

from ..units import DevT, Sectors
from .udev import Properties


@dataclass(frozen=True, slots=True)
class Place:
    """
    Two folders, both without links in them.

    Attributes:
        name: The kernel's name of the disk.
        folder: Of the disk: size, number.
        device: Of the device that a driver found: the SCSI device, the NVMe controller.
    """

    name: str
    folder: str
    device: str


@dataclass(frozen=True, slots=True)
class Disk:
    """What every disk has, whatever is below it."""

    name: str
    devt: DevT
    size: Sectors
    diskseq: int | None
    read_only: bool
    udev: Properties | None


def place_of(link: str) -> Place | None:
    """Return the place of the disk that ``link`` leads to; ``None`` where no driver's device is below it."""
    folder = followed(link)
    device = folder and followed(f"{folder}/device")
    return Place(folder.rpartition("/")[2], folder, device) if folder and device else None


def followed(link: str) -> str | None:
    """Return where a link leads, or the place itself where it is none; ``None`` where nothing is there."""
    try:
        target = os.readlink(link)
    except OSError:
        return link if os.path.isdir(link) and not os.path.islink(link) else None
    except ValueError:
        return None
    # The folders of sysfs have no links in their own paths: no look at each of them is needed.
    found = os.path.normpath(os.path.join(os.path.dirname(link), target))
    return found if os.path.isdir(found) else None
