"""
Doing what a detach plan says.

Strategy: a unit is a map with its partitions, which go all together or stay, and only then its disks. A disk is asked
again who it is just before it is deleted; one that leads elsewhere by now, or that somebody uses, stays. A unit that
fails does not hinder the others.
"""

import errno
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Final, Protocol

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.holders import Holder
from ..paths.commands import Commands, Deletes
from ..paths.path import Path
from ..paths.patience import ask
from ..units import DevT
from .daemon_removal import forget_paths, remove_by_daemon
from .detach_report import DetachReport, Leftover
from .detach_step import OF_MAP, Act, Gates, Step, StepOutcome, StepResult, Waits
from .detach_unit import DetachedUnit
from .leftovers import leftovers
from .ownership import UUID_PREFIX, is_daemons_map, refuse_daemons_map
from .removal import Removal, partitions_of, queued_io_failed, remove_map
from .state_file import StateFolder
from .verification import Expectation, verify

Progress = Callable[[StepResult], object]
_POLL: Final = 0.05
_DAEMON: Final = "(multipathd)"  # it has every path open, and lets go of one that is gone


class Machine(Protocol):
    """Where a plan is run; `Host` is one."""

    @property
    def control(self) -> Control:
        """Its device-mapper."""

    @property
    def commands(self) -> Commands:
        """How its paths are asked."""

    def paths(self) -> tuple[Path, ...]:
        """Return every path device."""


class Detachment:
    """
    One run.

    Args:
        machine: Where.
        gates: What is allowed.
        state: Where WWIDs are remembered; ``None`` where nothing is.
        waits: How long what is waited for.
        progress: Told each result.
    """

    def __init__(
        self, machine: Machine, gates: Gates, state: StateFolder | None, waits: Waits, progress: Progress | None
    ) -> None:
        self._machine, self._gates, self._state, self._waits = machine, gates, state, waits
        self._progress = progress
        self.results: list[StepResult] = []
        self.errors: list[Exception] = []

    def unit(self, unit: DetachedUnit) -> None:
        """Take one unit away; what fails is noted."""
        if unit.refused is not None:
            self.errors.append(unit.refused)
            return
        failed = len(self.errors)
        of_map = [step for step in unit.steps if step.act in OF_MAP]
        if of_map:
            self._map(unit, of_map)
        for act, group in ((Act.DELETE, self._delete), (Act.FORGET, self._forget)):
            steps = unit.named(act)
            if len(self.errors) > failed:
                self._tell(steps, StepOutcome.SKIPPED)
            elif steps:
                group(unit, steps)

    # The map.

    def _map(self, unit: DetachedUnit, steps: Sequence[Step]) -> None:
        acts = {step.act for step in steps}
        at = Act.FLUSH if Act.FLUSH in acts else Act.REMOVE
        try:
            device = self._still_there(unit)
            if device is None:
                self._tell(steps, StepOutcome.GONE)
                return
            if at is Act.FLUSH:
                self._machine.control.write_back(device, self._waits.timeout)
            at = Act.REMOVE
            self._remove(device, fail_io=Act.FAIL_IO in acts)
        except errors.MultipathError as error:
            self._fail(steps, at, error)
        else:
            self._tell(steps, StepOutcome.DONE)

    def _remove(self, device: DeviceInfo, *, fail_io: bool) -> None:
        control, how = self._machine.control, Removal(self._gates.deferred, self._waits.patience)
        if is_daemons_map(control, device.uuid) and not self._gates.force:
            # It came after the plan: it has a setting for what goes with its last user, and no command.
            refuse_daemons_map(control, device.name, device.uuid, "deferred removal", force=not how.deferred)
            remove_by_daemon(control, device, partitions_of(control, device), how, fail_io=fail_io)
            return
        with queued_io_failed(control, device) if fail_io else nullcontext():
            remove_map(control, device, partitions_of(control, device), how)

    def _still_there(self, unit: DetachedUnit) -> DeviceInfo | None:
        """Return the map as it is now, or ``None`` where it is gone."""
        planned, control = unit.device, self._machine.control
        assert planned is not None, "only what is there is removed"
        try:
            return control.info(planned)
        except errors.DeviceNotFound:
            again = [entry for entry in control.devices() if planned.uuid and entry.uuid == planned.uuid]
            if again:
                said = f"map {planned.name} was not touched: it was removed and made again since"
                raise errors.PlanOutdated(said, [f"was {planned}", f"is {again[0]}"]) from None
            return None

    # Its disks.

    def _delete(self, unit: DetachedUnit, steps: Sequence[Step]) -> None:
        there = {path.devt: path for path in self._machine.paths()}
        wanted = [path for path in unit.paths if _is_there(path, there)]
        try:
            self._check(unit, wanted)
        except errors.MultipathError as error:
            self._fail(steps, Act.DELETE, error)
            return
        delete = partial(_deleted, self._machine.commands)
        if unit.wwid and is_daemons_map(self._machine.control, UUID_PREFIX + unit.wwid):
            forget_paths(wanted)
        asked = ask({each.devt: partial(delete, each, self._waits.timeout) for each in wanted}, self._waits.timeout + 1)
        names = {path.devt for path in wanted}
        for step in steps:
            why = None if step.device is None else asked.get(step.device)
            outcome = StepOutcome.DONE if step.device in names else StepOutcome.GONE
            self._told(StepResult(step, StepOutcome.FAILED if why else outcome, why))

    def _check(self, unit: DetachedUnit, paths: Sequence[Path]) -> None:
        """Make sure that nobody uses these disks, and that each leads to the unit still."""
        deadline = time.monotonic() + self._waits.patience
        for path in paths:
            while held := self._users(path):
                lasting = any(holder.kind != "process" for holder in held)
                if lasting or time.monotonic() > deadline:
                    hint = "nothing was deleted"
                    raise errors.DeviceBusy(errno.EBUSY, "delete", str(path), "it is in use", hint, held)
                time.sleep(_POLL)
        expected = Expectation(wwid=unit.wwid or None)
        proof = [each for each in verify(paths, expected, self._machine.commands) if each.is_proof]
        if proof and not self._gates.stale:
            refuse_stale(unit.name, list(map(str, proof)))

    def _users(self, path: Path) -> list[Holder]:
        return [each for each in self._machine.control.holders(path.devt) if not each.name.endswith(_DAEMON)]

    # What is remembered.

    def _forget(self, unit: DetachedUnit, steps: Sequence[Step]) -> None:
        try:
            if self._state is not None:
                self._state.remove_wwid(unit.wwid)
        except errors.MultipathError as error:
            self._fail(steps, Act.FORGET, error)
        else:
            self._tell(steps, StepOutcome.DONE)

    # What is told.

    def _fail(self, steps: Sequence[Step], at: Act, error: Exception) -> None:
        """Note which step failed: those behind it were not begun, and those before it, but for a flush, taken back."""
        for step in steps:
            begun = step.act is Act.FLUSH and at is not Act.FLUSH
            first = step.act is at and error not in self.errors
            outcome = StepOutcome.DONE if begun else StepOutcome.FAILED if first else StepOutcome.SKIPPED
            self._told(StepResult(step, outcome, error if first else None))

    def _tell(self, steps: Sequence[Step], outcome: StepOutcome) -> None:
        for step in steps:
            self._told(StepResult(step, outcome))

    def _told(self, result: StepResult) -> None:
        self.results.append(result)
        if result.error is not None:
            self.errors.append(result.error)
        if self._progress is not None:
            self._progress(result)


def refuse_stale(name: str, evidence: Sequence[str]) -> None:
    """
    Refuse to delete paths that lead elsewhere.

    Raises:
        PathsDiffer: always, with the evidence.
    """
    said = f"{name}: a path leads to another unit than is meant, nothing was deleted; stale=True allows it"
    raise errors.PathsDiffer(said, evidence)


def run(
    units: Sequence[DetachedUnit],
    machine: Machine,
    gates: Gates,
    *,
    state: StateFolder | None = None,
    missing: Sequence[str] = (),
    waits: Waits,
    progress: Progress | None = None,
) -> DetachReport:
    """
    Take units away; `DetachPlan.run` describes it.

    Raises:
        DetachFailed: some failed or are refused, after all were tried.
    """
    detachment = Detachment(machine, gates, state, waits, progress)
    left: list[Leftover] = []
    for unit in units:
        detachment.unit(unit)
        left += leftovers(unit, machine, gates, state)
    report = DetachReport(tuple(detachment.results), tuple(left), tuple(missing))
    if detachment.errors:
        told = "; ".join(dict.fromkeys(map(str, detachment.errors)))
        raise errors.DetachFailed(told, report, detachment.errors)
    return report


def _is_there(path: Path, there: Mapping[DevT, Path]) -> bool:
    now = there.get(path.devt)
    return now is not None and (now.name, now.diskseq) == (path.name, path.diskseq)


def _deleted(commands: Commands, path: Path, timeout: float) -> Exception | None:
    """Delete a disk, and return why it could not be; one that is gone already is no failure."""
    if not isinstance(commands, Deletes):
        return errors.PathError(errno.ENOTSUP, "was not deleted: the commands of this host cannot", path.name)
    try:
        commands.delete(path, timeout)
    except errors.PathError as error:
        return None if error.errno == errno.ENOENT else error
    return None
