"""
Who holds a block device: the evidence behind EBUSY.

Reads sysfs and procfs only. What cannot be read (another user's descriptors) is left out, so an empty answer means
"nobody that this process can see".
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from ..units import DevT, format_devt

HolderKind = Literal["map", "md", "device", "mount", "swap", "process"]
SYSFS: Final = Path("/sys")
_PROC: Final = Path("/proc")
_LONGEST_COMMAND: Final = 64
_OCTAL: Final = re.compile(r"\\([0-7]{3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Holder:
    """
    One holder.

    Attributes:
        kind: ``map``, ``md`` and ``device`` are block devices on top; ``mount``, ``swap`` and ``process`` use it
            directly.
        name: The map's name, the mount point, or ``pid (command)``.
    """

    kind: HolderKind
    name: str

    def __str__(self) -> str:
        """Return kind and name, safe to print: a process chooses its own name."""
        shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in self.name)
        return f"{self.kind} {shown}"


def holders(device: DevT, *, sysfs: Path = SYSFS, proc: Path = _PROC) -> tuple[Holder, ...]:
    """Return who holds ``device`` or one of its partitions."""
    block = sysfs / "dev/block" / format_devt(device)
    found: list[Holder] = []
    for folder, number in _with_partitions(block, device):
        found += _used_as_storage(folder, number, proc)
        found += _processes(number, proc)
    return tuple(dict.fromkeys(found))


def users(device: DevT, *, sysfs: Path = SYSFS, proc: Path = _PROC) -> tuple[Holder, ...]:
    """Return what is built on ``device`` or one of its partitions, mounts it or swaps to it; processes do not count."""
    found: list[Holder] = []
    for folder, number in _with_partitions(sysfs / "dev/block" / format_devt(device), device):
        found += _used_as_storage(folder, number, proc)
    return tuple(dict.fromkeys(found))


def stacked(device: DevT, *, sysfs: Path = SYSFS) -> tuple[Holder, ...]:
    """Return the block devices that are built on ``device`` or on one of its partitions: maps, arrays, others."""
    block = sysfs / "dev/block" / format_devt(device)
    return tuple(dict.fromkeys(item for folder, _ in _with_partitions(block, device) for item in _stacked(folder)))


def users_of_many(
    devices: Iterable[DevT], *, sysfs: Path = SYSFS, proc: Path = _PROC, here: bool = True
) -> dict[DevT, tuple[Holder, ...]]:
    """
    Return who uses each of many devices or their partitions, but for processes; devices that nobody uses are left out.

    Args:
        devices: The devices.
        sysfs: The root of sysfs.
        proc: The root of procfs, which is read once.
        here: Whether procfs tells of these devices: it does not of those of another world.
    """
    in_use = _mounted_and_swapped(proc) if here else {}
    found: dict[DevT, tuple[Holder, ...]] = {}
    for device in devices:
        above: list[Holder] = []
        for folder, number in _with_partitions(sysfs / "dev/block" / format_devt(device), device):
            above += [*_stacked(folder), *in_use.get(number, ())]
        if above:
            found[device] = tuple(dict.fromkeys(above))
    return found


def _mounted_and_swapped(proc: Path) -> dict[str, list[Holder]]:
    """Return the mounts and swaps of every device, by its number."""
    found: dict[str, list[Holder]] = {}
    for line in _text(proc / "self/mountinfo").split("\n"):
        fields = line.split(" ")
        if len(fields) > 4:
            found.setdefault(fields[2], []).append(Holder("mount", _unescaped(fields[4])))
    for line in _text(proc / "swaps").split("\n")[1:]:
        file = _unescaped(line.split(" ", 1)[0])
        if line.split()[1:2] == ["partition"] and (number := _number_of(file)):
            found.setdefault(number, []).append(Holder("swap", file))
    return found


def _with_partitions(block: Path, device: DevT) -> Iterator[tuple[Path, str]]:
    """Yield the folder and the number of a device, then those of its partitions, whose names begin with its own."""
    try:
        folder = os.path.normpath(os.path.join(block.parent, os.readlink(block)))
    except OSError:
        folder = str(block)
    yield Path(folder), format_devt(device)
    name = os.path.basename(folder)
    for entry in sorted(_names(folder)):
        if entry.startswith(name) and os.path.exists(f"{folder}/{entry}/partition"):
            yield Path(folder, entry), _text(Path(folder, entry, "dev"))


def _used_as_storage(block: Path, number: str, proc: Path) -> Iterator[Holder]:
    yield from _stacked(block)
    yield from _mounts(number, proc)
    yield from _swaps(number, block.resolve().name, proc)


def _stacked(block: Path) -> Iterator[Holder]:
    for name in sorted(_names(f"{block}/holders")):
        map_name = _whole(block / "holders" / name / "dm/name").removesuffix("\n")  # a space at its end is its own
        kind: HolderKind = "map" if map_name else "md" if name.startswith("md") else "device"
        yield Holder(kind, map_name or name)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _mounts(number: str, proc: Path) -> Iterator[Holder]:
    for line in _text(proc / "self/mountinfo").split("\n"):
        fields = line.split(" ")
        if len(fields) > 4 and fields[2] == number:
            yield Holder("mount", _unescaped(fields[4]))


def _swaps(number: str, node: str, proc: Path) -> Iterator[Holder]:
    for line in _text(proc / "swaps").split("\n")[1:]:
        file, kind = _unescaped(line.split(" ", 1)[0]), line.split()[1:2]
        if kind == ["partition"] and (os.path.basename(file) == node or _number_of(file) == number):
            yield Holder("swap", file)


def _processes(number: str, proc: Path) -> Iterator[Holder]:
    for process in proc.glob("[0-9]*"):
        try:
            descriptors = list((process / "fd").iterdir())
        except OSError:
            continue
        if any(_number_of(str(fd)) == number for fd in descriptors):
            yield Holder("process", f"{process.name} ({_text(process / 'comm')[:_LONGEST_COMMAND]})")


def _number_of(path: str) -> str | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return format_devt(DevT(status.st_rdev)) if (status.st_mode & 0o170000) == 0o060000 else None


def _unescaped(word: str) -> str:
    """Return a word of procfs, which writes white space and backslashes as octal numbers."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), word)


def _text(path: Path) -> str:
    return _whole(path).strip()


def _whole(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
