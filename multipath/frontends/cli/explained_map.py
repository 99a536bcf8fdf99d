"""Everything that decides how a map is made: its name, its groups, its options; for people and for programs; pure."""

from collections.abc import Iterator, Sequence
from typing import TypedDict

from ...config.configuration import Configuration
from ...config.resolve import Effective
from ...maps.plan_record import PlannedMapRecord
from ...maps.planned_map import PlannedMap
from ...policy.desired import DesiredMap
from ...policy.settings import PER_MAP
from ...units import to_bytes
from .path_settings import of_map
from .plan_lines import left_out_lines, reason_lines, title
from .setting_lines import SettingRecord, setting_record, setting_rows
from .size import human_size
from .terminal import Line, Span


class LeftOutRecord(TypedDict):
    """
    A path that does not join a map.

    Attributes:
        name: The kernel's name.
        reason: Why, a sentence for people.
    """

    name: str
    reason: str


class MapExplanation(PlannedMapRecord):
    """
    What is planned for a map, and what follows from it.

    Attributes:
        left_out: The paths of the unit that do not join.
        settings: What holds for it.
    """

    left_out: list[LeftOutRecord]
    settings: list[SettingRecord]


def map_settings(planned: PlannedMap, configuration: Configuration) -> list[Effective]:
    """Return the options of a map."""
    return [of_map(option, planned, configuration) for option in PER_MAP]


def map_record(planned: PlannedMap, settings: Sequence[Effective]) -> MapExplanation:
    """Return a map for programs: as the plan has it, with its options and the paths that do not join."""
    left_out = planned.desired.left_out if planned.desired else ()
    return {
        **planned.as_record(),
        "left_out": [{"name": each.member.path.name, "reason": each.reason} for each in left_out],
        "settings": [setting_record(each) for each in settings],
    }


def map_lines(planned: PlannedMap, settings: Sequence[Effective]) -> Iterator[Line]:
    """Yield a map for people, with these of its options."""
    size, actions = human_size(to_bytes(planned.size)), " and ".join(planned.actions)
    name, wwid = title(planned)
    yield (name, Span(f"{wwid}, {size}, planned: {actions}"))
    yield from reason_lines(planned)
    yield from left_out_lines(planned)
    if planned.desired is not None:
        yield from _groups(planned.desired)
    yield (Span("  settings"),)
    yield from ((Span("    "), *row) for row in setting_rows(settings))


def _groups(desired: DesiredMap) -> Iterator[Line]:
    for number, group in enumerate(desired.groups, start=1):
        best = ", the best" if number == desired.best_group else ""
        yield (Span(f"  group {number}{best}: {group}"),)
        yield from ((Span(f"    {member}"),) for member in group.members)
