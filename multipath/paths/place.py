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
    device = None if folder is None else followed(f"{folder}/device")
    return None if folder is None or device is None else Place(folder.rpartition("/")[2], folder, device)


def followed(link: str) -> str | None:
    """Return where a link leads, whether anything is there or not, or the folder itself where it is no link."""
    try:
        target = os.readlink(link)
    except OSError:
        return link if os.path.isdir(link) else None
    except ValueError:  # a NUL in the name
        return None
    # The folders of sysfs have no links in their own paths: no look at each of them is needed.
    return os.path.normpath(os.path.join(os.path.dirname(link), target))
