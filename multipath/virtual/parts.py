"""The parts of a bio that a mapped device gives to its targets: one for each target that it meets."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..units import SECTOR_SIZE
from .bio import Bio, BlockStatus
from .table import RunningTable
from .targets.target import RunningTarget

if TYPE_CHECKING:
    from .mapped_device import MappedDevice


class Part(Bio):
    """
    What one target gets of a bio.

    Attributes:
        device: The mapped device.
        target: That target.
        origin: Its first sector on the mapped device; ``sector`` counts from the target's first one.
        settle: Called with its status in the end, for the whole.
    """

    __slots__ = ("device", "origin", "settle", "target")

    def __init__(
        self, device: "MappedDevice", whole: Bio, origin: int, buffer: memoryview, target: RunningTarget
    ) -> None:
        # Every I/O comes through here: what `Bio` does is written out.
        self.op, self.sector, self.buffer = whole.op, origin - target.start, buffer
        self.status = None
        self.device, self.target, self.origin = device, target, origin
        self.settle: Callable[[BlockStatus], None] = whole.end

    def end(self, status: BlockStatus) -> None:
        """Say how it ended, once: to the mapped device, and to the whole."""
        if self.status is not None:
            raise RuntimeError(f"{self!r} has ended already, with {self.status.name}")
        self.status = status
        self.device.uncount()
        self.settle(status)


def parts_of(device: "MappedDevice", table: RunningTable, bio: Bio) -> list[Part]:
    """Cut a bio at the borders of targets; beyond the last one there is nothing to go to."""
    if bio.op == "flush":
        return _flushes(device, table, bio)
    if len(table.targets) == 1:  # as for nearly every map: nothing to look for
        only = table.targets[0]
        fits = bio.sector + len(bio.buffer) // SECTOR_SIZE <= only.length
        return [Part(device, bio, bio.sector, bio.buffer, only)] if fits else []
    target, end = table.target_at(bio.sector), bio.sector + bio.sectors
    if target is None or end > table.size:
        return []
    if end <= target.start + target.length:
        return [Part(device, bio, bio.sector, bio.buffer, target)]
    return _summed(bio, _pieces(device, table, bio))


def _flushes(device: "MappedDevice", table: RunningTable, bio: Bio) -> list[Part]:
    """Return a flush for each target that has something to flush."""
    targets = [target for target in table.targets if target.takes_flush]
    return _summed(bio, [Part(device, bio, target.start, bio.buffer, target) for target in targets])


def _pieces(device: "MappedDevice", table: RunningTable, bio: Bio) -> list[Part]:
    parts, at, end = [], bio.sector, bio.sector + bio.sectors
    for target in table.targets:
        stop = min(end, target.start + target.length)
        if at < stop and at >= target.start:
            bytes_ = slice((at - bio.sector) * SECTOR_SIZE, (stop - bio.sector) * SECTOR_SIZE)
            parts.append(Part(device, bio, at, bio.buffer[bytes_], target))
            at = stop
    return parts


def _summed(bio: Bio, parts: list[Part]) -> list[Part]:
    """Have the whole end once, when all of its parts have."""
    if len(parts) > 1:
        total = _Sum(bio, len(parts))
        for part in parts:
            part.settle = total.settle
    return parts


class _Sum:
    """What the parts of a bio come to: the first error among them, or success."""

    def __init__(self, whole: Bio, left: int) -> None:
        self._whole, self._left, self._status = whole, left, BlockStatus.OK
        self._lock = threading.Lock()

    def settle(self, status: BlockStatus) -> None:
        """Count one part."""
        with self._lock:
            self._left -= 1
            if self._status is BlockStatus.OK:
                self._status = status
            done = not self._left
        if done:
            self._whole.end(self._status)
