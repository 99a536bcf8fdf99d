"""What the manager answers, for JSON; the keys are a promise: none is renamed or removed, new ones may come."""

from typing import NotRequired, TypedDict

from ...maps.monitor_status import MapStatus


class HeldQuestionRecord(TypedDict):
    """
    A question to a path that the kernel holds.

    Attributes:
        node: The path.
        operation: What was asked.
        seconds: For how long.
    """

    node: str
    operation: str
    seconds: float


class HealthRecord(TypedDict):
    """
    Whether all is well.

    Attributes:
        healthy: Whether nothing is wrong.
        alive: Whether the manager gets on with its checks.
        problems: What is wrong, sentences for people.
    """

    healthy: bool
    alive: bool
    problems: list[str]


class ManagerRecord(TypedDict):
    """
    Everything that the manager knows.

    Attributes:
        text: A summary for people.
        acting: Whether anything is done, or only told.
        seconds: For how long it has run.
        maps: The maps, by name.
        held: The questions that the kernel holds.
        counts: How often what happened since: ``events``, ``checks``, ``plans``, …
        late: For how many seconds the check that waits longest has been due.
        events: How often which kind of event was told since.
        rates: The counts per second.
        health: Whether all is well.
    """

    text: str
    acting: bool
    seconds: float
    maps: list[MapStatus]
    held: list[HeldQuestionRecord]
    counts: dict[str, int]
    late: float
    events: dict[str, int]
    rates: dict[str, float]
    health: HealthRecord


class ReloadRecord(TypedDict):
    """
    What a reload of the configuration found.

    Attributes:
        findings: What there is to say about it, sentences for people.
    """

    findings: list[str]


class ManagerEventRecord(TypedDict):
    """
    One event of the manager.

    Attributes:
        number: From 1, without a gap.
        time: The wall clock, in seconds since 1970; it may jump.
        kind: What it is about: ``"snapshot"``, ``"path_state"``, ``"fail_path"``, …
        map: The name of the map; empty where it is about none.
        wwid: Of the map.
        path: The path, ``"8:16"``; empty where it is about none.
        before: What was.
        after: What is now.
        reason: Why.
        table: The table of the map, where the event is what the kernel shows.
        status: Its status, likewise.
        text: All of it, a sentence for people.
    """

    number: int
    time: float
    kind: str
    map: str
    wwid: str
    path: str
    before: str
    after: str
    reason: str
    table: NotRequired[str]
    status: NotRequired[str]
    text: str
