"""The world of a virtual kernel: an array of four paths, and threads that wait in no time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from multipath import Control, Host, errors
from multipath.units import format_devt
from multipath.virtual import VirtualHost

from .pending import Pending, T
from .world import GROWN, SIZE, Disk


@cache
def machine(release: str) -> VirtualHost:
    """Return the machine of one kernel: as in the lab, many tests share it, and leave nothing in it."""
    made = VirtualHost(release)
    made.add_array(paths=4)
    return made


class VirtualWorld:
    """A virtual kernel of one release."""

    patience = 0.0

    def __init__(self, release: str) -> None:
        self._machine = machine(release)
        self.sysfs = self._machine.sysfs.root
        self.control: Control = self._machine.control.sibling()
        self.host = Host(control=self.control, sysfs=self.sysfs, commands=self._machine.commands)
        self._paths = {format_devt(path.devt): path for path in self._machine.arrays[0].paths}
        self.paths = tuple(self._paths)
        self._started: list[Pending[Any]] = []
        self._grown = False

    @contextmanager
    def open(self, device: str, *, write: bool = True) -> Iterator[Disk]:
        """Open a map by its name, or a path by its number."""
        with self._machine.open(device) as disk:
            yield disk

    def start(self, act: Callable[[], T]) -> Pending[T]:
        """Do something in a thread; what it waits for is released before the world ends."""
        pending = Pending(act)
        self._started.append(pending)
        return pending

    def lose(self, path: str) -> None:
        """Take a path offline."""
        self._paths[path].offline()

    def restore(self, path: str) -> None:
        """Let it serve again."""
        self._paths[path].online()

    def reads(self, path: str) -> int:
        """Return how many reads the path has served."""
        return self._paths[path].reads_seen

    def grow(self) -> None:
        """Let the unit have more sectors."""
        self._machine.arrays[0].luns[0].resize(GROWN)
        self._grown = True

    def shrink(self) -> None:
        """Let the unit have as many as before."""
        self._machine.arrays[0].luns[0].resize(SIZE)

    def rescan(self, path: str) -> None:
        """Have a path ask for its size again."""
        self._paths[path].rescan()

    def close(self) -> None:
        """Release whatever waits, and leave nothing."""
        for path in self.paths:
            self.restore(path)
        for entry in self.control.devices():
            with suppress(errors.DeviceMapperError):  # suspended before it had a table
                self.control.resume(entry)
            if "queue_if_no_path" in str(self.control.table(entry)):
                self.control.message(entry, "fail_if_no_path")
        for pending in self._started:
            with suppress(Exception):
                pending.result()
        self.control.remove_all()
        assert self.control.devices() == []
        self.control.close()
        if self._grown:
            self.shrink()
            for path in self.paths:
                self.rescan(path)
