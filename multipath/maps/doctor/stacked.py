"""Who uses a path device itself, past its map; and what would let LVM and fstab do so."""

import re
from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from ...dm.holders import Holder
from ...paths.path import Path
from .check import Check, Sign
from .facts import Facts

_BOOT: Final = frozenset({"/", "/boot", "/boot/efi", "/usr"})
_NO_DETECTION: Final = re.compile(r"^\s*multipath_component_detection\s*=\s*0", re.MULTILINE)
_LISTED: Final = re.compile(r"\bDEVNAME=(/dev/\S+)")
_PARTITION: Final = re.compile(r"(-part|p)?[0-9]+$", re.ASCII)
_TYPE: Final = re.compile(r"\bIDTYPE=(\w+)")


def _used(facts: Facts) -> Iterator[Sign]:
    for path in facts.shared_disks():
        others = [each for each in _past(facts, path) if not _is_boot(each)]
        if others:
            ends = "; ".join(dict.fromkeys(each.way_out for each in others))
            yield Sign(path.name, _told(facts, path, others), f"{ends}; then use {_map(facts, path)}")


def _boots(facts: Facts) -> Iterator[Sign]:
    for path in facts.shared_disks():
        others = [each for each in _past(facts, path) if _is_boot(each)]
        if others:
            yield Sign(path.name, _told(facts, path, others))


def _past(facts: Facts, path: Path) -> list[Holder]:
    """Return who uses a path, but for maps of multipath."""
    maps = {each.devt for each in facts.inputs.maps} | {None}
    found = facts.inputs.users.get(path.devt, ())
    return [each for each in found if each.kind != "map" or each.device not in maps]


def _is_boot(holder: Holder) -> bool:
    return holder.kind == "mount" and holder.name in _BOOT


def _told(facts: Facts, path: Path, others: list[Holder]) -> str:
    owner = facts.map_of.get(path.devt)
    whose = f"a path of map {owner.name}" if owner else "one of several paths of its unit, which has no map"
    return f"{', '.join(map(str, others))}; the disk is {whose}"


def _map(facts: Facts, path: Path) -> str:
    owner = facts.map_of.get(path.devt)
    return f"/dev/mapper/{owner.name}" if owner else "the map that mpath apply makes"


def _claimed(facts: Facts) -> Iterator[Sign]:
    numbers = {each.devt for each in facts.inputs.maps}
    for device, users in facts.inputs.users.items():
        maps = [each for each in users if each.kind == "map" and each.device in numbers]
        if len(maps) > 1:
            name = next((path.name for path in facts.inputs.paths if path.devt == device), "")
            yield Sign(name, f"it is in {' and '.join(each.name for each in maps)}")


def _lvm_looks(facts: Facts) -> Iterator[Sign]:
    machine = facts.machine
    if machine is not None and facts.maps and _NO_DETECTION.search(machine.lvm):
        yield Sign("/etc/lvm/lvm.conf", "multipath_component_detection = 0")


def _lvm_lists(facts: Facts) -> Iterator[Sign]:
    lines = facts.machine.lvm_devices.splitlines() if facts.machine else []
    names = {f"/dev/{path.name}": path for path in facts.shared_disks()}
    for line in lines:
        name, kind = _LISTED.search(line), _TYPE.search(line)
        if name and name[1] in names and (kind is None or kind[1] != "mpath_uuid") and not line.startswith("#"):
            yield Sign(name[1], f"/etc/lvm/devices/system.devices lists it by {kind[1] if kind else 'name'}")


def _fstab(facts: Facts) -> Iterator[Sign]:
    disks = {node for path in facts.shared_disks() for node in _nodes(path)}
    for line in facts.machine.fstab.splitlines() if facts.machine else ():
        for device in line.split("#", 1)[0].split()[:1]:
            if {device, _PARTITION.sub("", device)} & disks:
                yield Sign("/etc/fstab", f"{device} is mounted by the name of one path")


def _nodes(path: Path) -> list[str]:
    """Return the names that are a path's and never its map's; links by the identity of the unit go over to the map."""
    links = (path.udev or {}).get("DEVLINKS", "").split()
    return [f"/dev/{path.name}", *(link for link in links if "/by-path/" in link)]


CHECKS: Final = (
    Check(
        "used-past-the-map", Severity.ERROR, "a path is used by itself, past its map",
        "whoever uses it loses its disk with this one path, and where the map is used too, data is destroyed",
        "", _used,
    ),
    Check(
        "boot-past-the-map", Severity.ERROR, "the system runs from one path of its disk",
        "the initramfs has no multipath, or not this unit's WWID: when this path fails, the system stops",
        "multipath -a the WWID, then update-initramfs -u (with multipath-tools-boot) or dracut -f --add multipath;"
        " reboot", _boots,
    ),
    Check(
        "path-in-two-maps", Severity.ERROR, "a path is in two maps",
        "device-mapper allows it: two maps over one disk know nothing of each other, and data is destroyed",
        "remove the map that nobody uses: mpath remove", _claimed,
    ),
    Check(
        "lvm-sees-paths", Severity.WARNING, "LVM does not leave the paths of maps alone",
        "it may find its volumes on a path, and activate them past the map",
        "delete that line: the default finds out which disks are paths", _lvm_looks,
    ),
    Check(
        "lvm-lists-path", Severity.WARNING, "LVM's devices file lists a path, not its map",
        "volumes are activated past the map when LVM is earlier than the map is",
        "lvmdevices --deldev {object}; lvmdevices --adddev /dev/mapper/MAP", _lvm_lists,
    ),
    Check(
        "fstab-names-path", Severity.WARNING, "fstab mounts a path by its kernel name",
        "it is mounted past the map, or not at all when the name is another disk's after a boot",
        "name the file system by UUID= or by /dev/mapper", _fstab,
    ),
)  # fmt: skip
