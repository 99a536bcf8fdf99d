"""What a word on the command line names in a plan: a path, a map, or the paths of a unit that has no map."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ... import errors
from ...maps.host import Host
from ...maps.plan import Plan
from ...maps.planned_map import PlannedMap
from ...maps.screening import PathVerdict
from ...paths.sysfs import device_number
from ...units import DevT, format_devt

_HCTL_PARTS: Final = 4


@dataclass(frozen=True, slots=True)
class Named:
    """
    What a word names.

    Attributes:
        paths: The paths.
        planned: The map; ``None`` where paths are meant.
    """

    paths: tuple[PathVerdict, ...] = ()
    planned: PlannedMap | None = None


def named(host: Host, plan: Plan, ref: str) -> Named:
    """
    Return what ``ref`` names: a path first, then a map, then the paths of a WWID.

    Args:
        host: The machine.
        plan: A plan of all its maps.
        ref: A kernel name, a node or link, ``major:minor``, ``H:C:T:L``, a map's name, WWID, uuid or ``dm-N``.

    Raises:
        NotFound: nothing.
        AmbiguousRef: more than one map.
    """
    number = device_number(ref, host.sysfs, nodes=host.control.shared)
    if paths := tuple(each for each in plan.paths if number == each.path.devt or _is_address(ref, each)):
        return Named(paths)
    maps = [planned for planned in plan.maps if ref in _answers(planned) or _is_live(planned, number)]
    if len(maps) > 1:
        raise errors.AmbiguousRef(f"{ref!r} could be map {' or '.join(each.wwid for each in maps)}; give the WWID")
    if maps:
        return Named(planned=maps[0])
    if paths := tuple(each for each in plan.paths if each.wwid == ref):
        return Named(paths)
    raise errors.NotFound(f"no path device and no map answers to {ref!r}")


def map_of(plan: Plan, number: DevT) -> PlannedMap | None:
    """Return the map that a path is, or will be, in."""
    return next((planned for planned in plan.maps if number in {path.devt for path in planned.paths}), None)


def verdicts_of(plan: Plan, planned: PlannedMap) -> Iterator[PathVerdict]:
    """Yield the verdicts on the paths of a map, in their order."""
    by_number = {verdict.path.devt: verdict for verdict in plan.paths}
    return (by_number[path.devt] for path in planned.paths)


def each_once(found: Iterable[Named]) -> tuple[list[PathVerdict], list[PlannedMap]]:
    """Return the paths and the maps that were named, each once, in the order in which they were."""
    paths: dict[DevT, PathVerdict] = {}
    maps: dict[str, PlannedMap] = {}
    for each in found:
        paths.update((verdict.path.devt, verdict) for verdict in each.paths)
        if each.planned is not None:
            maps[each.planned.wwid] = each.planned
    return list(paths.values()), list(maps.values())


def _is_address(ref: str, verdict: PathVerdict) -> bool:
    return ref.count(":") == _HCTL_PARTS - 1 and ref == verdict.path.hctl


def _answers(planned: PlannedMap) -> set[str]:
    names = {planned.name, planned.old_name}
    answers = {planned.wwid, planned.uuid, *names, *(f"/dev/mapper/{name}" for name in names)}
    if planned.live is not None:
        node = planned.live.info.node
        answers |= {format_devt(planned.live.devt), node, f"/dev/{node}"}
    return answers - {""}


def _is_live(planned: PlannedMap, number: DevT | None) -> bool:
    return planned.live is not None and planned.live.devt == number
