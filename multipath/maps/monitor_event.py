"""What a monitor tells: what there is, what changed, what was decided and why, and what could not be done."""

import enum
from dataclasses import dataclass, field
from typing import Any

from .snapshot import MapSnapshot


class MonitorEventKind(enum.StrEnum):
    """
    What an event tells.

    ``SNAPSHOT`` comes first, one for each map. ``OVERRUN`` says that a slow listener lost events, and how many; new
    snapshots follow it. Then what the kernel shows, in the words of `EventKind`. Then transitions of state machines:
    ``PATH_STATE``, ``CHECKER``, ``GROUP_STATE``, ``MAP_STATE``. Then decisions, one for each kind of action.
    ``PLANNED`` is what a plan did to a map, ``REFUSED`` why it does nothing. ``FAILED`` is what could not be done.
    ``SILENT`` is a path from which nothing comes back, and what was done about that; ``UNHELD`` what was done about the
    commands that a path holds whose check was silent. ``REGISTERED``: a path got the reservation key of this host.
    ``FABRIC``: what a Fibre Channel fabric tells. ``RETRIGGERED``: a uevent was asked for again.
    ``RESYNCHRONISED``: everything was looked at anew. ``RECONFIGURED``: another configuration holds. ``STOOD_BACK``:
    multipathd runs now.
    """

    SNAPSHOT = "snapshot"
    OVERRUN = "overrun"

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    RELOADED = "reloaded"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    PATH_FAILED = "path_failed"
    PATH_REINSTATED = "path_reinstated"
    GROUP_SWITCHED = "group_switched"
    GROUP_DISABLED = "group_disabled"
    GROUP_ENABLED = "group_enabled"
    QUEUEING = "queueing"
    UNREADABLE = "unreadable"

    PATH_STATE = "path_state"
    CHECKER = "checker"
    GROUP_STATE = "group_state"
    MAP_STATE = "map_state"

    FAIL_PATH = "fail_path"
    REINSTATE_PATH = "reinstate_path"
    SWITCH_GROUP = "switch_group"
    ENABLE_GROUP = "enable_group"
    SET_QUEUEING = "set_queueing"
    REPLAN = "replan"
    FLUSH = "flush"
    ANNOUNCE = "announce"
    KEEP_MAP = "keep_map"
    PURGE = "purge"
    RECHECK_WWID = "recheck_wwid"
    SAMPLE = "sample"
    STOP_SAMPLING = "stop_sampling"
    MARK_MARGINAL = "mark_marginal"

    PLANNED = "planned"
    REFUSED = "refused"
    FAILED = "failed"
    SILENT = "silent"
    UNHELD = "unheld"
    REGISTERED = "registered"
    FABRIC = "fabric"
    RETRIGGERED = "retriggered"
    RESYNCHRONISED = "resynchronised"
    RECONFIGURED = "reconfigured"
    STOOD_BACK = "stood_back"


@dataclass(frozen=True, slots=True)
class MonitorEvent:
    """
    One thing that a monitor tells.

    Attributes:
        number: From 1, without a gap, in the order in which one listener gets them.
        time: The wall clock, in seconds since 1970; it may jump.
        kind: What it is about.
        map: The name of the map; empty where it is about none.
        wwid: Of the map.
        path: The path, ``"8:16"``; empty where it is about none.
        before: What was: the state, the old name, the group.
        after: What is now; for a decision ``"not done"`` where the monitor only watches.
        reason: Why, in words that name the option and its value.
        snapshot: The map as the kernel shows it, for ``SNAPSHOT`` and what the kernel shows; else ``None``.
    """

    number: int
    time: float
    kind: MonitorEventKind
    map: str = ""
    wwid: str = ""
    path: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""
    snapshot: MapSnapshot | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """Return one line for people."""
        what = self.kind.replace("_", " ")
        states = f"{self.before} -> {self.after}" if self.before and self.after else self.after or self.before
        words = [f"{self.map}:" if self.map else "", what, self.path, states, f"({self.reason})" if self.reason else ""]
        return " ".join(filter(None, words))

    def as_record(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        record: dict[str, Any] = {
            "number": self.number,
            "time": self.time,
            "kind": str(self.kind),
            "map": self.map,
            "wwid": self.wwid,
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
        }
        if self.snapshot is not None:
            record["table"] = self.snapshot.table_line.params.strip()
            record["status"] = self.snapshot.status_line.params.strip()
        return record
