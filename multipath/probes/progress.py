"""
Whether what was sent to the paths comes back, from what the kernel counts anyway: no I/O, and nothing that can hang.

Theory of operation: ``/proc/diskstats`` has, for every disk, how many requests are in flight and how many have come
back. One read tells it for all paths. A path with some in flight, and none come back since some time, is silent or
slow: it should be asked. What a path's host, remote port or session cannot take is not in flight on the path, for
device-mapper holds it back; but then the kernel says that they do not run, in their ``state``.

Both tell of a suspicion only. Who is suspected is asked; see `multipath.maps.silence`.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as Folder
from typing import Final

from ..paths.adapter import above
from ..paths.attributes import attribute_of
from ..paths.path import Path
from ..paths.place import followed
from ..paths.sysfs import SYSFS
from ..units import DevT

SOURCE: Final = "/proc/diskstats"
_IN_FLIGHT: Final = 11  # the fields of a line, from 0
_DONE: Final = (3, 7, 14, 18)
_FEWEST: Final = 14  # fields before Linux v4.18, which counts neither discards nor flushes
_GATES: Final[tuple[tuple[str, str, str, frozenset[str]], ...]] = (
    ("rport-", "fc_remote_ports", "port_state", frozenset({"Online", "Marginal"})),
    ("session", "iscsi_session", "state", frozenset({"LOGGED_IN"})),
    ("host", "scsi_host", "state", frozenset({"running"})),
)


@dataclass(frozen=True, slots=True)
class Counters:
    """What the kernel counts of one disk: requests in flight, and those that have come back since it was there."""

    in_flight: int
    done: int


@dataclass(frozen=True, slots=True)
class Gate:
    """A file that says whether what stands above some paths takes commands, and the words that say yes."""

    file: str
    open: frozenset[str]


@dataclass(frozen=True, slots=True)
class Quiet:
    """
    A path from which nothing comes back.

    Attributes:
        devt: The path.
        seconds: For how long, at least.
        evidence: What was seen, in words.
    """

    devt: DevT
    seconds: float
    evidence: str


def read_counters(wanted: Iterable[DevT], source: str = SOURCE) -> Mapping[DevT, Counters]:
    """Return the counters of some disks; what is not there is left out."""
    keys = {(b"%d" % os.major(number), b"%d" % os.minor(number)): number for number in wanted}
    try:
        with open(source, "rb") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:  # a world in memory counts nothing
        return {}
    found: dict[DevT, Counters] = {}
    for line in lines:
        fields = line.split()
        number = keys.get((fields[0], fields[1])) if len(fields) >= _FEWEST else None
        if number is not None:
            done = sum(int(fields[at]) for at in _DONE if at < len(fields))
            found[number] = Counters(int(fields[_IN_FLIGHT]), done)
    return found


def gates_of(path: Path, *, sysfs: Folder = SYSFS) -> tuple[Gate, ...]:
    """Return the files that say whether commands can go down a path."""
    device = followed(f"{followed(f'{sysfs}/block/{path.name}')}/device") or ""
    if path.bus == "nvme":
        return (Gate(f"{device}/state", frozenset({"live"})),)
    return tuple(
        Gate(f"{folder}/{kind}/{name}/{file}", words)
        for folder, name in above(f"{device}/")
        for prefix, kind, file, words in _GATES
        if name.startswith(prefix) and os.path.isfile(f"{folder}/{kind}/{name}/{file}")
    )


class Progress:
    """
    Remembers since when nothing has come back.

    Synchronization: one task.
    """

    def __init__(self) -> None:
        self._since: dict[DevT, tuple[int, float]] = {}
        self._closed: dict[str, float] = {}

    def see(self, counters: Mapping[DevT, Counters], now: float, patience: float) -> Iterator[Quiet]:
        """
        Yield the paths from which nothing came back for long.

        Args:
            counters: Of all paths.
            now: In seconds, of any clock that does not jump.
            patience: For how many seconds that is nothing to worry about.
        """
        before, self._since = self._since, {}
        for number, each in counters.items():
            if not each.in_flight:
                continue
            done, since = before.get(number, (-1, now))
            if done != each.done:
                since = now
            self._since[number] = each.done, since
            if now - since >= patience:
                text = f"{each.in_flight} in flight, and none came back for {now - since:.1f} s"
                yield Quiet(number, now - since, text)

    def see_gates(self, gates: Mapping[DevT, tuple[Gate, ...]], now: float, patience: float) -> Iterator[Quiet]:
        """Yield the paths that could take no command for long, as the kernel says it."""
        states = {gate: attribute_of(*os.path.split(gate.file)) for each in gates.values() for gate in each}
        shut = {gate: state for gate, state in states.items() if state is not None and state not in gate.open}
        self._closed = {gate.file: self._closed.get(gate.file, now) for gate in shut}
        for number, each in gates.items():
            for gate in each:
                seconds = now - self._closed.get(gate.file, now)
                if gate in shut and seconds >= patience:
                    kind, name = gate.file.split("/")[-3:-1]
                    yield Quiet(number, seconds, f"{kind} {name} is {shut[gate]} for {seconds:.1f} s")
                    break
