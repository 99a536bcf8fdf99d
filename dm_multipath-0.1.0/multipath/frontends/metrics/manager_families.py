"""
What the manager, ``mpath run``, knows of its maps and paths, as metrics; pure.

Strategy: what is read was sent by another process, which may be of another version. So a value that is not there is a
series that is not there, and nothing else.
"""

from collections.abc import Mapping
from typing import Any, Final

from .family import NO_LABELS, Family, Kind, Labels, Readings, more

_MAP: Final = ("map",)
_PATH: Final = ("map", "group", "path")

RUNNING: Final = Family("multipath_manager_running", Kind.GAUGE, "1 where mpath run answers.")
MULTIPATHD: Final = Family("multipath_multipathd_running", Kind.GAUGE, "1 where multipathd accepts connections.")
ACTING: Final = Family("multipath_manager_acting", Kind.GAUGE, "0 where the manager only watches.")
UPTIME: Final = Family("multipath_manager_uptime_seconds", Kind.GAUGE, "For how long the manager has run.")
LATE: Final = Family(
    "multipath_manager_late_seconds", Kind.GAUGE, "For how long the check that waits longest has been due."
)
HELD: Final = Family(
    "multipath_manager_held_calls", Kind.GAUGE, "Questions to paths that the kernel holds past their deadline."
)
WORK: Final = Family(
    "multipath_manager_work_total", Kind.COUNTER, "How often the manager did what: checks, rounds, plans.", ("what",)
)
EVENTS: Final = Family(
    "multipath_manager_events_total", Kind.COUNTER, "What the manager told, by kind: changes and decisions.", ("event",)
)
STATE: Final = Family(
    "multipath_map_state", Kind.GAUGE, "1 for the state in which the manager has the map.", ("map", "state")
)
BEST_GROUP: Final = Family(
    "multipath_map_best_group",
    Kind.GAUGE,
    "The group that the manager holds for the best; 0 where it does not know.",
    _MAP,
)
REFUSED: Final = Family("multipath_map_refused", Kind.GAUGE, "1 where the last plan refused to touch the map.", _MAP)
_COUNTERS: Final = {
    "path_faults": Family(
        "multipath_map_path_faults_total",
        Kind.COUNTER,
        "How often a path failed, by its checker or by the kernel.",
        _MAP,
    ),
    "switch_grp": Family(
        "multipath_map_group_switches_total", Kind.COUNTER, "How often the map was told to switch groups.", _MAP
    ),
    "map_loads": Family("multipath_map_loads_total", Kind.COUNTER, "How often the map got a table.", _MAP),
    "total_q_time": Family(
        "multipath_map_queued_seconds_total", Kind.COUNTER, "For how long the map waited for a path.", _MAP
    ),
    "q_timeouts": Family(
        "multipath_map_queue_timeouts_total", Kind.COUNTER, "How often the time of no_path_retry began to run.", _MAP
    ),
    "map_failures": Family(
        "multipath_map_failures_total", Kind.COUNTER, "How often the waiting ended without a path.", _MAP
    ),
}
CHECKER_STATE: Final = Family(
    "multipath_path_checker_state",
    Kind.GAUGE,
    "1 for what the checker of the path says, in the words of multipath-tools.",
    (*_PATH, "checker", "state"),
)
PRIORITY: Final = Family("multipath_path_priority", Kind.GAUGE, "What the path is worth, where that is known.", _PATH)
CHECKS: Final = Family("multipath_path_checks_total", Kind.COUNTER, "How often the path was checked.", _PATH)
MARGINAL: Final = Family("multipath_path_marginal", Kind.GAUGE, "1 where the path is suspected to be.", _PATH)
FAMILIES: Final = (
    RUNNING, MULTIPATHD, ACTING, UPTIME, LATE, HELD, WORK, EVENTS, STATE, BEST_GROUP, REFUSED, *_COUNTERS.values(),
    CHECKER_STATE, PRIORITY, CHECKS, MARGINAL,
)  # fmt: skip

Record = Mapping[str, Any]


def add_manager(readings: Readings, status: Record | None) -> None:
    """
    Add what a manager answered to ``status``.

    Args:
        readings: What is added to.
        status: The answer; ``None`` where none runs, or it does not answer.
    """
    readings[RUNNING].add(NO_LABELS, status is not None)
    if status is None:
        return
    for family, name in ((ACTING, "acting"), (UPTIME, "seconds"), (LATE, "late")):
        _add(readings, family, NO_LABELS, status.get(name))
    _add(readings, HELD, NO_LABELS, len(status.get("held", ())))
    for family, label, name in ((WORK, "what", "counts"), (EVENTS, "event", "events")):
        for word, value in status.get(name, {}).items():
            _add(readings, family, more(NO_LABELS, **{label: word}), value)
    for each in status.get("maps", ()):
        _add_map(readings, each)


def budgets(status: Record | None) -> dict[str, float]:
    """Return the stall budgets that a manager keeps, by the names of the maps."""
    maps = status.get("maps", ()) if status and status.get("acting") else ()
    found = {str(each.get("name")): each.get("max_stall") for each in maps}
    return {name: budget for name, budget in found.items() if isinstance(budget, int | float)}


def _add_map(readings: Readings, each: Record) -> None:
    labels = more(NO_LABELS, map=str(each.get("name", "")))
    readings[STATE].add(more(labels, state=str(each.get("state", ""))), 1)
    _add(readings, BEST_GROUP, labels, each.get("best_group"))
    _add(readings, REFUSED, labels, bool(each.get("refused")))
    for name, family in _COUNTERS.items():
        _add(readings, family, labels, each.get(name))
    for path in each.get("paths", ()):
        own = more(labels, group=str(path.get("group", 0)), path=str(path.get("name", "")))
        said = {"checker": str(path.get("checker", "")), "state": str(path.get("state", ""))}
        readings[CHECKER_STATE].add(more(own, **said), 1)
        for family, name in ((PRIORITY, "priority"), (CHECKS, "checks"), (MARGINAL, "marginal")):
            _add(readings, family, own, path.get(name))


def _add(readings: Readings, family: Family, labels: Labels, value: object) -> None:
    if isinstance(value, int | float):
        readings[family].add(labels, value)
