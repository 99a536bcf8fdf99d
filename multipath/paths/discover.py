"""
Every path device of the host, in one pass over sysfs.

A path is a whole disk that a driver below the block layer made: it has a ``device`` link. Maps, loop devices and RAM
disks have none, and a namespace that the NVMe driver multipaths itself is hidden and has no node to put into a map.
"""

import re
from collections.abc import Iterator
from pathlib import Path as Folder
from typing import Final

from .path import Path
from .sysfs import SYSFS, attribute, device_of, number, size_of

_HCTL: Final = re.compile(r"\d+:\d+:\d+:\d+\Z", re.ASCII)


def discover(sysfs: Folder = SYSFS) -> tuple[Path, ...]:
    """Return every path device below ``sysfs``, in the order of their numbers; opens none of them."""
    return tuple(sorted(_paths(sysfs / "block"), key=lambda path: path.devt))


def _paths(block: Folder) -> Iterator[Path]:
    for folder in block.iterdir() if block.is_dir() else ():
        path = read_path(folder.resolve())
        if path is not None:
            yield path


def read_path(folder: Folder) -> Path | None:
    """Return the path device in ``folder``, or ``None`` where it is none or goes away while it is read."""
    device, devt, size = folder / "device", device_of(folder), size_of(folder)
    if devt is None or size is None or not device.exists() or attribute(folder, "hidden") == "1":
        return None
    hctl = device.resolve().name
    return Path(
        name=folder.name,
        devt=devt,
        size=size,
        designator=attribute(device, "wwid") or attribute(folder, "wwid"),
        vendor=attribute(device, "vendor"),
        model=attribute(device, "model"),
        hctl=hctl if _HCTL.match(hctl) else None,
        state=attribute(device, "state"),
        diskseq=number(folder, "diskseq"),
    )
