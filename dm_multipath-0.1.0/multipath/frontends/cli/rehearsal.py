"""
The rehearsal behind ``mpath demo``: a map on virtual paths loses them, one and then a whole group, under verified I/O.

The `Stage` says where. Nothing waits by the clock: each step waits for the kernel's event or for so many verified
blocks, with a deadline. Whatever happens, also Ctrl-C or a kill, the paths run again and the map is gone at the end;
what a run that could not even do that left behind is recognised by its uuid.
"""

import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from ... import errors
from ...lab.load import Load
from ...lab.load_report import LoadReport
from ...maps.event import Event, EventKind
from ...maps.map import Map
from ...paths.path import Path
from ...units import format_devt
from ...wire.table import MultipathTable
from .journal import Journal
from .record import devices_of, map_tree
from .size import human_size, sectors_size
from .stage import PATHS, Stage, bring_back
from .terminal import Line, Span, print_lines
from .tree import tree

NAME: Final = "mpdemo"
UUID_PREFIX: Final = "mpath-demo-"
_NOT_FOR_UUIDS: Final = re.compile(r"[^0-9A-Za-z#+\-.:=@_]", re.ASCII)
_ENOUGH: Final = 500  # verified blocks after each step: every path of a group has had its share by then
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a rehearsal found.

    Attributes:
        io: The verified I/O.
        events: The kernel's events, in order.
        unexpected: Those among them that no step had asked for.
        left: What was still there at the end.
    """

    io: LoadReport
    events: tuple[Event, ...]
    unexpected: tuple[Event, ...]
    left: tuple[str, ...]

    @property
    def in_order(self) -> bool:
        """Whether the kernel's event numbers only grew."""
        numbers = [event.event_nr for event in self.events]
        return numbers == sorted(numbers)

    @property
    def is_good(self) -> bool:
        """Whether every byte was right, every event came as expected, and nothing is left."""
        return self.io.is_good and self.in_order and not self.unexpected and not self.left

    def count(self, kind: EventKind) -> int:
        """Return how many events of a kind came."""
        return sum(event.kind is kind for event in self.events)


def remove_leftovers(stage: Stage) -> list[str]:
    """Remove the maps of runs that were killed, let their paths run again, and return the maps' names."""
    removed, host = [], stage.host
    for entry in host.control.devices():
        info = host.control.info(entry)
        if info.uuid.startswith(UUID_PREFIX):
            members = host.control.deps(info)
            host.control.remove(info)
            bring_back(stage, [path for path in host.paths() if path.devt in members])
            removed.append(info.name)
    return removed


@contextmanager
def _on_signals(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> Iterator[None]:
    """Have SIGINT and SIGTERM handled in this way for a while."""
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def rehearse(stage: Stage) -> Outcome:
    """
    Run the rehearsal, tell it on standard output, and return what was found.

    Raises:
        NotFound: there is no virtual array with four paths.
        WaitTimeout: an event or the I/O did not come.
        MultipathError: whatever the kernel refused.
    """
    for name in remove_leftovers(stage):
        _say(f"A killed run had left the map {name}: removed.")
    paths = stage.array()
    if not paths:
        raise errors.NotFound(f"no virtual array (scsi_debug) with {PATHS} paths to one logical unit is on this host")
    with _on_signals(signal.default_int_handler):
        try:
            return Rehearsal(stage, paths).run()
        finally:
            with _on_signals(signal.SIG_IGN):
                bring_back(stage, paths)
                remove_leftovers(stage)


class Rehearsal:
    """One run on four paths."""

    def __init__(self, stage: Stage, paths: Sequence[Path]) -> None:
        self._stage, self._host, self._paths = stage, stage.host, paths
        unit = _NOT_FOR_UUIDS.sub("_", paths[0].designator or "")
        self.uuid = f"{UUID_PREFIX}{unit}"[:128]

    def run(self) -> Outcome:
        """Tell the story and return what was found."""
        self._tell_paths()
        with Journal(self._host.control, self.uuid, _tell_event) as journal:
            report = self._live(journal)
            journal.expect(EventKind.REMOVED)
            outcome = Outcome(report, journal.events, journal.unexpected, self._left())
        _tell_summary(outcome)
        return outcome

    def _live(self, journal: Journal) -> LoadReport:
        """Go through the life of the map, from creation to removal."""
        groups = [[format_devt(path.devt) for path in group] for group in (self._paths[:2], self._paths[2:])]
        found = self._host.create(NAME, MultipathTable.build(groups), uuid=self.uuid)
        journal.expect(EventKind.ADDED)
        self._show("The map, fresh", found)
        with Load(NAME, lambda: self._stage.open(NAME)) as io:
            try:
                io.wait_verified(_ENOUGH)
                _say("Blocks are written, read back and compared from now on, without a pause.")
                self._lose_a_path(found, journal, io)
                self._lose_a_group(found, journal, io)
                report = io.finish()
            finally:
                # I/O on its way needs a path to come back by.
                bring_back(self._stage, self._paths)
        self._show("The map, after all that", found)
        found.remove()
        return report

    def _lose_a_path(self, found: Map, journal: Journal, io: Load) -> None:
        lost = self._paths[0]
        _headline(f"{lost.name} goes offline")
        self._take_away([lost], journal)
        io.wait_verified(_ENOUGH)
        self._show("The map, with one path lost", found)
        _headline(f"{lost.name} comes back")
        self._give_back(lost, found, journal)
        io.wait_verified(_ENOUGH)

    def _lose_a_group(self, found: Map, journal: Journal, io: Load) -> None:
        group = self._paths[:2]
        _headline(f"{' and '.join(path.name for path in group)} go offline: all of group 1")
        self._take_away(group, journal)
        io.wait_verified(_ENOUGH)
        self._show("The map, on its second group", found)
        _headline("group 1 comes back, and I/O returns to it")
        # The kernel sends no event when it goes on to the next group itself: the next event shows it.
        self._give_back(group[0], found, journal)
        journal.expect(EventKind.GROUP_SWITCHED, group=2)
        self._give_back(group[1], found, journal)
        found.switch_group(1)
        journal.expect(EventKind.GROUP_SWITCHED, group=1)
        io.wait_verified(_ENOUGH)

    def _take_away(self, paths: Sequence[Path], journal: Journal) -> None:
        for path in paths:
            self._stage.set_state(path, "offline")
        for path in paths:
            journal.expect(EventKind.PATH_FAILED, path=format_devt(path.devt))

    def _give_back(self, path: Path, found: Map, journal: Journal) -> None:
        self._stage.set_state(path, "running")
        found.reinstate_path(path.devt)
        journal.expect(EventKind.PATH_REINSTATED, path=format_devt(path.devt))

    def _left(self) -> tuple[str, ...]:
        """Return what the rehearsal should have taken away, and did not."""
        left = [f"map {entry}" for entry in self._host.control.devices() if entry.name == NAME]
        left += [f"node {node}" for node in self._stage.nodes(NAME)]
        here = {path.devt: path for path in self._host.paths()}
        states = {path.name: here[path.devt].state if path.devt in here else None for path in self._paths}
        return (*left, *(f"path {name} {state}" for name, state in states.items() if state != "running"))

    # What is told.

    def _tell_paths(self) -> None:
        first = self._paths[0]
        unit = f"{first.designator} ({first.vendor} {first.model}, {sectors_size(first.size)})"
        _headline(f"{len(self._paths)} paths lead to one logical unit, {unit}")
        print_lines([(Span(f"  {path.name}  {format_devt(path.devt)}  {path.hctl}"),) for path in self._paths])

    def _show(self, title: str, found: Map) -> None:
        snapshot = found.read()
        lines = tree(map_tree(snapshot, devices_of([snapshot], self._host.sysfs)))
        indented: list[Line] = [(Span("  "), *line) for line in lines]
        print_lines([(Span(title, "bold"),), *indented])


def _say(text: str) -> None:
    print_lines([(Span(text),)])


def _headline(text: str) -> None:
    print_lines([(Span(f"* {text}", "bold cyan"),)])


def _tell_event(event: Event) -> None:
    print_lines([(Span(f"  event {event.event_nr:>2}  ", "dim"), Span(str(event), "yellow"))])


def _tell_summary(outcome: Outcome) -> None:
    _headline("verified" if outcome.is_good else "NOT verified")
    print_lines([(Span(f"  {line}"),) for line in summary(outcome)])


def summary(outcome: Outcome) -> list[str]:
    """Return what was verified, one sentence each; pure."""
    io, count = outcome.io, outcome.count
    order = "in order" if outcome.in_order else "OUT OF ORDER"
    lines = [
        f"{io.blocks_written} blocks written, {io.blocks_read} read back; {human_size(io.bytes_compared)} compared, "
        f"{io.blocks_wrong} blocks differ",
        f"{len(outcome.events)} events of the kernel, {order}; {len(outcome.unexpected)} unexpected",
        f"{count(EventKind.PATH_FAILED)} times a path was lost, {count(EventKind.PATH_REINSTATED)} times it came back; "
        f"{count(EventKind.GROUP_SWITCHED)} times I/O went to another group",
        f"the longest I/O took {io.longest / 1e6:.1f} ms",
        f"left behind: {', '.join(outcome.left) or 'nothing'}",
    ]
    lines += [f"I/O failed: {io.failure}"] if io.failure else []
    lines += [f"differs: {line}" for line in io.evidence]
    return [*lines, *(f"unexpected: {event}" for event in outcome.unexpected)]
