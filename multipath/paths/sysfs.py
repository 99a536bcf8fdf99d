"""The attributes of block devices below one sysfs root: text that may vanish at any moment."""

from pathlib import Path
from typing import Final

from ..units import DevT, Sectors, format_devt, parse_devt

SYSFS: Final = Path("/sys")


def attribute(folder: Path, name: str) -> str | None:
    """Return one attribute without surrounding blanks, or ``None`` where it is absent or does not read."""
    try:
        return (folder / name).read_text("utf-8", "backslashreplace").strip()
    except OSError:
        return None


def block_folder(device: DevT, sysfs: Path = SYSFS) -> Path:
    """Return the folder of a block device, resolved: its last part is the kernel's name."""
    return (sysfs / "dev/block" / format_devt(device)).resolve()


def size_of(folder: Path) -> Sectors | None:
    """Return the size that the kernel holds for the device, in sectors."""
    text = attribute(folder, "size")
    return None if text is None or not text.isdigit() else Sectors(int(text))


def device_number(ref: str, sysfs: Path = SYSFS) -> DevT | None:
    """Return the number of ``"8:16"``, ``"sdb"`` or ``"/dev/sdb"``; ``None`` where there is no such block device."""
    try:
        return parse_devt(ref)
    except ValueError:
        name = ref.removeprefix("/dev/")
    if not name or "/" in name or name in (".", ".."):
        return None
    number = attribute(sysfs / "class/block" / name, "dev")
    return None if number is None else parse_devt(number)
