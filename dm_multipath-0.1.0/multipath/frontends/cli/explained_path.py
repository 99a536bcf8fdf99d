"""A path with all that follows from it, and where it is in its map; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from ...config.configuration import Configuration
from ...config.resolve import Effective
from ...maps.planned_map import PlannedMap
from ...maps.screening import PathVerdict
from ...paths.path import Path
from ...policy.desired import DesiredMap
from ...policy.find_multipaths import Decision
from ...policy.member import Member
from .checked_path import CheckedPath
from .path_settings import PER_PATH, of_path


class MembershipRecord(TypedDict):
    """
    The map that a path is in, or will be.

    Attributes:
        name: The map's name.
        wwid: Its WWID.
        action: What ``mpath plan`` says about it.
        group: The number of the path's group in the table that it should have; ``null`` where the path does not join.
        state: What the path is taken to be: ``"up"``, ``"down"``, …; ``null`` where that was not asked.
        priority: Its priority; ``null`` where it is not known yet.
        why: What the priority rests on, or why the path does not join.
    """

    name: str
    wwid: str
    action: str
    group: int | None
    state: str | None
    priority: int | None
    why: str


@dataclass(frozen=True, slots=True)
class ExplainedPath:
    """
    A path, and what follows from it.

    Attributes:
        verdict: Whether it may be used.
        planned: The map that it is in, or will be; ``None`` for none.
        settings: The options that are told.
        build: Whether find_multipaths lets its unit have a map; ``None`` where the blacklist or its WWID does not.
        claim: Whether the disk is claimed; ``None`` where nobody asked.
        checked: What its checker says; ``None`` where none was asked.
    """

    verdict: PathVerdict
    planned: PlannedMap | None
    settings: Sequence[Effective]
    build: Decision | None = None
    claim: Decision | None = None
    checked: CheckedPath | None = None


def path_settings(verdict: PathVerdict, configuration: Configuration) -> list[Effective]:
    """Return the options of a path."""
    return [of_path(option, verdict.path, verdict.wwid, configuration) for option in PER_PATH]


def membership(path: Path, planned: PlannedMap) -> MembershipRecord:
    """Return where a path is, or will be, in a map."""
    group, member, why = None, None, ""
    if planned.desired is not None:
        group, member, why = _placed(path, planned.desired)
    return {
        "name": planned.name,
        "wwid": planned.wwid,
        "action": str(planned.action),
        "group": group,
        "state": None if member is None else str(member.state),
        "priority": None if member is None else member.priority,
        "why": why,
    }


def _placed(path: Path, desired: DesiredMap) -> tuple[int | None, Member | None, str]:
    """Return the number of a path's group, what it is there, and what its priority rests on or why it is in none."""
    for number, group in enumerate(desired.groups, start=1):
        for member in group.members:
            if member.path.devt == path.devt:
                by = f"by {member.prioritizer.name}" if member.prioritizer else ""
                return number, member, ": ".join(filter(None, (by, member.why)))
    for left in desired.left_out:
        if left.member.path.devt == path.devt:
            return None, left.member, left.reason
    return None, None, ""
