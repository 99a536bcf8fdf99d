"""
Who holds a block device directly: the evidence behind EBUSY; `multipath.dm.stack` climbs on from there.

Reads sysfs and procfs only. What cannot be read (another user's descriptors) is left out, so an empty answer means
"nobody that this process can see".
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from ..units import DevT, format_devt, parse_devt

HolderKind = Literal["partition", "lvm", "map", "md", "loop", "device", "mount", "swap", "process"]
SYSFS: Final = Path("/sys")
_PROC: Final = Path("/proc")
_LONGEST_COMMAND: Final = 64
_PARTITION: Final = re.compile(r"part[0-9]{1,4}-", re.ASCII)
_OCTAL: Final = re.compile(r"\\([0-7]{3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Holder:
    """
    One holder.

    Attributes:
        kind: Of block devices on top: ``partition``, ``lvm`` and ``map`` for a partition's map, a logical volume and
            any other device of device-mapper; ``md``, ``loop``, ``device``. Others: ``mount``, ``swap``, ``process``.
        name: The map's name, the kernel's name of another device, the mount point, or ``pid (command)``.
        on: The name of what it holds; empty for the device that was asked about.
        device: The number of a block device on top; ``None`` for what is none, or where it is not known.
    """

    kind: HolderKind
    name: str
    on: str = ""
    device: DevT | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """Return kind, name and what is held, safe to print: a process chooses its own name."""
        return f"{self.kind} {_shown(self.name)}" + (f" on {_shown(self.on)}" if self.on else "")

    @property
    def way_out(self) -> str:
        """What ends it, for people: a command where there is one."""
        name = _shown(self.name)
        return {
            "mount": f"umount {name}",
            "swap": f"swapoff {name}",
            "lvm": f"lvchange -an {_logical_volume(name)}",
            "md": f"mdadm --stop /dev/{name}",
            "loop": f"losetup -d /dev/{name}",
            "process": f"end process {name}",
        }.get(self.kind, f"remove {name}")


def holders(device: DevT, *, sysfs: Path = SYSFS, proc: Path = _PROC) -> tuple[Holder, ...]:
    """Return who holds ``device`` or one of its partitions."""
    block = sysfs / "dev/block" / format_devt(device)
    found: list[Holder] = []
    for folder, number in with_partitions(block, device):
        found += _used_as_storage(folder, number, proc)
        found += _processes(number, proc)
    return tuple(dict.fromkeys(found))


def users(device: DevT, *, sysfs: Path = SYSFS, proc: Path = _PROC) -> tuple[Holder, ...]:
    """Return what is built on ``device`` or one of its partitions, mounts it or swaps to it; processes do not count."""
    found: list[Holder] = []
    for folder, number in with_partitions(sysfs / "dev/block" / format_devt(device), device):
        found += _used_as_storage(folder, number, proc)
    return tuple(dict.fromkeys(found))


def stacked(device: DevT, *, sysfs: Path = SYSFS) -> tuple[Holder, ...]:
    """Return the block devices that are built on ``device`` or on one of its partitions: maps, arrays, others."""
    block = sysfs / "dev/block" / format_devt(device)
    return tuple(dict.fromkeys(item for folder, _ in with_partitions(block, device) for item in standing_on(folder)))


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
        for folder, number in with_partitions(sysfs / "dev/block" / format_devt(device), device):
            above += [*standing_on(folder), *in_use.get(number, ())]
        if above:
            found[device] = tuple(dict.fromkeys(above))
    return found


def _mounted_and_swapped(proc: Path) -> dict[str, list[Holder]]:
    """Return the mounts and swaps of every device, by its number."""
    found: dict[str, list[Holder]] = {}
    for line in text_of(proc / "self/mountinfo").split("\n"):
        fields = line.split(" ")
        if len(fields) > 4:
            found.setdefault(fields[2], []).append(Holder("mount", unescaped(fields[4])))
    for line in text_of(proc / "swaps").split("\n")[1:]:
        file = unescaped(line.split(" ", 1)[0])
        if line.split()[1:2] == ["partition"] and (number := number_of_node(file)):
            found.setdefault(number, []).append(Holder("swap", file))
    return found


def with_partitions(block: Path, device: DevT) -> Iterator[tuple[Path, str]]:
    """Yield the folder and the number of a device, then those of its partitions, whose names begin with its own."""
    try:
        folder = os.path.normpath(os.path.join(block.parent, os.readlink(block)))
    except OSError:
        folder = str(block)
    yield Path(folder), format_devt(device)
    name = os.path.basename(folder)
    for entry in sorted(_names(folder)):
        if entry.startswith(name) and os.path.exists(f"{folder}/{entry}/partition"):
            yield Path(folder, entry), text_of(Path(folder, entry, "dev"))


def _used_as_storage(block: Path, number: str, proc: Path) -> Iterator[Holder]:
    yield from standing_on(block)
    yield from _mounts(number, proc)
    yield from _swaps(number, block.resolve().name, proc)


def kind_of(uuid: str) -> HolderKind:
    """Return what a device of device-mapper is, by its uuid."""
    return "lvm" if uuid.startswith("LVM-") else "partition" if _PARTITION.match(uuid) else "map"


def standing_on(block: Path) -> Iterator[Holder]:
    """Yield the devices that sysfs shows on top of the device in the folder ``block``."""
    for name in sorted(_names(f"{block}/holders")):
        above = block / "holders" / name
        map_name = _whole(above / "dm/name").removesuffix("\n")  # a space at its end is its own
        kind: HolderKind = "md" if name.startswith("md") else "device"
        yield Holder(
            kind_of(text_of(above / "dm/uuid")) if map_name else kind, map_name or name, device=number_in(above)
        )


def number_in(folder: Path) -> DevT | None:
    """Return the number of the device in ``folder``; ``None`` where there is none."""
    try:
        return parse_devt(text_of(folder / "dev"))
    except ValueError:
        return None


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _mounts(number: str, proc: Path) -> Iterator[Holder]:
    for line in text_of(proc / "self/mountinfo").split("\n"):
        fields = line.split(" ")
        if len(fields) > 4 and fields[2] == number:
            yield Holder("mount", unescaped(fields[4]))


def _swaps(number: str, node: str, proc: Path) -> Iterator[Holder]:
    for line in text_of(proc / "swaps").split("\n")[1:]:
        file, kind = unescaped(line.split(" ", 1)[0]), line.split()[1:2]
        if kind == ["partition"] and (os.path.basename(file) == node or number_of_node(file) == number):
            yield Holder("swap", file)


def _processes(number: str, proc: Path) -> Iterator[Holder]:
    for process in proc.glob("[0-9]*"):
        try:
            descriptors = list((process / "fd").iterdir())
        except OSError:
            continue
        if any(number_of_node(str(fd)) == number for fd in descriptors):
            yield Holder("process", f"{process.name} ({text_of(process / 'comm')[:_LONGEST_COMMAND]})")


def number_of_node(path: str) -> str | None:
    """Return ``major:minor`` of the block device that a node or a link leads to; ``None`` for anything else."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return format_devt(DevT(status.st_rdev)) if (status.st_mode & 0o170000) == 0o060000 else None


def unescaped(word: str) -> str:
    """Return a word of procfs, which writes white space and backslashes as octal numbers."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), word)


def _logical_volume(name: str) -> str:
    """Return ``group/volume`` for the name of its map, in which a dash of either stands twice."""
    group, _, volume = name.replace("--", "\0").partition("-")
    return f"{group}/{volume}".replace("\0", "-")


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def text_of(path: Path) -> str:
    """Return a file without blanks round it; nothing where it does not read."""
    return _whole(path).strip()


def _whole(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
