"""Paths that do not work, work for nobody, or come and go."""

import shlex
from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from ...paths.path import Path
from ...units import format_devt
from .check import Check, Sign
from .facts import Facts

_HELD_BACK: Final = frozenset({"blocked", "quiesce", "created-blocked"})
_WORKING: Final = frozenset({"running", "live", "online", None})
_LINK: Final = "repair the link or the session: the disk runs again by itself then"
_MANY: Final = 5  # failures since the table was loaded, of a path that is used again


def _off(facts: Facts) -> Iterator[Sign]:
    for path in facts.shared_disks():
        if path.state not in _WORKING and path.state not in _HELD_BACK:
            step = _LINK if path.state == "transport-offline" else ""
            yield Sign(path.name, f"its state is {path.state}{_in_map(facts, path)}", step)


def _blocked(facts: Facts) -> Iterator[Sign]:
    for path in facts.shared_disks():
        if path.state in _HELD_BACK:
            yield Sign(path.name, f"its state is {path.state}{_in_map(facts, path)}")


def _silent(facts: Facts) -> Iterator[Sign]:
    for path in facts.shared_disks():
        told = facts.told.get(path.devt)
        if path.devt in facts.silent:
            yield Sign(path.name, f"its attributes in sysfs do not read{_in_map(facts, path)}")
        elif told is not None and told.silent:
            yield Sign(path.name, f"{told.why}{_in_map(facts, path)}", _out_of_use(facts, path))


def _failing(facts: Facts) -> Iterator[Sign]:
    for path in facts.shared_disks():
        told = facts.told.get(path.devt)
        if told is not None and not (told.ready or told.silent or told.gone) and _is_used(facts, path):
            yield Sign(path.name, f"it refuses to be ready ({told.why}), but the kernel uses it{_in_map(facts, path)}")


def _idle(facts: Facts) -> Iterator[Sign]:
    for each, path in facts.members():
        told = facts.told.get(path.devt)
        if told is not None and told.ready and not each.is_active(path):
            yield Sign(path.name, f"it answers now, but map {each.name} has it as failed", _reinstate(each.name, path))


def _failed(facts: Facts) -> Iterator[Sign]:
    for each, path in facts.members():
        told = facts.told.get(path.devt)
        if not each.is_active(path) and path.state in _WORKING and not (told and (told.ready or told.silent)):
            yield Sign(path.name, f"map {each.name} has it as failed" + (f"; {told.why}" if told else ""))


def _nowhere(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        for number in each.gone:
            yield Sign(each.name, f"its table names {number}, and there is no such disk")


def _flapping(facts: Facts) -> Iterator[Sign]:
    names = {format_devt(path.devt): path.name for path in facts.inputs.paths}
    for each in facts.maps:
        for path in each.status.paths:
            grown = path.fail_count - each.earlier.get(path.device, path.fail_count)
            if grown > 0 or (path.active and path.fail_count >= _MANY):
                more = f", {grown} of them while it was looked at" if grown > 0 else ""
                name = names.get(path.device, path.device)
                yield Sign(name, f"{path.fail_count} failures since map {each.name} got its table{more}")


def _marginal(facts: Facts) -> Iterator[Sign]:
    for path in facts.shared_disks():
        if path.is_marginal:
            yield Sign(path.name, f"its remote port {path.target_port or ''} is marginal")


def _is_used(facts: Facts, path: Path) -> bool:
    owner = facts.map_of.get(path.devt)
    return owner is not None and owner.is_active(path) and path.access_state in (None, "active/optimized")


def _in_map(facts: Facts, path: Path) -> str:
    owner = facts.map_of.get(path.devt)
    return f"; it is in map {owner.name}" if owner else ""


def _out_of_use(facts: Facts, path: Path) -> str:
    owner = facts.map_of.get(path.devt)
    return f"mpath fail {shlex.quote(owner.name)} {path.name}; mpath explain stall {path.name}" if owner else ""


def _reinstate(name: str, path: Path) -> str:
    return f"mpath reinstate {shlex.quote(name)} {path.name}, and find out why nobody did"


CHECKS: Final = (
    Check(
        "path-offline", Severity.WARNING, "a disk is offline",
        "its transport lost the port, or the kernel gave the disk up after an error that no reset ended",
        "repair the way to it, then echo running > /sys/block/{object}/device/state", _off,
    ),
    Check(
        "path-blocked", Severity.WARNING, "a disk is blocked",
        "its transport lost the port or the session, and the kernel holds its I/O until it is back or time is over",
        "look at the link, the switch and the session; mpath explain stall {object}", _blocked,
    ),
    Check(
        "path-silent", Severity.ERROR, "a path does not answer",
        "I/O that was sent there waits until the kernel aborts it, and whoever asks it waits too",
        "mpath explain --check {object}", _silent,
    ),
    Check(
        "path-not-ready", Severity.WARNING, "the kernel uses a path that is not ready",
        "I/O that goes there fails first, and then goes elsewhere", "mpath explain --check {object}", _failing,
    ),
    Check(
        "path-not-reinstated", Severity.ERROR, "a path works, and nobody uses it",
        "whoever looks after the map does not run, hangs, or holds the path back as unreliable", "", _idle,
    ),
    Check(
        "path-failed", Severity.WARNING, "a path has failed",
        "the map has lost redundancy", "mpath explain --check {object}; look at cable, switch and array port", _failed,
    ),
    Check(
        "path-gone", Severity.ERROR, "a map has a path whose disk is gone",
        "the disk was deleted under the map; the map cannot be loaded again with it",
        "mpath apply, which loads the map without it", _nowhere,
    ),
    Check(
        "path-flapping", Severity.WARNING, "a path comes and goes",
        "each time I/O stalls; a bad cable, optic or switch port, most likely",
        "look at the error counters of its ports; consider marginal_path_err_sample_time and the like", _flapping,
    ),
    Check(
        "path-marginal", Severity.WARNING, "the fabric says that a path is unreliable",
        "frames are lost on the way: link integrity notifications came for its port",
        "replace cable or optic; then echo Online to the port_state of the remote port", _marginal,
    ),
)  # fmt: skip
