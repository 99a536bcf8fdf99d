"""``mpath explain stall``: how long an I/O of a map can wait for each of its paths, term by term."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypedDict

from ...maps.keeper import jiffies_per_second, waiting
from ...maps.planned_map import PlannedMap
from ...paths.knobs import knob_files
from ...paths.path import Path
from ...policy.bound import UNLIMITED, Bound, BoundRecord
from ...policy.settings import MapSettings
from ...policy.stall import StallPlan, stall_plan
from ...policy.worst_case import worst_cases
from ...units import format_devt
from .lookup import each_once, map_of, named
from .planning import Planned, planned
from .terminal import Line, Span, print_json, print_lines

STALL: Final = "stall"
_VERB: Final = "explain"
_LONGEST: Final = 86400.0


class StallFindingRecord(TypedDict):
    """
    What there is to say about a stall budget.

    Attributes:
        text: A sentence for people.
        unmet: Whether the budget cannot be kept for it.
    """

    text: str
    unmet: bool


class StalledPathRecord(TypedDict):
    """
    How long an I/O can wait for a path.

    Attributes:
        name: The kernel's name.
        device: ``"8:16"``.
        protocol: As multipath.conf has it: ``"scsi:fcp"``.
        max_stall: The budget in seconds; ``null``, as the next two, without one.
        met: Whether it is kept.
        achievable: The least that could be kept, in seconds.
        timeouts: The value of each attribute that the budget asks for.
        bounds: The bounds: under the budget, else under what the kernel has now.
        findings: What there is to say.
    """

    name: str
    device: str
    protocol: str
    max_stall: float | None
    met: bool | None
    achievable: float | None
    timeouts: dict[str, float]
    bounds: list[BoundRecord]
    findings: list[StallFindingRecord]


class StalledMapRecord(TypedDict):
    """
    How long an I/O of a map can wait.

    Attributes:
        name: The name of the map.
        wwid: Its WWID.
        paths: Its paths.
    """

    name: str
    wwid: str
    paths: list[StalledPathRecord]


@dataclass(frozen=True, slots=True)
class ExplainedStall:
    """
    A path and the bounds of its waits.

    Attributes:
        path: The path.
        plan: What the budget means for it; ``None`` without a budget.
        bounds: The bounds: under the budget, else under what the kernel has now.
    """

    path: Path
    plan: StallPlan | None
    bounds: tuple[Bound, ...]


def seconds(text: str) -> float:
    """Return the seconds that a word on the command line says."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _LONGEST:
        raise argparse.ArgumentTypeError(f"not a number of seconds from 1 to {_LONGEST:.0f}: {text!r}")
    return value


def explain_stall(args: argparse.Namespace) -> int:
    """Run ``mpath explain stall``."""
    with planned(_VERB, args) as found:
        paths, maps = each_once([named(found.host, found.plan, ref) for ref in args.refs[1:]])
        owners = [map_of(found.plan, verdict.path.devt) for verdict in paths]
        chosen = {each.wwid: each for each in [*maps, *filter(None, owners)]}
        explained = [(each, _stalls(found, each, args.max_stall)) for each in chosen.values()]
    if args.output == "json":
        print_json({"maps": [_record(*each) for each in explained]})
    else:
        print_lines([line for each in explained for line in _lines(*each)])
    return 0


def _stalls(found: Planned, each: PlannedMap, asked: float | None) -> list[ExplainedStall]:
    settings = each.desired.settings if each.desired else None
    configured = settings.value("max_stall") if settings else None
    budget = asked if asked is not None else None if configured is None else float(configured)
    bio = each.live is not None and "queue_mode bio" in str(each.live.table.features)
    return [_stall(found, path, settings, budget, bio=bio) for path in each.paths]


def _stall(
    found: Planned, path: Path, settings: MapSettings | None, budget: float | None, *, bio: bool
) -> ExplainedStall:
    files = knob_files(path, sysfs=found.host.sysfs)
    now = waiting(path, files, jiffies_per_second(), settings, bio=bio)
    plan = None if budget is None else stall_plan(budget, now)
    return ExplainedStall(path, plan, worst_cases(now) if plan is None else plan.bounds)


def _record(each: PlannedMap, stalls: list[ExplainedStall]) -> StalledMapRecord:
    return {"name": each.name, "wwid": each.wwid, "paths": [_path_record(stall) for stall in stalls]}


def _path_record(stall: ExplainedStall) -> StalledPathRecord:
    plan = stall.plan
    return {
        "name": stall.path.name,
        "device": format_devt(stall.path.devt),
        "protocol": stall.path.protocol,
        "max_stall": None if plan is None else plan.budget,
        "met": None if plan is None else plan.met,
        "achievable": None if plan is None else round(plan.achievable, 3),
        "timeouts": {} if plan is None else {str(knob): value for knob, value in plan.values.items()},
        "bounds": [bound.as_record() for bound in stall.bounds],
        "findings": [] if plan is None else [{"text": each.text, "unmet": each.unmet} for each in plan.findings],
    }


def _lines(each: PlannedMap, stalls: list[ExplainedStall]) -> Iterator[Line]:
    yield (Span(each.name, "bold"), Span(f" {each.wwid}"))
    for stall in stalls:
        yield from _path_lines(stall)


def _path_lines(stall: ExplainedStall) -> Iterator[Line]:
    yield (Span(f"  {stall.path.name} {stall.path.protocol}: {_budget(stall.plan)}"),)
    for bound in stall.bounds:
        yield (Span(f"    {bound.fault}, {bound.io} I/O: {_time(bound.seconds)}"),)
        for term in bound.terms:
            yield (Span(f"      {_time(term.seconds):>8}  {term.name}: {term.limit}"),)
        if bound.remark:
            yield (Span(f"      {bound.remark}"),)
    for finding in stall.plan.findings if stall.plan else ():
        yield (Span("    not met: " if finding.unmet else "    "), Span(finding.text))


def _budget(plan: StallPlan | None) -> str:
    if plan is None:
        return "no max_stall; with the timeouts that the kernel has now"
    values = ", ".join(f"{knob} {value:g}" for knob, value in plan.values.items())
    return f"max_stall {plan.budget:g} s {'is kept' if plan.met else 'cannot be kept'}, with {values}"


def _time(value: float) -> str:
    return "no limit" if value == UNLIMITED else f"{value:.2f} s"
