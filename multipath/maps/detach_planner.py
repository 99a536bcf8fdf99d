"""
Making a detach plan: which units are meant, what holds them, and which steps take them away in which order.

Strategy: everything is read first and nothing is changed. Only where disks are to be deleted are paths asked who they
are. What may not be done is refused for that unit, with the evidence and with what allows it.
"""

import errno
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.holders import Holder
from ..paths.path import Path
from ..units import DevT, format_devt, parse_devt
from .detach import Machine, refuse_stale
from .detach_step import Act, Gates, Step
from .detach_unit import DetachedUnit
from .leftovers import wwids_of
from .lookup import Lookup, exists
from .ownership import UUID_PREFIX, is_daemons_map, refuse_daemons_map
from .removal import partitions_of
from .snapshot import MapSnapshot, read_snapshot
from .state_file import StateFolder
from .verification import Expectation, Mismatch, verify


@dataclass(frozen=True, slots=True)
class Inspection:
    """
    What there is, and what is allowed.

    Attributes:
        machine: The machine.
        paths: Every path device.
        gates: What is allowed.
        state: Where WWIDs are remembered; ``None`` where nothing is.
    """

    machine: Machine
    paths: Sequence[Path]
    gates: Gates
    state: StateFolder | None

    def unit(self, ref: str | DevT, lookup: Lookup) -> DetachedUnit | None:
        """
        Return what is planned for what a reference names; ``None`` where nothing answers to it any more.

        Raises:
            NotFound: a device that is no map and no path.
            AmbiguousRef: two devices answer.
        """
        shown = format_devt(ref) if isinstance(ref, int) else ref
        try:
            device = self.machine.control.info(lookup.device(ref))
        except errors.DeviceNotFound:
            return None
        except errors.NotFound:
            return self._of_paths(shown, lookup.node_number(ref), lookup)
        return self.map(shown, device)

    def map(self, ref: str, device: DeviceInfo) -> DetachedUnit:
        """
        Return what is planned for a map.

        Raises:
            NotFound: it is a device of another kind.
        """
        snapshot = self._snapshot(device)
        wwid = device.uuid.removeprefix(UUID_PREFIX) if device.uuid.startswith(UUID_PREFIX) else ""
        members = {parse_devt(word) for word in snapshot.table.devices} if snapshot is not None else set()
        paths = [path for path in self.paths if path.devt in members or (wwid and wwid in wwids_of(path))]
        holders = self.machine.control.stack(device.devt)
        unit = DetachedUnit(ref, device.name, wwid, holders=holders, device=device)
        try:
            self._refuse(device, snapshot, holders)
            steps = [*self._of_map(device, snapshot, holders), *self._forget(wwid)]
            return self._with_paths(replace(unit, steps=tuple(steps)), paths)
        except errors.MultipathError as refused:
            return replace(unit, refused=refused, kept=tuple(paths))

    def without_map(self, ref: str, wwid: str, paths: Sequence[Path]) -> DetachedUnit:
        """Return what is planned for paths that no map of theirs holds."""
        unit = DetachedUnit(ref, wwid or " ".join(path.name for path in paths), wwid, tuple(self._forget(wwid)))
        try:
            if not self.gates.paths:
                said = f"{unit.name} has no map, and only its disks are left ({' '.join(path.name for path in paths)})"
                raise errors.GateClosed(said, "paths")
            return self._with_paths(unit, paths)
        except errors.MultipathError as refused:
            return replace(unit, steps=(), refused=refused, kept=tuple(paths))

    def of_unit(self, ref: str, wwid: str) -> DetachedUnit | None:
        """
        Return what is planned for a unit that has no map any more; ``None`` where nothing is.

        Who may not delete disks meant the map, and that is gone: done before is done, not refused.
        """
        paths = paths_named(wwid, self.paths)
        if self.gates.paths and paths:
            return self.without_map(ref, wwid, paths)
        steps = tuple(self._forget(wwid))
        return DetachedUnit(ref, wwid, wwid, steps, kept=tuple(paths)) if steps else None

    def _of_paths(self, shown: str, number: DevT | None, lookup: Lookup) -> DetachedUnit | None:
        if found := [path for path in self.paths if path.devt == number]:
            refuse_member(found[0], self.machine.control)
            return self.without_map(shown, min(wwids_of(found[0]), default=""), found)
        if number is not None and exists(number, lookup.sysfs):
            raise errors.NotFound(f"{shown!r} is no map and no path; nothing was changed")
        return self.of_unit(shown, shown.removeprefix(UUID_PREFIX))

    # The map.

    def _snapshot(self, device: DeviceInfo) -> MapSnapshot | None:
        """Return the map, or ``None`` for one that somebody began to make and left without a table."""
        snapshot = read_snapshot(self.machine.control, device)
        if snapshot is None and (device.live_table or not device.uuid.startswith(UUID_PREFIX)):
            raise errors.NotFound(f"{device} is no multipath map")
        return snapshot

    def _refuse(self, device: DeviceInfo, snapshot: MapSnapshot | None, holders: Sequence[Holder]) -> None:
        control, gates = self.machine.control, self.gates
        if gates.deferred:  # multipathd has a setting for that, and no command
            refuse_daemons_map(control, device.name, device.uuid, "deferred removal", force=gates.force)
        own = {each.devt for each in partitions_of(control, device)}
        lasting = [each for each in holders if each.kind != "process" and each.device not in own]
        if lasting and not gates.deferred:
            first = dict.fromkeys(each.way_out for each in reversed(lasting))
            hint = f"nothing was changed; first: {', '.join(first)}"
            raise errors.DeviceBusy(errno.EBUSY, "detach", str(device), "it is in use", hint, lasting)
        if snapshot is not None and _is_ghost(snapshot):
            self._refuse_ghost(snapshot, holders)

    def _refuse_ghost(self, snapshot: MapSnapshot, holders: Sequence[Holder]) -> None:
        if not self.gates.ghosts:
            what = f"map {snapshot.name} has no usable path ({snapshot.status.paths_total} failed)"
            raise errors.GateClosed(f"{what}: nothing can be written back to its unit", "ghosts")
        if _queues(snapshot) and holders and not (self.gates.fail_io or self.gates.deferred):
            users = ", ".join(str(each) for each in holders if each.kind == "process") or "its users"
            what = f"map {snapshot.name} keeps I/O until a path comes back, and {users} may wait for that"
            raise errors.GateClosed(f"{what}: to end them, that I/O has to fail, and is lost", "fail_io")

    def _of_map(self, device: DeviceInfo, snapshot: MapSnapshot | None, holders: Sequence[Holder]) -> Iterator[Step]:
        control, name, number = self.machine.control, device.name, device.devt
        ghost = snapshot is None or _is_ghost(snapshot)
        if not ghost and not device.suspended and not self.gates.deferred:
            yield Step(Act.FLUSH, name, number, "what is cached is written to its unit")
        if snapshot is not None and ghost and self.gates.fail_io and _queues(snapshot):
            yield Step(Act.FAIL_IO, name, number, "no path is left; it queues again if it cannot be removed")
        for partition in reversed(partitions_of(control, device)):
            yield Step(Act.REMOVE_PARTITION, partition.name, partition.devt)
        users = [str(each) for each in holders if each.kind == "process"]
        reason = f"{', '.join(users)}, who is waited for" if users else ""
        if self.gates.deferred and holders:
            reason = "when its last user closes it"
        if is_daemons_map(control, device.uuid) and not self.gates.force:
            reason = f"{reason}; by multipathd" if reason else "by multipathd"
        yield Step(Act.REMOVE, name, number, reason or ("it has no table" if snapshot is None else ""))

    # Its disks.

    def _with_paths(self, unit: DetachedUnit, paths: Sequence[Path]) -> DetachedUnit:
        wanted = [path for path in paths if path.bus == "scsi"] if self.gates.paths else []
        kept = tuple(path for path in paths if path not in wanted)
        if not wanted:
            return replace(unit, kept=kept)
        self._refuse_used(unit, wanted)
        doubts = verify(wanted, Expectation(wwid=unit.wwid or None), self.machine.commands)
        proof = [str(each) for each in doubts if each.is_proof]
        if proof and not self.gates.stale:
            refuse_stale(unit.name, proof)
        deletions = tuple(Step(Act.DELETE, path.name, path.devt, _why(path, unit, doubts)) for path in wanted)
        of_map = tuple(step for step in unit.steps if step.act is not Act.FORGET)
        return replace(unit, steps=(*of_map, *deletions, *unit.named(Act.FORGET)), paths=tuple(wanted), kept=kept)

    def _refuse_used(self, unit: DetachedUnit, paths: Sequence[Path]) -> None:
        """Refuse disks that somebody else has: another map, an array, a mount."""
        control: Control = self.machine.control
        claims = [
            f"{path} is held by {holder}"
            for path in paths
            for holder in control.holders(path.devt)
            if holder.kind != "process" and (unit.device is None or holder.device != unit.device.devt)
        ]
        if claims:
            raise errors.PathClaimed(f"{unit.name}: a disk is in use otherwise, nothing was changed", claims)

    def _forget(self, wwid: str) -> Iterator[Step]:
        if self.gates.forget and self.state is not None and wwid and wwid in self.state.wwids():
            yield Step(Act.FORGET, wwid, reason=f"of {self.state.folder}/wwids")


def paths_named(wwid: str, paths: Sequence[Path]) -> list[Path]:
    """Return the paths to the unit that a WWID names."""
    return [path for path in paths if wwid in wwids_of(path)]


def refuse_member(path: Path, control: Control) -> None:
    """
    Refuse a path that a map has: the map is what is detached.

    Raises:
        PathClaimed: with the map.
    """
    above = [holder for holder in control.holders(path.devt) if holder.device is not None]
    if above:
        said = f"{path} is in use; detach what holds it, by its name"
        raise errors.PathClaimed(said, [f"{path} is held by {holder}" for holder in above])


def _is_ghost(snapshot: MapSnapshot) -> bool:
    return not any(path.active for path in snapshot.status.paths)


def _queues(snapshot: MapSnapshot) -> bool:
    return snapshot.table.features.queue_if_no_path


def _why(path: Path, unit: DetachedUnit, doubts: Sequence[Mismatch]) -> str:
    mine = [each for each in doubts if each.path == path.name]
    if any(each.is_proof for each in mine):
        return f"although it leads elsewhere: {'; '.join(str(each) for each in mine if each.is_proof)}"
    if mine:
        known = path.designator or ("a path of the map" if unit.device is not None else "unknown")
        return f"it does not answer; when it was scanned it was {known}"
    with suppress(IndexError):
        return f"it leads to {sorted(wwids_of(path))[0]}"
    return "a path of the map"
