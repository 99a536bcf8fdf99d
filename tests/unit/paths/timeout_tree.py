"""The sysfs of one path device, from a listing in ``tests/golden/timeouts``, and who writes to it."""

import asyncio
import errno
import os
import time
from pathlib import Path as Folder
from typing import Final

from multipath.paths.path import Bus, Path
from multipath.paths.request import Answer, Held, Operation, Request, Silence
from multipath.units import Sectors, devt

GOLDEN: Final = Folder(__file__).parents[2] / "golden/timeouts"
PROTOCOLS: Final = {"fc": "scsi:fcp", "iscsi": "scsi:iscsi", "sas": "scsi:sas", "srp": "scsi:srp", "nvme": "nvme:tcp"}
DISKSEQ: Final = 7


def timeout_tree(name: str, sysfs: Folder, minor: int = 0) -> Path:
    """Make the folders of a listing, and return its path."""
    lines = [line.split() for line in (GOLDEN / f"{name}.txt").read_text().splitlines() if not line.startswith("#")]
    _, device, disk = lines[0]
    for file, *value in lines[1:]:
        up = len(file) - len(file.lstrip("^"))
        target = Folder(device).parents[up - 1] if up else Folder(device)
        where = sysfs / target / file.lstrip("^/")
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(f"{' '.join(value)}\n")
    block = next((sysfs / device).glob(f"**/{disk}"))
    (block / "diskseq").write_text(f"{DISKSEQ}\n")
    (block / "device").symlink_to(os.path.relpath(sysfs / device, block))
    (sysfs / "block").mkdir(exist_ok=True)
    (sysfs / "block" / disk).symlink_to(os.path.relpath(block, sysfs / "block"))
    return path_of(name, disk, Folder(device).name, minor)


def path_of(name: str, disk: str, device: str, minor: int) -> Path:
    """Return the path of a device."""
    bus: Bus = "nvme" if name == "nvme" else "scsi"
    hctl = device if bus == "scsi" else None
    host = int(device.partition(":")[0]) if bus == "scsi" else int(device.removeprefix("nvme"))
    return Path(
        disk, devt(8, minor), Sectors(2048), None, None, None, hctl, "running", DISKSEQ, bus, PROTOCOLS[name], host=host
    )


class Writer:
    """
    An asker that reads and writes at once; what stands in ``refused`` it refuses, and in ``silent`` it never ends.

    Attributes:
        asked: What was asked, but for reads.
        unread: The attributes whose readers the kernel holds.
    """

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.refused: dict[str, int] = {}
        self.silent: set[str] = set()
        self.unread: set[str] = set()

    @property
    def held(self) -> tuple[Held, ...]:
        """Nothing is."""
        return ()

    def ask_blocking(self, request: Request, deadline: float) -> Answer | Silence:
        """Nobody does that here."""
        raise NotImplementedError

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Read or write."""
        name = os.path.basename(request.node)
        if request.operation is Operation.FETCH:
            return Silence.DEADLINE if name in self.unread else self._fetched(request.node)
        self.asked.append(request)
        await asyncio.sleep(0)
        if name in self.silent:
            return Silence.DEADLINE
        if name in self.refused:
            return Answer(error=self.refused[name])
        if request.operation is Operation.STORE:
            if not os.path.exists(request.node):
                return Answer(error=errno.ENOENT)
            Folder(request.node).write_bytes(request.payload)
        return Answer()

    def _fetched(self, node: str) -> Answer:
        file = Folder(node)
        return Answer(data=file.read_bytes()) if file.exists() else Answer(error=errno.ENOENT)

    def now(self) -> float:
        """Return the time."""
        return time.monotonic()

    def close(self) -> None:
        """Do nothing."""
