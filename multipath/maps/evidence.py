"""
What speaks against one map over these paths, all of one WWID: read off, before anything is made.

A WWID is a text that a device sends. Two arrays that send the same one, a path that still leads to another unit, a unit
that one path sees smaller: a map over any of these destroys data, so each is refused with one line for each path.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from ..dm.holders import Holder
from ..dm.name import checked_uuid
from ..errors import NameRefused
from ..paths.path import Path
from ..wire.vpd import logical_unit
from .ownership import UUID_PREFIX
from .planned_map import Reason, shown

_BINARY: Final = re.compile(r"[23][0-9a-f]{16,32}", re.ASCII)  # a number that a designator of the unit has

Claims = Sequence[tuple[Path, Sequence[Holder]]]


def against(wwid: str, paths: Sequence[Path], claims: Claims) -> tuple[Reason, ...]:
    """
    Return why these paths get no map; nothing where they may.

    Args:
        wwid: What all of them say that they lead to.
        paths: The paths.
        claims: Who else has them.
    """
    return (
        *_of_wwid(wwid),
        *_of_age(wwid, paths),
        *_of_sizes(paths),
        *_of_arrays(paths),
        *_of_writing(paths),
        *_of_claims(claims),
    )


def _of_wwid(wwid: str) -> Iterator[Reason]:
    try:
        checked_uuid(UUID_PREFIX + wwid)
    except NameRefused as refused:
        yield Reason("unusable-wwid", f"no map can be known by this WWID: {refused}")


def _of_age(wwid: str, paths: Sequence[Path]) -> Iterator[Reason]:
    """Tell where udev's word for a unit is none of those that the unit itself has: its database is older."""
    if not _BINARY.fullmatch(wwid):
        return
    told = [path for path in paths if path.udev and path.udev.get("ID_SERIAL") == wwid and path.vpd_83]
    old = [path for path in told if (unit := _unit(path)) and not any(each.endswith(f".{wwid[1:]}") for each in unit)]
    if old:
        seen = _each(old, lambda path: " ".join(_unit(path)))
        yield Reason("stale-identity", f"udev's database says {wwid}, but the kernel read something else: {seen}")


def _of_sizes(paths: Sequence[Path]) -> Iterator[Reason]:
    if any(path.size == 0 for path in paths):
        yield Reason("zero-size", f"a path has no size: {_each(paths, lambda path: f'{path.size} sectors')}")
    elif len({path.size for path in paths}) > 1:
        yield Reason(
            "unequal-sizes", f"the paths have not one size: {_each(paths, lambda path: f'{path.size} sectors')}"
        )


def _of_arrays(paths: Sequence[Path]) -> Iterator[Reason]:
    if len({(path.vendor, path.model) for path in paths}) > 1:
        yield Reason("duplicate-wwid", f"arrays of different make claim to be this unit: {_each(paths, _make)}")
        return
    units = {path.devt: _unit(path) for path in paths if path.vpd_83}
    unreadable = [path for path in paths if path.devt in units and not units[path.devt]]
    if unreadable:
        names = " ".join(path.name for path in unreadable)
        yield Reason("unreadable-identification", f"page 0x83 of {names} names no logical unit, or is damaged")
    elif len(set(units.values())) > 1:
        told = _each([path for path in paths if path.devt in units], lambda path: " ".join(units[path.devt]))
        yield Reason("duplicate-wwid", f"the paths lead to different units of one WWID: {told}")


def _of_writing(paths: Sequence[Path]) -> Iterator[Reason]:
    if len({path.read_only for path in paths}) > 1:
        told = _each(paths, lambda path: "read-only" if path.read_only else "writable")
        yield Reason("mixed-read-only", f"some paths refuse writes: {told}")


def _of_claims(claims: Claims) -> Iterator[Reason]:
    for path, holders in claims:
        yield Reason("path-claimed", f"{path} is held by {', '.join(map(str, holders))}")


def many_named(units: Mapping[str, Sequence[Path]]) -> dict[str, Reason]:
    """
    Return why units are none: by their own word they are one, which goes by several WWIDs here.

    So it is where udev's database has only some of the paths yet, and names the unit by another of its designators
    than the kernel's page would; a map of each WWID would be two maps over one disk.

    Args:
        units: The paths of each WWID.
    """
    wwids: dict[tuple[str, ...], dict[str, None]] = {}
    for wwid, paths in units.items():
        for path in paths:
            if unit := _unit(path):
                wwids.setdefault(unit, {})[wwid] = None
    return {
        wwid: Reason(
            "several-wwids", f"the unit {' '.join(unit)} goes by several WWIDs: {', '.join(map(shown, sorted(names)))}"
        )
        for unit, names in wwids.items()
        if len(names) > 1
        for wwid in names
    }


def _unit(path: Path) -> tuple[str, ...]:
    """Return the designators of the unit, as they are compared before a path joins a map; nothing if damaged."""
    return _unit_of(path.vpd_83)


@lru_cache(maxsize=1 << 14)
def _unit_of(page: bytes) -> tuple[str, ...]:
    try:
        return tuple(sorted(map(str, logical_unit(page)))) if page else ()
    except ValueError:
        return ()


def _make(path: Path) -> str:
    return f"{path.vendor or '?'} {path.model or '?'}, serial {path.serial or '?'}, target {path.target_node or '?'}"


def _each(paths: Sequence[Path], say: Callable[[Path], str]) -> str:
    return "; ".join(f"{path.name}: {shown(say(path))}" for path in paths)
