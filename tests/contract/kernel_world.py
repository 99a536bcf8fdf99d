"""The world of a kernel in a guest of the lab: four paths of one logical unit, and no udev that reads what is made."""

import mmap
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from multipath import Control, Host, errors
from multipath.lab import guest

from .pending import Pending, T, eventually
from .world import GROWN, Disk

_SYSFS = Path("/sys")
_VIRTUAL_GB = _SYSFS / "bus/pseudo/drivers/scsi_debug/virtual_gb"


class KernelDisk:
    """A block device opened with O_DIRECT."""

    def __init__(self, node: str, *, write: bool) -> None:
        self._fd = os.open(node, (os.O_RDWR if write else os.O_RDONLY) | os.O_DIRECT | os.O_CLOEXEC)

    def close(self) -> None:
        """Close it."""
        os.close(self._fd)

    def read(self, offset: int, length: int) -> bytes:
        """Read bytes."""
        with mmap.mmap(-1, length) as buffer:
            count = os.preadv(self._fd, [buffer], offset)
            return buffer[:count]

    def write(self, offset: int, data: bytes) -> None:
        """Write bytes."""
        with mmap.mmap(-1, len(data)) as buffer:
            buffer[:] = data
            assert os.pwritev(self._fd, [buffer], offset) == len(data)

    def flush(self) -> None:
        """Have the device keep what was written."""
        os.fsync(self._fd)


class KernelWorld:
    """The kernel that runs this process."""

    patience = 0.3
    sysfs = _SYSFS

    def __init__(self) -> None:
        self.control = Control(nodes="none")
        self.host = Host(control=self.control)
        self._names = {_number(name): name for name in guest.luns()[0]}
        self.paths = tuple(self._names)
        self._started: list[Pending[Any]] = []
        self._grown = False

    @contextmanager
    def open(self, device: str, *, write: bool = True) -> Iterator[Disk]:
        """Open a map by its name, or a path by its number."""
        node = self._names.get(device) or self.control.info(device).node
        disk = KernelDisk(f"/dev/{node}", write=write)
        try:
            yield disk
        finally:
            disk.close()

    def start(self, act: Callable[[], T]) -> Pending[T]:
        """Do something in a thread; what it waits for is released before the world ends."""
        pending = Pending(act)
        self._started.append(pending)
        return pending

    def lose(self, path: str) -> None:
        """Take a path offline."""
        guest.set_state(self._names[path], "offline")

    def restore(self, path: str) -> None:
        """Let it serve again."""
        guest.set_state(self._names[path], "running")

    def reads(self, path: str) -> int:
        """Return how many reads the path has served."""
        # All commands in truth; but the block layer's own count has those too that an offline path refused.
        return int((_SYSFS / "block" / self._names[path] / "device/iodone_cnt").read_text(), 16)

    def grow(self) -> None:
        """Let the unit have more sectors."""
        _VIRTUAL_GB.write_text(str(GROWN >> 21))
        self._grown = True

    def shrink(self) -> None:
        """Let the unit have as many as before."""
        _VIRTUAL_GB.write_text("0")

    def rescan(self, path: str) -> None:
        """Have a path ask for its size again."""
        (_SYSFS / "block" / self._names[path] / "device/rescan").write_text("1")

    def close(self) -> None:
        """Release whatever waits, and leave nothing."""
        for path in self.paths:
            self.restore(path)
        for entry in self.control.devices():
            with suppress(errors.DeviceMapperError):  # suspended before it had a table
                self.control.resume(entry)
            # Only where it is needed: a map of bios whose empty table does not say so hangs the kernel with it.
            if "queue_if_no_path" in str(self.control.table(entry)):
                self.control.message(entry, "fail_if_no_path")
        for pending in self._started:
            with suppress(Exception):
                pending.result()
        while entries := self.control.devices():
            removed = [self._remove(entry.name) for entry in entries]
            assert any(removed), f"{entries} cannot be removed"
        self.control.close()
        if self._grown:
            self.shrink()
            for path in self.paths:
                self.rescan(path)
        # A removal that the kernel does later may still be on its way.
        assert eventually(lambda: not list((_SYSFS / "block").glob("dm-*")))

    def _remove(self, name: str) -> bool:
        with suppress(errors.DeviceBusy):
            self.control.remove(name, timeout=0)
            return True
        return False


def _number(name: str) -> str:
    return (_SYSFS / "block" / name / "dev").read_text().strip()
