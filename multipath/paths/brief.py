"""
What one line about a path tells of its device.

Strategy: who shows maps knows which devices they have, and wants a name and a state of each. So nothing is searched
for, and only what is shown is read. The link of a SCSI disk's number says its name and its address; the rest lies in
one folder, vendor and model in one attribute: what INQUIRY answered. A device of another kind, of which hosts have
few, is read whole.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path as Folder
from typing import Final

from ..units import DevT, Sectors, format_devt
from .attributes import Attributes, printable
from .sysfs import SYSFS

UNKNOWN: Final = "UNKNOWN"
_VENDOR, _MODEL = slice(8, 16), slice(16, 32)  # of INQUIRY data
_SCSI_DISK: Final = re.compile(r".*/([0-9]{1,10}:[0-9]+:[0-9]+:[0-9]+)/block/([^/]+)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class PathBrief:
    """
    A path device, in brief; each attribute is what `Path` has under its name.

    Attributes:
        name: The kernel's name.
        hctl: Host, channel, target and unit; ``None`` for what is not SCSI.
        state: The SCSI device's state or the NVMe controller's.
        vendor: From INQUIRY, or what stands for it.
        model: From INQUIRY, or of the NVMe controller.
        designator: The identity of the logical unit; ``None`` also where it was not asked for.
        size: The size that the kernel holds; ``None`` where it was not asked for.
    """

    name: str
    hctl: str | None
    state: str | None
    vendor: str | None
    model: str | None
    designator: str | None = None
    size: Sectors | None = None


def path_brief(device: DevT, sysfs: Folder = SYSFS, *, identity: bool = True) -> PathBrief | None:
    """
    Return a path device in brief, or ``None`` where sysfs has none of that number; it is not opened.

    Args:
        device: Its number.
        sysfs: The root of sysfs.
        identity: Whether its designator and its size are asked for.

    Synchronization: none required.
    """
    block = f"{sysfs}/dev/block"
    try:
        link = os.readlink(f"{block}/{format_devt(device)}")
    except OSError:
        return None
    disk = _SCSI_DISK.match(link)
    if disk is None:
        return _read_whole(Folder(os.path.normpath(os.path.join(block, link))))
    with Attributes(os.path.join(block, link[: disk.end(1)])) as below:
        vendor, model = _product(below)
        size = below.number(f"block/{disk[2]}/size") if identity else None
        found = PathBrief(
            disk[2],
            disk[1],
            below.text("state"),
            vendor or UNKNOWN,
            model or UNKNOWN,
            below.text("wwid") if identity else None,
            None if size is None else Sectors(size),
        )
        # Every SCSI device has a state: without one it went away meanwhile.
        return found if found.state is not None else None


def _product(below: Attributes) -> tuple[str | None, str | None]:
    """Return vendor and model of a SCSI device."""
    inquiry = below.raw("inquiry") or b""
    if len(inquiry) < _MODEL.stop:  # before Linux v3.17, and of a device that answered less
        return below.text("vendor"), below.text("model")
    vendor, model = (printable(inquiry[field].partition(b"\0")[0].rstrip()) for field in (_VENDOR, _MODEL))
    return vendor, model


def _read_whole(folder: Folder) -> PathBrief | None:
    from .discover import read_path  # here, for most hosts have SCSI disks alone

    path = read_path(folder)
    if path is None:
        return None
    return PathBrief(path.name, path.hctl, path.state, path.vendor, path.model, path.designator, path.size)
