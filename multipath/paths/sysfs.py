"""The attributes of block devices below one sysfs root: text that may vanish at any moment."""

import os
import re
import stat
from pathlib import Path
from typing import Final

from ..units import DevT, Sectors, format_devt, parse_devt
from .attributes import Attributes, printable

SYSFS: Final = Path("/sys")
_NUMBER: Final = re.compile(r"[0-9]{1,20}\Z", re.ASCII)


def attribute(folder: Path, name: str) -> str | None:
    """Return one attribute without surrounding blanks, or ``None`` where it is absent or does not read."""
    with Attributes(str(folder)) as attributes:
        data = attributes.raw(name)
    return None if data is None else printable(data.strip())


def number(folder: Path, name: str) -> int | None:
    """Return one attribute that is a decimal number, or ``None`` where it is absent or something else."""
    text = attribute(folder, name)
    return int(text) if text and _NUMBER.match(text) else None


def device_of(folder: Path) -> DevT | None:
    """Return the device number in the folder of a block device, or ``None`` where it has none."""
    try:
        return parse_devt(attribute(folder, "dev") or "")
    except ValueError:
        return None


def block_folder(device: DevT, sysfs: Path = SYSFS) -> Path:
    """Return the folder of a block device: its last part is the kernel's name, or the number where there is none."""
    link = f"{sysfs}/dev/block/{format_devt(device)}"
    try:  # the folders of sysfs have no links in their own paths: no look at each of them is needed
        return Path(os.path.normpath(os.path.join(os.path.dirname(link), os.readlink(link))))
    except OSError:
        return Path(link)


def size_of(folder: Path) -> Sectors | None:
    """Return the size that the kernel holds for the device, in sectors."""
    sectors = number(folder, "size")
    return None if sectors is None else Sectors(sectors)


def device_number(ref: str, sysfs: Path = SYSFS, *, nodes: bool = True) -> DevT | None:
    """
    Return the number of ``"8:16"``, ``"sdb"``, ``"/dev/sdb"`` or a link; ``None`` where there is no such device.

    Args:
        ref: What names the device.
        sysfs: The root of sysfs.
        nodes: Whether the nodes and links of this machine lead to devices of that sysfs.
    """
    try:
        return parse_devt(ref)
    except ValueError:
        name = ref.removeprefix("/dev/")
    if name.startswith((".", "/")) or "/" in name:
        return number_behind(ref) if nodes else None
    found = device_of(sysfs / "class/block" / name)
    return number_behind(ref) if found is None and name != ref and nodes else found


def number_behind(link: str) -> DevT | None:
    """Return the number of the block device that a node or a link leads to; ``None`` where it leads to none."""
    try:
        status = os.stat(link)
    except (OSError, ValueError):  # ValueError: a NUL in the name, or what stands for no bytes
        return None
    return DevT(status.st_rdev) if stat.S_ISBLK(status.st_mode) else None
