"""
What is still there of a unit that was taken away: the map, made again by somebody; its partitions; disks; links.

Strategy: what is looked for is the identity, not a number. Links of udev go a moment after their disks; so they are
looked at until they are gone, or time is up.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path as Folder
from typing import Final, Protocol

from ..dm.control import Control
from ..paths.path import Path
from ..paths.wwid import identify_wwid
from ..wire.vpd import wwid_of_page
from .detach_report import Leftover
from .detach_step import Act, Gates
from .detach_unit import DetachedUnit
from .state_file import StateFolder

_LINKS: Final = (Folder("/dev/disk/by-id"), Folder("/dev/disk/by-path"))
_MAPPER: Final = Folder("/dev/mapper")
_POLL: Final = 0.05
_PATIENCE: Final = 5.0  # seconds for udev


class Place(Protocol):
    """Where is looked; `Host` is one."""

    @property
    def control(self) -> Control:
        """Its device-mapper."""

    def paths(self) -> tuple[Path, ...]:
        """Return every path device."""


def leftovers(unit: DetachedUnit, place: Place, gates: Gates, state: StateFolder | None) -> Iterator[Leftover]:
    """
    Yield what is still there of a unit that should be gone; of one that was refused, nothing.

    Args:
        unit: What was planned for it.
        place: The machine.
        gates: What was allowed: paths that nobody wanted deleted are not left over.
        state: Where WWIDs are remembered; ``None`` where nothing is.
    """
    if unit.refused is not None:
        return
    yield from _maps(unit, place.control)
    if gates.paths:
        yield from _paths(unit, place)
    if place.control.shared:
        yield from _links(unit)
    if gates.forget and state is not None and unit.wwid and unit.wwid in state.wwids():
        yield Leftover("wwid", unit.wwid, f"it stands in the wwids file of {state.folder}")


def wwids_of(path: Path) -> set[str]:
    """Return the names of the unit that a path leads to, as udev and as the kernel have it; nothing is asked."""
    found = {wwid.value for wwid in (identify_wwid(path, "ID_SERIAL"), identify_wwid(path, "")) if wwid is not None}
    return found | {wwid for wwid in (wwid_of_page(path.vpd_83),) if wwid}


def _maps(unit: DetachedUnit, control: Control) -> Iterator[Leftover]:
    if unit.device is None:
        return
    for entry in control.devices():
        uuid = control.info(entry).uuid if entry.uuid is None else entry.uuid
        if (uuid == unit.device.uuid and uuid) or (not uuid and entry.devt == unit.device.devt):
            yield Leftover("map", entry.name, _why_there(unit, control, entry.devt))
        elif unit.device.uuid and uuid.startswith("part") and uuid.endswith(f"-{unit.device.uuid}"):
            yield Leftover("partition", entry.name, "a partition of the map is still mapped")


def _why_there(unit: DetachedUnit, control: Control, devt: int) -> str:
    info = control.info(unit.device) if unit.device is not None and unit.device.devt == devt else None
    if info is None:
        return "somebody made it again: multipathd, or a rule of udev"
    return "it goes away with its last user" if info.deferred_remove else "it is still there"


def _paths(unit: DetachedUnit, place: Place) -> Iterator[Leftover]:
    gone = {(step.device, step.name) for step in unit.named(Act.DELETE)}
    for path in place.paths():
        mine = (path.devt, path.name) in gone and any(
            path.diskseq == each.diskseq for each in unit.paths if each.devt == path.devt
        )
        if mine or (unit.wwid and unit.wwid in wwids_of(path)):
            yield Leftover("path", path.name, _why_kept(path, mine=mine))


def _why_kept(path: Path, *, mine: bool) -> str:
    if path.bus != "scsi":
        return f"a path of {path.protocol} cannot be deleted by itself; disconnect its controller"
    return "its disk is still there" if mine else "it leads to the unit; it came after the plan was made"


def _links(unit: DetachedUnit) -> Iterator[Leftover]:
    names = {step.name for step in unit.named(Act.DELETE)}
    if unit.device is not None and unit.named(Act.REMOVE):
        names.add(unit.device.node)
    deadline = time.monotonic() + _PATIENCE
    while (left := list(_dangling(names))) and time.monotonic() < deadline:
        time.sleep(_POLL)
    yield from (Leftover("link", link, "it leads to nothing; udev should have removed it") for link in left)


def _dangling(names: set[str]) -> Iterator[str]:
    """Yield the links to nodes of these names that lead to nothing."""
    for folder in (*_LINKS, _MAPPER):
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        for link in entries:
            if os.path.basename(_target(link)) in names and not link.exists() and link.is_symlink():
                yield str(link)


def _target(link: Folder) -> str:
    """Return where a link leads; nothing for what is none, or is removed just now."""
    try:
        return os.readlink(link)
    except OSError:
        return ""
