"""Units with several paths that have no map, and why."""

from collections.abc import Iterator
from typing import Final

from ...config.blacklist import HIDDEN
from ...config.finding import Severity
from ...config.setting import Layer
from ..planned_map import Action, shown
from ..screening import PathVerdict
from .check import Check, Sign
from .facts import Facts


def _several(facts: Facts) -> Iterator[tuple[str, tuple[PathVerdict, ...]]]:
    for wwid, verdicts in facts.units.items():
        if len(verdicts) > 1 and wwid not in facts.mapped:
            yield wwid, verdicts


def _names(verdicts: tuple[PathVerdict, ...]) -> str:
    return " ".join(each.path.name for each in verdicts)


def _blacklisted(facts: Facts) -> Iterator[Sign]:
    for wwid, verdicts in _several(facts):
        refused = [each for each in verdicts if each.ruling and not each.ruling.allowed and each.code != HIDDEN]
        if len(refused) == len(verdicts):
            yield Sign(wwid, f"{_names(verdicts)}: {refused[0].text}", f"mpath explain {refused[0].path.name}")


def _partly_blacklisted(facts: Facts) -> Iterator[Sign]:
    for wwid, verdicts in facts.units.items():
        refused = [each for each in verdicts if each.ruling and not each.ruling.allowed and each.code != HIDDEN]
        if 0 < len(refused) < len(verdicts):
            yield Sign(wwid, "; ".join(map(str, refused)), f"mpath explain {refused[0].path.name}")


def _not_found(facts: Facts) -> Iterator[Sign]:
    for wwid, verdicts in _several(facts):
        if all(each.ruling and each.ruling.allowed and not each.allowed for each in verdicts):
            yield Sign(wwid, f"{_names(verdicts)}: {verdicts[0].text}")


def _no_map(facts: Facts) -> Iterator[Sign]:
    for planned in facts.plan.maps:
        if planned.action is Action.CREATE and planned.live is None and len(planned.paths) > 1:
            names = " ".join(path.name for path in planned.paths)
            yield Sign(planned.wwid, f"{names}, all allowed", f"mpath apply, which makes {shown(planned.name)}")


def _nameless(facts: Facts) -> Iterator[Sign]:
    for verdict in facts.plan.paths:
        if verdict.code == "no-wwid" and verdict.path.bus == "scsi" and verdict.path.size:
            yield Sign(verdict.path.name, verdict.text)


def _native(facts: Facts) -> Iterator[Sign]:
    """Find namespaces that the driver keeps for itself, though the configuration speaks of them."""
    known = facts.inputs.configuration.multipaths
    for verdict in facts.plan.paths if facts.inputs.native_nvme else ():
        path = verdict.path
        if path.native and path.nvme_wwid in known:
            yield Sign(path.name, f"multipath.conf has a section for {path.nvme_wwid}")
    entries = [each for each in facts.inputs.configuration.exceptions if each.origin.layer is Layer.EXCEPTIONS]
    meant = [each for each in entries if "nvme" in str(each).lower()]
    if meant and any(verdict.path.native for verdict in facts.plan.paths):
        yield Sign("nvme", f"blacklist_exceptions lets NVMe pass ({meant[0].origin}), but the driver keeps it")


def _native_paths(facts: Facts) -> Iterator[Sign]:
    for verdict in facts.plan.paths:
        down = [each for each in verdict.path.native_paths if each.state != "live"]
        if down:
            yield Sign(verdict.path.name, ", ".join(f"{each.name} is {each.state}" for each in down))


CHECKS: Final = (
    Check(
        "blacklisted", Severity.WARNING, "a unit with several paths is blacklisted",
        "its disks are used one by one: one failed path is one failed disk, and two users may write to one unit",
        "", _blacklisted,
    ),
    Check(
        "partly-blacklisted", Severity.WARNING, "some paths of a unit are blacklisted",
        "the map lacks these paths, and whoever uses these disks writes past the map", "", _partly_blacklisted,
    ),
    Check(
        "hidden-by-find-multipaths", Severity.WARNING, "find_multipaths keeps a unit with several paths without a map",
        "its disks are used one by one, without another path when one fails",
        "multipath -a {object}, or mpath config edit set defaults find_multipaths yes; then mpath apply", _not_found,
    ),
    Check(
        "no-map", Severity.ERROR, "a unit with several paths has no map",
        "its disks are used one by one, without another path when one fails", "mpath apply", _no_map,
    ),
    Check(
        "no-wwid", Severity.WARNING, "a disk tells nobody which unit it is",
        "it joins no map; virtual disks without a serial number and disks that udev has not seen are so",
        "mpath explain {object}; udevadm trigger --action=add /sys/block/{object}", _nameless,
    ),
    Check(
        "nvme-native", Severity.WARNING, "the NVMe driver multipaths by itself what the configuration wants as maps",
        "no map is made of these namespaces: the kernel shows one disk for all paths",
        "leave it to the driver (nvme list-subsys), or boot with nvme_core.multipath=N", _native,
    ),
    Check(
        "nvme-path-down", Severity.WARNING, "a path of a namespace that the NVMe driver multipaths is down",
        "the namespace has lost redundancy", "nvme list-subsys", _native_paths,
    ),
)  # fmt: skip
