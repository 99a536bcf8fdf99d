"""
What a map must be like for those who wait for it.

Strategy: a map is there when its node leads to it, not when the kernel has it; how many paths it has and how many of
them work are two numbers; and a path that the kernel calls active may be one that it has not used since it broke. So
whoever waits for a usable map gets one of whose paths one has just answered.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path as Folder
from typing import Final, TypedDict

from ..dm.control import Control
from ..dm.name import link_name
from ..paths.discover import read_path
from ..paths.path import Path
from ..paths.request import Asker
from ..paths.state import PathState
from ..paths.sysfs import block_folder, number, number_behind
from ..probes.checkers import checker_named, kernel_state, probe
from ..probes.verdict import Verdict
from ..units import DevT, format_devt, parse_devt
from .snapshot import MapSnapshot

WORKS: Final = frozenset({PathState.UP, PathState.GHOST})
_PATIENCE: Final = 5.0  # seconds for a path to answer
_LEAST: Final = 0.5  # seconds; also where the deadline is nearer
_CHECKERS: Final = {"scsi": "tur", "nvme": "nvme"}


class Wishes(TypedDict, total=False):
    """What `Readiness` has, as keywords."""

    paths: int
    paths_total: int
    usable: bool
    read_write: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """
    What is waited for; what is not set does not matter.

    Attributes:
        paths: How many active paths there are to be, at least.
        paths_total: How many paths the map is to have, at least, working or not.
        usable: Whether I/O is to flow: not suspended, and a path that has just answered.
        read_write: Whether the map and all of its paths are to take writes.

    Raises:
        ValueError: less than no paths.
    """

    paths: int = 0
    paths_total: int = 0
    usable: bool = False
    read_write: bool = False

    def __post_init__(self) -> None:
        """Refuse what no map could be."""
        if self.paths < 0 or self.paths_total < 0:
            raise ValueError(f"{min(self.paths, self.paths_total)} paths: a map has 0 or more")


async def missing(
    wanted: Readiness,
    snapshot: MapSnapshot,
    *,
    control: Control,
    sysfs: Folder,
    asker: Callable[[], Asker | None],
    left: float,
) -> tuple[str, ...]:
    """
    Return what a map lacks, one line each.

    Args:
        wanted: What is wanted of it.
        snapshot: The map.
        control: Its device-mapper.
        sysfs: The root of sysfs.
        asker: Gives who asks the paths; without one the kernel's word counts.
        left: Seconds in which a path may answer.

    Raises:
        UnexpectedStatus: its table or its status cannot be read.
    """
    lacks = [*_node(snapshot, control), *_paths(wanted, snapshot)]
    if wanted.read_write:
        lacks += _writing(snapshot, sysfs)
    if wanted.usable:
        lacks += _flow(snapshot)
        if not lacks and (asking := asker()) is not None:
            lacks += await _answers(snapshot, sysfs, asking, left)
    return tuple(lacks)


async def verdict_on(path: Path, asker: Asker, deadline: float, *, sysfs: Folder) -> Verdict:
    """Return whether a path works: what the kernel says of it, then what the device itself does."""
    folder = block_folder(path.devt, sysfs)
    state = await kernel_state(asker, f"{folder}/device", deadline)
    return await probe(checker_named(_CHECKERS.get(path.bus, "directio")), asker, path, deadline, state=state)


def _node(snapshot: MapSnapshot, control: Control) -> list[str]:
    if not control.has_nodes:
        return []
    node = f"/dev/mapper/{link_name(snapshot.name)}"
    return [] if number_behind(node) == snapshot.devt else [f"{node} does not lead to it yet"]


def _paths(wanted: Readiness, snapshot: MapSnapshot) -> list[str]:
    status = snapshot.status
    lacks = []
    if status.paths_active < wanted.paths:
        failed = f", failed: {' '.join(sorted(status.failed_paths))}" if status.failed_paths else ""
        lacks.append(f"{status.paths_active} of {wanted.paths} paths active{failed}")
    if status.paths_total < wanted.paths_total:
        lacks.append(f"{status.paths_total} of {wanted.paths_total} paths in the map")
    return lacks


def _writing(snapshot: MapSnapshot, sysfs: Folder) -> list[str]:
    folders = {device: sysfs / "dev/block" / device for device in snapshot.table.devices}
    refusing = [device for device, folder in folders.items() if number(folder, "ro")]
    if refusing:
        return [f"paths refuse writes: {' '.join(refusing)}"]
    if snapshot.info.read_only or number(sysfs / "dev/block" / format_devt(snapshot.devt), "ro"):
        return ["the map is read-only and its paths are not: reload it with read_only=False"]
    return []


def _flow(snapshot: MapSnapshot) -> list[str]:
    lacks = []
    if snapshot.info.suspended or snapshot.info.internally_suspended:
        lacks.append("it is suspended")
    if not snapshot.status.is_usable:
        total = snapshot.status.paths_total
        lacks.append(f"none of its {total} paths is active" if total else "it has no paths")
    if not snapshot.size:
        lacks.append("its size is 0")
    return lacks


async def _answers(snapshot: MapSnapshot, sysfs: Folder, asker: Asker, left: float) -> list[str]:
    """Ask the active paths at the same time, until one of them works."""
    deadline = max(_LEAST, min(left, _PATIENCE))
    paths = list(_active(snapshot, sysfs))
    told: dict[DevT, str] = {path.devt: "has not answered" for path in paths}

    async def ask(path: Path) -> bool:
        verdict = await verdict_on(path, asker, deadline, sysfs=sysfs)
        told[path.devt] = f"{verdict.state}, {verdict.message}"
        return verdict.state in WORKS

    tasks = [asyncio.ensure_future(ask(path)) for path in paths]
    try:
        # Not the askers' own deadlines alone: those of a world in memory are in its time, which may stand still.
        for first in asyncio.as_completed(tasks, timeout=deadline * 2):
            if await first:
                return []
    except TimeoutError:
        pass
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [f"no path answers: {'; '.join(f'{path}: {told[path.devt]}' for path in paths)}"]


def _active(snapshot: MapSnapshot, sysfs: Folder) -> Iterable[Path]:
    for device in sorted(snapshot.status.active_paths):
        path = read_path(block_folder(parse_devt(device), sysfs))
        if path is not None:
            yield path
