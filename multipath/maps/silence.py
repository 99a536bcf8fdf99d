"""
The watch for silence: which paths have stopped answering, within a fraction of a stall budget.

Strategy: every fraction of the budget one look at what the kernel counts (`multipath.probes.progress`). A path that is
suspected is asked at once, with a short deadline; one that answers is left alone, however slow its I/O. One that does
not is silent: whoever started the watch is told, and fails it in its map. The question is a read of one block: a target
whose storage is stuck says that it is ready. While the kernel holds it, no checker gets an answer from that path.

The read is there to hasten as well: the kernel gives it up soon, and so it looks at the path's queue in time for the
data that is late there. Without it, it would look up to 1.3 s later.

A look costs nothing where no path has anything in flight but the look itself; nobody is asked then.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as Folder
from typing import Final

from ..paths.path import Path
from ..paths.request import Answer, Asker, Operation, Request, Silence, read
from ..paths.sysfs import SYSFS, number
from ..policy.worst_case import Detection
from ..probes.progress import SOURCE, Gate, Progress, Quiet, gates_of, read_counters
from ..units import DevT, format_devt
from .host import Host

_BLOCK: Final = 4096  # bytes
_SECTOR: Final = 512
_READ_10: Final = b"\x28" + bytes(6) + b"\0\1\0"  # of one block, the first
_AGAIN: Final = 4  # deadlines, after which a path that answered is asked again


@dataclass(frozen=True, slots=True)
class Silent:
    """
    A path that was suspected and gave no answer.

    Attributes:
        path: The path.
        seconds: How long nothing has come back.
        evidence: What was seen, what was asked, what came: in words.
    """

    path: Path
    seconds: float
    evidence: str


Tell = Callable[[Silent], Awaitable[None]]


class SilenceWatch:
    """
    Watches the paths of any number of maps.

    Args:
        asker: Who asks a path that is suspected.
        detection: How often, and how long.
        tell: Is told of each path that is silent, again and again while it is.
        sysfs: The root of sysfs.
        source: What has the kernel's counters.

    Synchronization: one event loop.
    """

    def __init__(
        self, asker: Asker, detection: Detection, tell: Tell, *, sysfs: Folder = SYSFS, source: str = SOURCE,
    ) -> None:  # fmt: skip
        self.detection, self._asker, self._tell = detection, asker, tell
        self._sysfs, self._source = sysfs, source
        self._progress = Progress()
        self._paths: dict[DevT, Path] = {}
        self._gates: dict[DevT, tuple[Gate, ...]] = {}
        self._generic: dict[DevT, str] = {}
        self._blocks: dict[DevT, int] = {}
        self._asking: dict[DevT, asyncio.Task[None]] = {}
        self._answered: dict[DevT, float] = {}

    def watch(self, paths: Iterable[Path]) -> None:
        """Watch these paths from now on, and no others; what is known of those that stay is kept."""
        self._paths = {path.devt: path for path in paths}
        self._generic = {devt: node for devt, path in self._paths.items() if (node := _generic(path, self._sysfs))}
        self._gates = {devt: gates_of(path, sysfs=self._sysfs) for devt, path in self._paths.items()}
        # Not when it is needed: of a silent path the kernel may hold who reads an attribute of the queue.
        self._blocks = {devt: self._blocks.get(devt) or self._block(path) for devt, path in self._paths.items()}

    def _block(self, path: Path) -> int:
        return number(self._sysfs / "block" / path.name / "queue", "logical_block_size") or _SECTOR

    async def run(self) -> None:
        """Look until cancelled."""
        try:
            while True:
                self.look(asyncio.get_running_loop().time())
                await asyncio.sleep(self.detection.look)
        finally:
            for task in self._asking.values():
                task.cancel()

    def look(self, now: float) -> None:
        """Look once, and begin to ask those that are suspected."""
        suspected: dict[DevT, Quiet] = {}
        patience = self.detection.patience
        for quiet in self._progress.see(read_counters(self._paths, self._source), now, patience):
            suspected[quiet.devt] = quiet
        for quiet in self._progress.see_gates(self._gates, now, patience):
            suspected.setdefault(quiet.devt, quiet)
        for devt, quiet in suspected.items():
            if devt not in self._asking and now >= self._answered.get(devt, now):
                self._asking[devt] = asyncio.ensure_future(self._ask(self._paths[devt], quiet))

    def _question(self, path: Path) -> Request:
        generic = self._generic.get(path.devt)
        if generic is None:
            return read(path, _BLOCK)
        length, timeout = self._blocks.get(path.devt, _SECTOR), self.detection.timeout
        return Request(Operation.SCSI, generic, payload=_READ_10, length=length, timeout=timeout)

    async def _ask(self, path: Path, quiet: Quiet) -> None:
        try:
            answer = await self._asker.ask(self._question(path), self.detection.deadline)
            if isinstance(answer, Answer):
                self._answered[path.devt] = asyncio.get_running_loop().time() + _AGAIN * self.detection.deadline
                return
            await self._tell(Silent(path, quiet.seconds, f"{quiet.evidence}; {_said(answer, self.detection.deadline)}"))
        finally:
            self._asking.pop(path.devt, None)


def _generic(path: Path, sysfs: Folder) -> str | None:
    """
    Return the generic node of a SCSI device.

    The kernel takes no timeout below 7 s for a command that is sent through the node of the disk; here it does. Where
    an abort fails, the reset waits for every command of the host, and so for the longest timeout.
    """
    try:
        names = os.listdir(sysfs / "block" / path.name / "device/scsi_generic")
    except OSError:  # not a SCSI device, or a kernel without the driver
        return None
    return f"/dev/{names[0]}" if len(names) == 1 else None


def _said(silence: Silence, deadline: float) -> str:
    said: Mapping[Silence, str] = {
        Silence.DEADLINE: f"asked, it gave no answer in {deadline:g} s",
        Silence.HELD: "an earlier question is still in the kernel",
        Silence.FULL: "nobody is left to ask it",
    }
    return said[silence]


def failing(host: Host) -> Callable[[Silent], Awaitable[bool]]:
    """Return what fails a silent path in every map that has another one, and tells whether all of them have."""

    async def fail(silent: Silent) -> bool:
        own, spared = format_devt(silent.path.devt), False
        for mpath in host.maps():
            active = mpath.snapshot.status.active_paths
            if own in active and active - {own}:
                mpath.fail_path(silent.path.devt)
            spared = spared or active == {own}
        return not spared

    return fail
