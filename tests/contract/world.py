"""
What the specification needs of a world: a device-mapper, paths to one logical unit, and ways to use and to lose them.

Two stand behind it: a kernel in a guest of the lab, and the virtual world of one kernel's habits. Nothing in the
specification may ask which.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Protocol

import pytest

from multipath import Control, DeviceInfo, Host, Target, errors
from multipath._native import codec
from multipath.units import Sectors

from .pending import Pending, T

SIZE: Final = Sectors(131072)  # of the logical unit, and of a map over it
GROWN: Final = Sectors(2097152)  # what the unit can grow to: a whole GiB
BLOCK: Final = 4096


class Disk(Protocol):
    """An open block device, read and written past every cache."""

    def read(self, offset: int, length: int) -> bytes:
        """Read bytes."""

    def write(self, offset: int, data: bytes) -> object:
        """Write bytes."""

    def flush(self) -> None:
        """Have the device keep what was written."""


class World(Protocol):
    """
    A world.

    Attributes:
        control: Its device-mapper.
        host: The machine over it.
        sysfs: The root of its sysfs.
        paths: The numbers of the four paths to one logical unit, ``8:0`` and so on.
        patience: Seconds within which whatever happens by itself has happened.
    """

    control: Control
    host: Host
    sysfs: Path
    paths: tuple[str, ...]
    patience: float

    def open(self, device: str, *, write: bool = True) -> AbstractContextManager[Disk]:
        """Open a map by its name, or a path by its number."""

    def start(self, act: Callable[[], T]) -> Pending[T]:
        """Do something in a thread; what it waits for is released before the world ends."""

    def lose(self, path: str) -> None:
        """Take a path offline: from now on it fails all I/O."""

    def restore(self, path: str) -> None:
        """Let it serve again."""

    def reads(self, path: str) -> int:
        """Return how many reads the path has served."""

    def grow(self) -> None:
        """Let the unit have `GROWN` sectors until the world ends; no path knows of it yet."""

    def shrink(self) -> None:
        """Let the unit have `SIZE` sectors again."""

    def rescan(self, path: str) -> None:
        """Have a path ask the unit for its size again."""


def line(kind: str, params: str = "", *, start: int = 0, length: int = SIZE) -> Target:
    """Return one line of a table."""
    return Target(Sectors(start), Sectors(length), kind, params)


def multipath(params: str) -> list[Target]:
    """Return a table of one multipath target."""
    return [line("multipath", params)]


def make(world: World, name: str, *lines: Target, read_only: bool = False) -> DeviceInfo:
    """Make a device with a live table."""
    world.control.load(world.control.create(name), lines, read_only=read_only)
    return world.control.resume(name)


def info_text(world: World, name: str = "subject") -> str:
    """Return what the status of the first line says."""
    return world.control.status(name)[0].params


def table_text(world: World, name: str = "subject", *, inactive: bool = False) -> str:
    """Return what the table's first line says."""
    return world.control.table(name, inactive=inactive)[0].params


def answer(
    world: World,
    command: int,
    *,
    minor: int = 27,
    flags: int = 0,
    dev: int = 0,
    event_nr: int = 0,
    name: bytes = b"",
    uuid: bytes = b"",
    payload: bytes = b"",
) -> codec.Reply | int:
    """Send one request as it stands; return the reply, or the errno."""
    request = codec.Request(
        command, minor, flags=flags, dev=dev, event_nr=event_nr, name=name, uuid=uuid, payload=payload
    )
    try:
        return world.control._file.call(request)
    except OSError as error:
        return error.errno or 0


def refused(act: Callable[[], object]) -> int:
    """Do what must be refused; return the errno."""
    with pytest.raises(errors.DeviceMapperError) as refusal:
        act()
    return refusal.value.errno or 0


def load_refused(dm: Control, *lines: Target, name: str = "subject") -> errors.TableLoadError:
    """Load what must be refused; return the refusal."""
    with pytest.raises(errors.TableLoadError) as refusal:
        dm.load(name, lines)
    return refusal.value
