"""
A plan for people: for each map what is done, why, and what of its table goes and comes; pure.

What is as it should be is counted, not shown: on most days that is everything.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ...maps.plan import Plan
from ...maps.planned_map import Action, PlannedMap
from ...maps.screening import PathVerdict
from ...units import format_devt, to_bytes
from .size import human_size
from .table_lines import Names, changed_lines, table_lines
from .terminal import Line, Span

_FAINT: Final = "dim"
_CHANGE: Final = ("~", "yellow")
_MARKS: Final[Mapping[Action, tuple[str, str]]] = {
    Action.CREATE: ("+", "green"),
    Action.REFUSE: ("!", "bold red"),
    Action.NOTHING: (" ", _FAINT),
}
_COUNTED: Final[Mapping[Action, str]] = {
    Action.CREATE: "to create",
    Action.RENAME: "to rename",
    Action.RESIZE: "to resize",
    Action.RELOAD: "to reload",
    Action.QUEUEING: "to change the queueing of",
    Action.SWITCH: "to switch",
    Action.REFUSE: "refused",
    Action.NOTHING: "as it should be",
}


def plan_lines(plan: Plan, *, verbose: bool, unused: bool) -> Iterator[Line]:
    """
    Yield the lines of a plan.

    Args:
        plan: The plan.
        verbose: Also the texts of the tables, and the maps that are as they should be.
        unused: Also the paths of no map.
    """
    names = names_of(plan.paths)
    for planned in plan.maps:
        if verbose or planned.action is not Action.NOTHING:
            yield from map_lines(planned, names, verbose=verbose)
    if unused:
        yield from unused_lines(plan)
    yield from ((Span(remark.text, "yellow"), Span(f" [{remark.code}]", _FAINT)) for remark in plan.remarks)
    yield (Span(summary(plan), "bold"),)


def map_lines(planned: PlannedMap, names: Names, *, verbose: bool) -> Iterator[Line]:
    """Yield the lines of one map: what is done, why, and what changes in its table."""
    yield heading(planned)
    yield from reason_lines(planned)
    yield from left_out_lines(planned)
    if planned.action is not Action.REFUSE:
        yield from ((Span("  "), *line) for line in _table(planned, names))
    if verbose:
        yield from _texts(planned)


def heading(planned: PlannedMap) -> Line:
    """Return what is done about which map."""
    mark, style = _MARKS.get(planned.action, _CHANGE)
    name, wwid = title(planned)
    size = human_size(to_bytes(planned.size))
    return (Span(f"{mark} {' and '.join(planned.actions)} ", style), name, Span(f"{wwid}, {size}"))


def title(planned: PlannedMap) -> tuple[Span, str]:
    """Return the name of a map, and its WWID in brackets; a refused one may have no other name."""
    renamed = Action.RENAME in planned.actions
    name = f"{planned.old_name} to {planned.name}" if renamed else planned.name or planned.wwid
    return Span(name, "bold"), "" if name == planned.wwid else f" ({planned.wwid})"


def reason_lines(planned: PlannedMap) -> Iterator[Line]:
    """Yield why, one line for each reason."""
    yield from ((Span(f"    {reason.text}"), Span(f" [{reason.code}]", _FAINT)) for reason in planned.reasons)


def left_out_lines(planned: PlannedMap) -> Iterator[Line]:
    """Yield the paths of the unit that do not join, one line each."""
    if planned.desired is not None:
        yield from ((Span(f"    without {each}", "yellow"),) for each in planned.desired.left_out)


def unused_lines(plan: Plan) -> Iterator[Line]:
    """Yield one line for each path that no map has, with the reason."""
    used = {path.devt for planned in plan.maps for path in planned.paths}
    for verdict in plan.paths:
        if verdict.path.devt not in used:
            yield (Span(f"  unused {verdict.path}: {verdict.text}"), Span(f" [{verdict.code}]", _FAINT))


def summary(plan: Plan) -> str:
    """Return how many maps there are of each kind of action, and how many paths no map has."""
    counts = Counter(planned.action for planned in plan.maps)
    told = ", ".join(f"{counts[action]} {words}" for action, words in _COUNTED.items() if counts[action])
    unused = len(list(unused_lines(plan)))
    return f"maps: {told or 'none'}; paths of no map: {unused}" if unused else f"maps: {told or 'none'}"


def names_of(verdicts: Iterable[PathVerdict]) -> Names:
    """Return the kernel's name of each path by its number."""
    return {format_devt(verdict.path.devt): verdict.path.name for verdict in verdicts}


def _table(planned: PlannedMap, names: Names) -> Iterator[Line]:
    """Yield the table: whole where it is new or stays, else with its changes."""
    if planned.table is None:
        return
    if planned.actions == (Action.NOTHING,):
        yield from ((Span(f"  {line}"),) for line in table_lines(planned.table, names))
    elif planned.live is None or Action.RELOAD in planned.actions or Action.RESIZE in planned.actions:
        yield from changed_lines(planned.live.table if planned.live else None, planned.table, names)


def _texts(planned: PlannedMap) -> Iterator[Line]:
    if planned.live is not None:
        yield (Span(f"    has  {planned.live.table}", _FAINT),)
    if planned.table is not None and planned.action is not Action.NOTHING:
        yield (Span(f"    gets {planned.table}", _FAINT),)
