"""
Doing what a plan says, each map as a whole or not at all.

Strategy: aliases are bound in one step before anything is made, so that no map has a name that another program may give
away; an alias whose map could not be made stays bound, as in multipath-tools, for it was chosen for good. Maps that
change their names go first, one after the other, so that a name is free before another map takes it; then all others,
several at once where udev is waited for. What was made is remembered in the wwids file at the end, also at the end
that an interrupt brings. Each map is compared with the plan before it is touched: a plan may be minutes old.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path as Folder
from queue import SimpleQueue
from threading import Thread
from typing import Final, Protocol

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.target import Target
from ..dm.udev_flag import NO_FLAGS, UdevFlag
from ..paths.attributes import Attributes
from ..paths.path import Path
from ..paths.state import PathState
from ..paths.sysfs import block_folder, number, size_of
from ..units import Sectors
from ..wire.table import MultipathTable
from ..wire.vpd import wwid_of_page
from .failed_wwids import FailedWwids
from .map import Map
from .ownership import UUID_PREFIX, refuse_daemons_map
from .planned_map import Action, PlannedMap
from .result import Outcome, Progress, Result
from .snapshot import MapSnapshot
from .state_file import StateFolder
from .udev_rules import UNREADABLE

# Measured in guests of one CPU with udev: 16 maps took 3.5 s one by one, 2.7 s with 4 at once, 3.0 s with 16.
_JOBS_WITH_UDEV: Final = 4
_IDLE: Final = {Action.NOTHING: Outcome.NOTHING, Action.REFUSE: Outcome.REFUSED}


class Machine(Protocol):
    """Where a plan is applied; `Host` is one."""

    @property
    def control(self) -> Control:
        """Its device-mapper."""

    @property
    def sysfs(self) -> Folder:
        """The root of its sysfs."""

    def create(
        self,
        name: str,
        table: MultipathTable,
        *,
        uuid: str | None = None,
        size: Sectors | None = None,
        read_only: bool = False,
        force: bool = False,
        udev_flags: UdevFlag = NO_FLAGS,
    ) -> Map:
        """Make a map."""

    def map(self, ref: DeviceInfo) -> Map:
        """Return a map."""


class Application:
    """
    One application of a plan.

    Args:
        machine: Where.
        state: Where aliases and WWIDs are remembered; ``None`` where nothing is.
        force: Whether also beside a running multipathd.
    """

    def __init__(self, machine: Machine, state: StateFolder | None, *, force: bool = False) -> None:
        self._machine, self._state, self._force = machine, state, force
        self._made: list[str] = []
        self._unbound: dict[str, errors.MultipathError] = {}

    def run(self, maps: Sequence[PlannedMap], progress: Progress | None, jobs: int | None) -> tuple[Result, ...]:
        """
        Do it.

        Raises:
            ApplyFailed: some maps failed.
        """
        results: dict[str, Result] = {}
        self._bind({each.binding: each.wwid for each in maps if each.binding is not None})
        try:
            # Closed at once, not when somebody has no more use for an exception: no thread goes on behind its back.
            with self._machine.control.nodes_at_the_end(), closing(self._results(maps, jobs)) as ended:
                for result in ended:
                    results[result.planned.wwid] = result
                    if progress is not None:
                        progress(len(results), len(maps), result)
        finally:
            forgotten = self._remember()
        ordered = tuple(_recorded(results[each.wwid], forgotten) for each in maps)
        failed = [result for result in ordered if result.outcome is Outcome.FAILED]
        if failed:
            told = "; ".join(map(str, failed[:3])) + ("; …" if len(failed) > 3 else "")
            raise errors.ApplyFailed(f"{len(failed)} of {len(maps)} maps failed: {told}", ordered)
        return ordered

    # Which, in which order.

    def _results(self, maps: Sequence[PlannedMap], jobs: int | None) -> Generator[Result, None, None]:
        """Yield what becomes of each map, as it ends."""
        renamed = list(_in_order_of_names(maps))
        first = {each.wwid for each in renamed}
        others = [each for each in maps if each.wwid not in first]
        yield from map(self._one, renamed)
        wanted = self._jobs(others) if jobs is None else jobs
        if wanted <= 1:
            yield from map(self._one, others)
        else:
            yield from self._at_once(others, wanted)

    def _jobs(self, maps: Sequence[PlannedMap]) -> int:
        busy = sum(each.action not in _IDLE for each in maps)
        return min(busy, _JOBS_WITH_UDEV) if self._machine.control.waits_for_udev else 1

    def _at_once(self, maps: Iterable[PlannedMap], jobs: int) -> Iterator[Result]:
        waiting, ended = deque(maps), SimpleQueue[Result | BaseException]()
        expected = len(waiting)
        workers = [Thread(target=self._work, args=(waiting, ended), name="apply") for _ in range(min(jobs, expected))]
        for worker in workers:
            worker.start()
        try:
            for _ in range(expected):
                result = ended.get()
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:  # also where the caller is interrupted: what has begun is finished, nothing else is begun
            waiting.clear()
            for worker in workers:
                worker.join()

    def _work(self, waiting: deque[PlannedMap], ended: SimpleQueue[Result | BaseException]) -> None:
        with suppress(IndexError):
            while True:
                planned = waiting.popleft()
                try:
                    ended.put(self._one(planned))
                except BaseException as error:  # noqa: BLE001 -- it is raised where the results are read
                    ended.put(error)

    # One map.

    def _one(self, planned: PlannedMap) -> Result:
        if planned.action in _IDLE:
            return Result(planned, _IDLE[planned.action])
        try:
            if planned.wwid in self._unbound:
                raise self._unbound[planned.wwid]
            self._check_paths(planned)
            if Action.CREATE in planned.actions:
                self._create(planned)
            else:
                self._change(planned)
        except errors.MultipathError as error:
            return Result(planned, Outcome.FAILED, error)
        return Result(planned, Outcome.DONE)

    def _create(self, planned: PlannedMap) -> None:
        assert planned.table is not None, "a map is created of a table"
        created = self._machine.create(
            planned.begun or planned.name,
            planned.table,
            uuid=planned.uuid,
            size=planned.size,
            read_only=planned.read_only,
            force=self._force,
            udev_flags=_udev_flags(planned),
        )
        self._made.append(planned.wwid)
        if Action.RENAME in planned.actions:
            created.rename(planned.name, force=self._force, udev_flags=_udev_flags(planned))

    def _change(self, planned: PlannedMap) -> None:
        assert planned.live is not None, "only what is there is changed"
        live = self._machine.map(planned.live.info)
        _check_map(planned.live, live.snapshot)
        force, flags, table = self._force, _udev_flags(planned), planned.table
        if Action.RENAME in planned.actions:
            live.rename(planned.name, force=force, udev_flags=flags)
        if Action.RESIZE in planned.actions:
            live.resize(planned.size, table=table, shrink=planned.shrinks, rescan=False, force=force, udev_flags=flags)
        elif Action.RELOAD in planned.actions and table is not None:
            live.reload(table, force=force, udev_flags=flags)
        if Action.QUEUEING in planned.actions and table is not None:
            live.queue_if_no_path(table.features.queue_if_no_path)
        if Action.SWITCH in planned.actions and planned.desired is not None:
            live.switch_group(planned.desired.failback.group)

    # Is the world as planned?

    def _check_paths(self, planned: PlannedMap) -> None:
        if changed := [text for text in (_changed(path, self._machine.sysfs) for path in planned.paths) if text]:
            raise errors.PlanOutdated(f"map {planned.name} was not touched: its paths have changed", changed)

    # What is remembered.

    def _bind(self, bindings: dict[str, str]) -> None:
        """Bind all aliases in one step, or where one is refused, each by itself; none beside a daemon without force."""
        if self._state is None or not bindings:
            return
        try:
            for alias, wwid in bindings.items():
                refuse_daemons_map(self._machine.control, alias, UUID_PREFIX + wwid, "creation", force=self._force)
            self._state.add_bindings(bindings)
        except (errors.BindingConflict, errors.NameRefused):
            for alias, wwid in bindings.items():
                try:
                    self._state.add_binding(alias, wwid)
                except errors.MultipathError as error:
                    self._unbound[wwid] = error
        except errors.MultipathError as error:
            self._unbound.update(dict.fromkeys(bindings.values(), error))

    def _remember(self) -> dict[str, errors.MultipathError]:
        """Note the WWIDs of what was made; return the error for each where that cannot be."""
        if self._state is None or not self._made:
            return {}
        try:
            self._state.add_wwids(self._made)
            if self._machine.control.shared:  # a path that comes later would be left to others, for the sake of a past
                failed = FailedWwids()
                for wwid in self._made:
                    failed.clear(wwid)
        except errors.MultipathError as error:
            return dict.fromkeys(self._made, error)
        return {}


def apply(
    maps: Sequence[PlannedMap],
    machine: Machine,
    state: StateFolder | None = None,
    *,
    progress: Progress | None = None,
    jobs: int | None = None,
    force: bool = False,
) -> tuple[Result, ...]:
    """
    Do what is planned for these maps; `Plan.apply` describes it.

    Raises:
        ApplyFailed: some maps failed, after all were tried.
    """
    return Application(machine, state, force=force).run(maps, progress, jobs)


def _in_order_of_names(maps: Iterable[PlannedMap]) -> Iterator[PlannedMap]:
    """Yield the maps that are renamed, each behind the one that has its new name now; a plan has no circles."""
    pending = {each.old_name: each for each in maps if Action.RENAME in each.actions}
    while pending:
        name = next((name for name, each in pending.items() if each.name not in pending), next(iter(pending)))
        yield pending.pop(name)


def _udev_flags(planned: PlannedMap) -> UdevFlag:
    """Return what multipath-tools tells its udev rules: map no partitions; read nothing of a new map of ghosts yet."""
    desired, flags = planned.desired, NO_FLAGS
    if desired is None:
        return flags
    if desired.settings.value("skip_kpartx") is True:
        flags |= UdevFlag.SUBSYSTEM_FLAG1
    states = {member.state for group in desired.groups for member in group.members if member.enabled}
    delay = desired.settings.value("ghost_delay")  # a number, or no
    if Action.CREATE in planned.actions and states == {PathState.GHOST} and isinstance(delay, int) and delay > 0:
        flags |= UNREADABLE
    return flags


def _check_map(was: MapSnapshot, now: MapSnapshot) -> None:
    if was.name != now.name or now.table_line not in (was.table_line, _queueing(was)):
        evidence = f"was {was.name}: {was.table_line}", f"is {now.name}: {now.table_line}"
        raise errors.PlanOutdated(f"map {now.name} was not touched: it has changed", evidence)


def _queueing(live: MapSnapshot) -> Target:
    """Return what the kernel prints of a map that has begun to queue since, as whoever looks after it may want."""
    try:
        table = live.table
    except errors.UnexpectedStatus:
        return live.table_line
    params = str(replace(table, features=replace(table.features, queue_if_no_path=True)))
    return replace(live.table_line, params=params)


def _changed(path: Path, sysfs: Folder) -> str:
    """Return what is different about a path now; empty for nothing."""
    folder = block_folder(path.devt, sysfs)
    now = folder.name, size_of(folder), number(folder, "diskseq")
    if now != (path.name, path.size, path.diskseq):
        was = f"{path.name} of {path.size} sectors, disk {path.diskseq}"
        return f"{path}: was {was}, is {now[0]} of {now[1]} sectors, disk {now[2]}"
    with Attributes(f"{folder}/device") as device:
        same = not path.vpd_83 or _names_the_same(device.binary("vpd_pg83") or b"", path.vpd_83)
    return "" if same else f"{path}: the kernel has read another identity from it"


def _names_the_same(page: bytes, planned: bytes) -> bool:
    """Tell whether pages name one unit; what they say of the port may change, and is read again, at any time."""
    wwid = wwid_of_page(planned)
    return page == planned or (wwid is not None and wwid_of_page(page) == wwid)


def _recorded(result: Result, forgotten: dict[str, errors.MultipathError]) -> Result:
    """Return the result; a map that is made, but not remembered, has failed in part."""
    error = forgotten.get(result.planned.wwid)
    return result if error is None else Result(result.planned, Outcome.FAILED, error)
