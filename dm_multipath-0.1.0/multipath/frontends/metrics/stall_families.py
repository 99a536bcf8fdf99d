"""
How long an I/O of a map can stand still, as metrics: the worst of its paths for each kind of fault.

Strategy: nobody is waited for. What only a driver can tell is in attributes that are read at once; one of a request
queue may hold whoever reads it while its path is silent, so such a one is asked for through the asker, with a deadline.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from ... import errors
from ...maps.host import Host
from ...maps.keeper import jiffies_per_second
from ...maps.snapshot import MapSnapshot
from ...paths.attributes import attribute_of
from ...paths.knobs import Knob, KnobFile, knob_files, parse_knob, request_knob
from ...paths.path import Path
from ...paths.request import Answer, fetch
from ...policy.stall import detection
from ...policy.worst_case import Waiting, worst_cases
from ...units import DevT
from .family import NO_LABELS, Family, Kind, Readings, more

BOUND: Final = Family(
    "multipath_map_stall_bound_seconds",
    Kind.GAUGE,
    "The longest that an I/O can stand still, by what happens to a path and whose wait it is; +Inf without a limit.",
    ("map", "fault", "io"),
)
BUDGET: Final = Family(
    "multipath_map_stall_budget_seconds", Kind.GAUGE, "The max_stall that the manager keeps for the map.", ("map",)
)
FAMILIES: Final = (BOUND, BUDGET)
_QUEUE: Final = "/queue/"
_PATIENCE: Final = 0.25  # seconds for all attributes of one path's queue
_BUSES: Final = ("scsi", "nvme")
# What no bound depends on.
_NOT_READ: Final = frozenset({Knob.MAX_SECTORS, Knob.STATE, Knob.NEXUS_LOSS, Knob.KEEP_ALIVE})

Worst = dict[tuple[str, str], float]
_Key = tuple[DevT, int | None]


class StallBounds:
    """
    The bounds of one host; which attributes a path has is looked up once.

    Args:
        host: The host.
    """

    def __init__(self, host: Host) -> None:
        self._host, self._hz = host, jiffies_per_second()
        self._files: dict[_Key, tuple[KnobFile, ...]] = {}

    def add_to(
        self,
        readings: Readings,
        snapshots: Iterable[MapSnapshot],
        devices: Mapping[str, Path],
        budgets: Mapping[str, float],
    ) -> None:
        """
        Add the bounds of all maps.

        Args:
            readings: What is added to.
            snapshots: The maps.
            devices: The path devices, by ``major:minor``.
            budgets: What a manager keeps, by the name of the map.
        """
        now = {(path.devt, path.diskseq) for path in devices.values()}
        self._files = {key: files for key, files in self._files.items() if key in now}
        for snapshot in snapshots:
            labels, budget = more(NO_LABELS, map=snapshot.name), budgets.get(snapshot.name)
            if budget is not None:
                readings[BUDGET].add(labels, budget)
            for (fault, io), seconds in self._worst(snapshot, devices, budget).items():
                readings[BOUND].add(more(labels, fault=fault, io=io), seconds)

    def _worst(self, snapshot: MapSnapshot, devices: Mapping[str, Path], budget: float | None) -> Worst:
        worst: Worst = {}
        try:
            paths, bio = {path.device for path in snapshot.status.paths}, snapshot.table.features.is_bio
        except errors.UnexpectedStatus:
            return worst
        for path in [devices[device] for device in paths if device in devices]:
            if path.bus in _BUSES and (values := self._values(path)):  # none of a device that was deleted
                for key, seconds in _bounds(path.protocol, values, self._hz, bio, budget):
                    worst[key] = max(seconds, worst.get(key, 0.0))
        return worst

    def _values(self, path: Path) -> tuple[tuple[Knob, float], ...]:
        key = path.devt, path.diskseq
        files = self._files.get(key)
        if files is None:
            found = knob_files(path, sysfs=self._host.sysfs)
            files = self._files[key] = tuple(each for each in found if each.knob not in _NOT_READ)
        read = [(each.knob, parse_knob(each.knob, self._text(each.file) or "")) for each in files]
        return tuple((knob, value) for knob, value in read if value is not None)

    def _text(self, file: str) -> str | None:
        if _QUEUE not in file:
            return attribute_of(*os.path.split(file))
        asker = self._host.asker
        answer = asker.ask_blocking(fetch(file), _PATIENCE)
        return answer.data.decode("ascii", "replace") if isinstance(answer, Answer) and not answer.error else None


@lru_cache(maxsize=1024)
def _bounds(
    protocol: str,
    values: tuple[tuple[Knob, float], ...],
    hz: int,
    bio: bool,
    budget: float | None,
) -> tuple[tuple[tuple[str, str], float], ...]:
    """Return the bounds of a path; a fleet of paths has few sets of values."""
    now = Waiting(protocol, dict(values), hz, bio=bio)
    if budget is not None:
        now = replace(now, detection=detection(budget, now[request_knob(protocol)], hz))
    return tuple(((bound.fault, bound.io), round(bound.seconds, 3)) for bound in worst_cases(now))
