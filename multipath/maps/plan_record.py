"""What a plan is for JSON; the keys are a promise: none is renamed or removed, new ones may come."""

from typing import TypedDict


class ReasonRecord(TypedDict):
    """
    Why something is planned.

    Attributes:
        code: A word for programs; the same fact always has the same one.
        text: A sentence for people.
    """

    code: str
    text: str


class PlannedPathRecord(TypedDict):
    """
    A path of a group that a map should have.

    Attributes:
        name: The kernel's name.
        device_number: ``"8:16"``.
        state: What the path is taken to be: ``"up"``, ``"down"``, …
        priority: Its priority; ``null`` where it is not known yet.
        prioritizer: What gave it; ``null`` for none.
    """

    name: str
    device_number: str
    state: str
    priority: int | None
    prioritizer: str | None


class PlannedGroupRecord(TypedDict):
    """
    A group that a map should have.

    Attributes:
        number: From 1.
        priority: What the group is worth.
        marginal: Whether it is of marginal paths.
        paths: Its paths.
    """

    number: int
    priority: int
    marginal: bool
    paths: list[PlannedPathRecord]


class PlannedMapRecord(TypedDict):
    """
    What is planned for one logical unit.

    Attributes:
        wwid: Of the unit.
        name: The name that its map will have.
        old_name: The name that it has now; ``null`` where there is none.
        uuid: The identity of the map.
        action: The one that changes most: ``"refuse"``, ``"create"``, ``"rename"``, ``"resize"``, ``"reload"``,
            ``"queueing"``, ``"switch"`` or ``"nothing"``.
        actions: All of them, in their order.
        reasons: Why.
        size_bytes: What the map will have.
        read_only: Whether the map is made read-only.
        table: The table that it should have; ``null`` where nothing says one.
        live_table: The table that it has; ``null`` without a map.
        binding: The alias that is bound to the WWID first; ``null`` where that is done, or not wanted.
        best_group: The group to begin with, from 1; 0 for none.
        groups: The groups that it should have.
        paths: The kernel's names of the paths of the unit.
    """

    wwid: str
    name: str
    old_name: str | None
    uuid: str
    action: str
    actions: list[str]
    reasons: list[ReasonRecord]
    size_bytes: int
    read_only: bool
    table: str | None
    live_table: str | None
    binding: str | None
    best_group: int
    groups: list[PlannedGroupRecord]
    paths: list[str]


class VerdictRecord(TypedDict):
    """
    Whether a path may be used.

    Attributes:
        name: The kernel's name.
        device_number: ``"8:16"``.
        wwid: The identity of its unit; ``null`` where it has none.
        allowed: Whether it may be used.
        code: Why, as a word for programs.
        text: The same, a sentence for people.
    """

    name: str
    device_number: str
    wwid: str | None
    allowed: bool
    code: str
    text: str


class PlanRecord(TypedDict):
    """
    What should be done on one machine.

    Attributes:
        maps: One for each logical unit that has a map, is to have one, or is refused one.
        paths: The verdict on every path.
        remarks: What there is to say about the whole.
    """

    maps: list[PlannedMapRecord]
    paths: list[VerdictRecord]
    remarks: list[ReasonRecord]
