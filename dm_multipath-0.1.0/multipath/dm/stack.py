"""
Everything that stands on a block device, all the way up: why a map cannot go away, and what has to go first.

Strategy: climb through the ``holders`` of sysfs, then look once through the mounts, the swaps, the loop devices and the
descriptors of all processes for any of the devices that were found. A mount that only another mount namespace has, as
containers leave them behind, counts as well. Nothing is opened but files of sysfs and procfs.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..units import DevT, format_devt
from .holders import SYSFS, Holder, number_in, number_of_node, standing_on, text_of, unescaped, with_partitions

_PROC: Final = Path("/proc")
_LONGEST_COMMAND: Final = 64
_NO_FILE: Final = ("socket:", "pipe:", "anon_inode:")
# Devices by their numbers, each with its name; the one that was asked about has none.
_Devices = Mapping[str, str]


def stack(device: DevT, *, sysfs: Path = SYSFS, proc: Path = _PROC) -> tuple[Holder, ...]:
    """
    Return who holds ``device``, and who holds those: first what stands next to it, then what stands on that.

    Args:
        device: The device.
        sysfs: The root of sysfs.
        proc: The root of procfs.

    Returns:
        Each holder once, with ``on`` for what it holds. What this process cannot see, such as another user's
        descriptors, is not there.
    """
    devices: dict[str, str] = {}
    above = list(_climb(device, "", devices, sysfs, _loops(sysfs)))
    names = {os.path.basename(os.path.realpath(sysfs / "dev/block" / number)): on for number, on in devices.items()}
    found = [*above, *_mounts(devices, proc), *_swaps(devices, names, proc)]
    return tuple(dict.fromkeys([*found, *_processes(devices, proc)]))


def _climb(
    device: DevT, on: str, devices: dict[str, str], sysfs: Path, loops: Mapping[str, list[Holder]]
) -> Iterator[Holder]:
    """Yield the block devices above, a floor at a time for each of them; note the number of every device on the way."""
    found: list[Holder] = []
    for folder, number in with_partitions(sysfs / "dev/block" / format_devt(device), device):
        devices.setdefault(number, on)
        found += (replace(each, on=on) for each in [*standing_on(folder), *loops.get(number, ())])
    yield from found
    for holder in found:
        if holder.device is not None and format_devt(holder.device) not in devices:
            yield from _climb(holder.device, holder.name, devices, sysfs, loops)


def _loops(sysfs: Path) -> Mapping[str, list[Holder]]:
    """Return the loop devices over block devices, by the number of these: their folders tell of no holders."""
    found: dict[str, list[Holder]] = {}
    for file in sysfs.glob("block/loop*/loop/backing_file"):
        if (number := number_of_node(text_of(file))) is not None:
            loop = file.parent.parent
            found.setdefault(number, []).append(Holder("loop", loop.name, device=number_in(loop)))
    return found


def _mounts(devices: _Devices, proc: Path) -> Iterator[Holder]:
    own = list(_mounted(devices, text_of(proc / "self/mountinfo")))
    yield from own
    known = {holder.on for holder in own}
    for process, text in _other_namespaces(proc):
        for holder in _mounted(devices, text):
            if holder.on not in known:  # else it is the same mount, propagated
                yield replace(holder, name=f"{holder.name} (in the mount namespace of {process})")


def _mounted(devices: _Devices, mountinfo: str) -> Iterator[Holder]:
    for line in mountinfo.split("\n"):
        fields = line.split(" ")
        if len(fields) > 4 and (number := _number_mounted(fields)) in devices:
            yield Holder("mount", unescaped(fields[4]), devices[number])


def _number_mounted(fields: list[str]) -> str:
    """Return the device that is mounted; a btrfs has a number of its own, and names its device as the source."""
    source = fields[fields.index("-") + 2] if "-" in fields[5:-2] else ""
    anonymous = fields[2].startswith("0:") and source.startswith("/dev/")
    return (number_of_node(unescaped(source)) if anonymous else None) or fields[2]


def _other_namespaces(proc: Path) -> Iterator[tuple[str, str]]:
    """Yield the mounts of every other mount namespace, with a process that is in it."""
    seen = {_link(proc / "self/ns/mnt")}
    for process in proc.glob("[0-9]*"):
        space = _link(process / "ns/mnt")
        if space and space not in seen:
            seen.add(space)
            yield _named(process), text_of(process / "mountinfo")


def _swaps(devices: _Devices, names: Mapping[str, str], proc: Path) -> Iterator[Holder]:
    for line in text_of(proc / "swaps").split("\n")[1:]:
        file, kind = unescaped(line.split(" ", 1)[0]), line.split()[1:2]
        if kind == ["partition"]:
            on = names.get(os.path.basename(file), devices.get(number_of_node(file) or ""))
            if on is not None:
                yield Holder("swap", file, on)


def _processes(devices: _Devices, proc: Path) -> Iterator[Holder]:
    for process in proc.glob("[0-9]*"):
        try:
            descriptors = os.listdir(process / "fd")
        except OSError:
            continue
        opened = (_opened(f"{process}/fd/{each}") for each in descriptors)
        for number in dict.fromkeys(each for each in opened if each in devices):
            yield Holder("process", _named(process), devices[number or ""])


def _opened(descriptor: str) -> str | None:
    """Return the block device behind a descriptor; what is no file is not looked at."""
    return None if _link(Path(descriptor)).startswith(_NO_FILE) else number_of_node(descriptor)


def _named(process: Path) -> str:
    return f"{process.name} ({text_of(process / 'comm')[:_LONGEST_COMMAND]})"


def _link(path: Path) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
