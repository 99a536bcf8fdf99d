"""
Before a map is resized: every path up, and the kernel's sizes those that the devices have now.

Strategy: a path that is down or silent cannot say what size it has, and a rescan of it would wait for as long as the
kernel lets it. So all paths are asked first, at the same time and with a deadline; only where each works is any of them
scanned again, by a worker that nobody has to wait for.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path as Folder
from typing import Final

from .. import errors
from ..dm.control import Control
from ..paths.commands import Commands, rescan_file
from ..paths.discover import read_path
from ..paths.path import Path
from ..paths.request import Answer, Asker, store
from ..paths.sysfs import block_folder, size_of
from ..probes.conversation import Conversation, Silent
from ..probes.namespace import Namespace, Unanswered
from ..units import DevT, Sectors, format_devt
from .readiness import WORKS, verdict_on
from .snapshot import MapSnapshot
from .waiting import Sight, until

_PATIENCE: Final = 5.0  # seconds for a path to answer
_RUNNING: Final = (None, "running", "live")


async def rescan(
    paths: Sequence[DevT],
    snapshot: MapSnapshot,
    *,
    control: Control,
    sysfs: Folder,
    commands: Commands,
    asker: Asker | None,
    timeout: float,
) -> None:
    """
    See that every path is up, and have the kernel ask each for its size again.

    Args:
        paths: The paths.
        snapshot: Their map.
        control: Its device-mapper.
        sysfs: The root of sysfs.
        commands: How a path is scanned where there is no asker of this machine.
        asker: Who asks the paths; without one the kernel's word counts.
        timeout: Seconds for all of it.

    Raises:
        PathsDiffer: a path is not up, or could not be scanned; ``.evidence`` has one line for each path.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    found = {devt: read_path(block_folder(devt, sysfs)) for devt in paths}
    told = await asyncio.gather(
        *(_fault(devt, path, snapshot, asker, min(_PATIENCE, timeout), sysfs) for devt, path in found.items())
    )
    lines = [
        f"{path or format_devt(devt)}: {fault or 'up'}" for (devt, path), fault in zip(found.items(), told, strict=True)
    ]
    if any(told):
        raise errors.PathsDiffer(f"map {snapshot.name}: not every path is up, nothing was changed", lines)
    devices = [path for path in found.values() if path is not None]
    worker = asker if control.shared else None
    failed = await asyncio.gather(
        *(_scanned(path, worker, commands, sysfs, deadline - loop.time()) for path in devices)
    )
    if any(failed):
        evidence = [f"{path}: {why or 'scanned'}" for path, why in zip(devices, failed, strict=True)]
        raise errors.PathsDiffer(f"map {snapshot.name}: a path could not be scanned, nothing was changed", evidence)
    if worker is not None:
        await _namespaces(devices, worker, control, sysfs, max(0.0, deadline - loop.time()))


async def _fault(
    devt: DevT, path: Path | None, snapshot: MapSnapshot, asker: Asker | None, deadline: float, sysfs: Folder
) -> str:
    """Return why a path is not up; nothing where it is."""
    if path is None:
        return "there is no such path device"
    if format_devt(devt) in snapshot.status.failed_paths:
        return "failed in the map"
    if path.state not in _RUNNING:
        return f"the kernel says {path.state}"
    if asker is None:
        return ""
    try:
        # Not the asker's own deadline alone: that of a world in memory is in its time, which may stand still.
        async with asyncio.timeout(deadline * 2):
            verdict = await verdict_on(path, asker, deadline, sysfs=sysfs)
    except TimeoutError:
        return f"no answer in {deadline:g} s"
    return "" if verdict.state in WORKS else f"{verdict.state}, {verdict.message}"


async def _scanned(path: Path, asker: Asker | None, commands: Commands, sysfs: Folder, left: float) -> str:
    """Have one path scanned again; return why that failed, or nothing."""
    if asker is None:
        try:
            commands.rescan(path)
        except errors.PathError as error:
            return str(error)
        return ""
    file = rescan_file(path, sysfs)
    if file is None:
        return ""
    answer = await asker.ask(store(file, "1"), max(left, 0.0))
    if not isinstance(answer, Answer):
        return f"the scan did not end in time ({answer})"
    return os.strerror(answer.error) if answer.error else ""


async def _namespaces(paths: Sequence[Path], asker: Asker, control: Control, sysfs: Folder, left: float) -> None:
    """Wait until the kernel holds the sizes that controllers say: it scans them by and by."""
    said: dict[Path, Sectors] = {}
    for path in paths:
        if path.bus == "nvme":
            try:
                size = await Namespace().size(Conversation(asker, path, min(_PATIENCE, left)))
            except (Silent, Unanswered):
                size = None
            if size is not None:
                said[path] = size

    async def look(_left: float) -> Sight[None]:
        held = {path: size_of(block_folder(path.devt, sysfs)) for path in said}
        behind = [
            f"{path}: {held[path]} sectors, its controller says {size}"
            for path, size in said.items()
            if held[path] != size
        ]
        return Sight(None, tuple(behind), tuple(behind))

    if said:
        try:
            await until(control, look, "the scan of namespaces", left)
        except errors.WaitTimeout as late:
            raise errors.PathsDiffer(
                "the kernel did not take the sizes of all namespaces in time", late.missing
            ) from None
