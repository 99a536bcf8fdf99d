"""How everything that a monitor looks after stands at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..paths.request import Held
from ..units import DevT, format_devt

if TYPE_CHECKING:
    from .charge import Charge
    from .monitored_map import MonitoredMap


@dataclass(frozen=True, slots=True)
class PathStatus:
    """
    A path.

    Attributes:
        name: The kernel's name of it.
        device: ``"8:16"``.
        group: Its group, from 1; 0 for one that could not join.
        state: In the words of multipath-tools: what its checker says, or ``delayed`` where it is withheld.
        machine: The state of its machine.
        active: Whether the kernel uses it.
        checker: Its ``path_checker``.
        message: What its checker said last.
        priority: What it is worth; ``None`` where that is not known.
        next_check: In how many seconds it is checked; ``None`` while it is being checked.
        checks: How often it was checked.
        marginal: Whether it is suspected to be.
    """

    name: str
    device: str
    group: int
    state: str
    machine: str
    active: bool
    checker: str
    message: str
    priority: int | None
    next_check: float | None
    checks: int
    marginal: bool

    def as_record(self) -> dict[str, Any]:
        """Return all of it for JSON. Not `dataclasses.asdict`, which takes ten times as long, whenever one asks."""
        return {
            "name": self.name,
            "device": self.device,
            "group": self.group,
            "state": self.state,
            "machine": self.machine,
            "active": self.active,
            "checker": self.checker,
            "message": self.message,
            "priority": self.priority,
            "next_check": self.next_check,
            "checks": self.checks,
            "marginal": self.marginal,
        }


@dataclass(frozen=True, slots=True)
class MapStatus:
    """
    A map, with the counters of multipath-tools' ``show maps stats``.

    Attributes:
        name: Its name.
        wwid: Its WWID.
        state: The state of its machine; ``unmanaged`` for a map that is only watched.
        group: The group in use, from 1; 0 for none.
        best_group: The best group; 0 where that is not known.
        queueing: Whether I/O waits while there is no path.
        paths: Its paths.
        refused: Why the last plan refused it; empty where it did not.
        path_faults: How often a path failed.
        switch_grp: How often it was told to switch groups.
        map_loads: How often it got a table.
        total_q_time: For how many seconds it waited for a path.
        q_timeouts: How often it began to wait.
        map_failures: How often the waiting ended without a path.
        max_stall: The stall budget that is kept, in seconds; ``None`` where there is none, or nobody keeps it.
    """

    name: str
    wwid: str
    state: str
    group: int
    best_group: int
    queueing: bool
    paths: tuple[PathStatus, ...]
    refused: str = ""
    path_faults: int = 0
    switch_grp: int = 0
    map_loads: int = 0
    total_q_time: float = 0.0
    q_timeouts: int = 0
    map_failures: int = 0
    max_stall: float | None = None

    def as_record(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        return {
            "name": self.name,
            "wwid": self.wwid,
            "state": self.state,
            "group": self.group,
            "best_group": self.best_group,
            "queueing": self.queueing,
            "paths": [path.as_record() for path in self.paths],
            "refused": self.refused,
            "path_faults": self.path_faults,
            "switch_grp": self.switch_grp,
            "map_loads": self.map_loads,
            "total_q_time": self.total_q_time,
            "q_timeouts": self.q_timeouts,
            "map_failures": self.map_failures,
            "max_stall": self.max_stall,
        }


@dataclass(frozen=True, slots=True)
class MonitorStatus:
    """
    Everything.

    Attributes:
        acting: Whether anything is done, or only told.
        seconds: For how long the monitor has run.
        maps: The maps, by name.
        held: The questions that the kernel holds still.
        counts: How often what happened since: ``events``, ``uevents``, ``checks``, ``rounds``, ``plans``, ``failures``.
        late: For how many seconds the check that waits longest has been due; one that is under way is not late.
        events: How often which kind of event was told since.
    """

    acting: bool
    seconds: float
    maps: tuple[MapStatus, ...]
    held: tuple[Held, ...]
    counts: Mapping[str, int]
    late: float = 0.0
    events: Mapping[str, int] = field(default_factory=dict)

    def rate(self, what: str) -> float:
        """Return how often per second something happened."""
        return self.counts.get(what, 0) / self.seconds if self.seconds > 0 else 0.0

    def as_record(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        return {
            "acting": self.acting,
            "seconds": self.seconds,
            "maps": [each.as_record() for each in self.maps],
            "held": [
                {"node": each.node, "operation": each.operation.name.lower(), "seconds": each.seconds}
                for each in self.held
            ],
            "counts": dict(self.counts),
            "late": self.late,
            "events": {str(kind): number for kind, number in self.events.items()},
            "rates": {what: self.rate(what) for what in self.counts},
        }


def status_of(charge: "Charge", began: float, held: Sequence[Held], late: float) -> MonitorStatus:
    """Return how everything stands."""
    maps = tuple(sorted((_map_status(each, charge) for each in charge.maps.values()), key=lambda each: each.name))
    told = dict(charge.told)
    return MonitorStatus(charge.act, charge.now - began, maps, tuple(held), dict(charge.counts), late, told)


def _map_status(about: "MonitoredMap", charge: "Charge") -> MapStatus:
    supervisor = about.supervisor
    if supervisor is None:
        return MapStatus(about.name, about.wwid, "unmanaged", 0, 0, about.queueing, (), about.refused)
    counters = supervisor.counters
    return MapStatus(
        about.name,
        about.wwid,
        str(supervisor.state),
        next((number for number, state in supervisor.groups.items() if state == "current"), 0),
        supervisor.best,
        about.queueing,
        tuple(filter(None, (_path_status(about, devt, charge.now) for devt in [*about.paths, *about.outside]))),
        about.refused,
        counters.path_faults,
        counters.switch_grp,
        about.map_loads,
        counters.total_q_time,
        counters.q_timeouts,
        counters.map_failures,
        charge.keeper.budget(about.settings) if charge.keeper is not None and charge.act else None,
    )


def _path_status(about: "MonitoredMap", devt: DevT, now: float) -> PathStatus | None:
    assert about.supervisor is not None
    member = about.paths.get(devt) or about.outside[devt]
    watched = about.supervisor.paths.get(devt)
    if watched is None:
        verdict = member.verdict
        state, message = (str(verdict.state), verdict.message) if verdict else ("unchecked", "")
        return PathStatus(
            member.path.name, format_devt(devt), 0, state, "outside", False, member.checker_name, message,
            member.priority, None, member.checks, False,
        )  # fmt: skip
    return PathStatus(
        member.path.name,
        format_devt(devt),
        watched.group,
        str(watched.shown),
        str(watched.state),
        watched.kernel_uses,
        member.checker_name,
        watched.message,
        watched.priority,
        None if member.checking else max(0.0, watched.interval.due - now),
        member.checks,
        not watched.reputation.trusted,
    )
