"""
A device-mapper on a bench: a virtual kernel over plain disks in memory, with a sysfs that only takes notes.

What a whole world brings along, arrays and their faults, is not here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from multipath.dm.target import Target
from multipath.units import DevT, Sectors, devt
from multipath.virtual.bio import Bio, BlockDevice, BlockStatus, Operation
from multipath.virtual.block import BlockDevices
from multipath.virtual.clock import VirtualClock
from multipath.virtual.control import VirtualControl
from multipath.virtual.kernel import VirtualKernel
from multipath.virtual.mapped_device import MappedDevice
from multipath.virtual.profile import PROFILES

DISK = Sectors(131072)
SECTOR = 512


class MemoryDisk(BlockDevice):
    """
    A disk that keeps what is written, and its I/Os when it is told to.

    Attributes:
        silent: Whether I/Os stay with it until `answer`.
        held: Those that did.
    """

    def __init__(self, letter: int, size: Sectors = DISK) -> None:
        self.devt, self.name, self.size = devt(8, 16 * letter), f"sd{chr(ord('a') + letter)}", size
        self.data = bytearray(size * SECTOR)
        self.seen: list[tuple[Operation, int, int]] = []
        self.silent = False
        self.held: list[Bio] = []

    def submit(self, bio: Bio) -> None:
        """Do it, or keep it."""
        self.seen.append((bio.op, bio.sector, bio.sectors))
        if self.silent:
            self.held.append(bio)
        else:
            self._do(bio)

    def answer(self) -> None:
        """Do what was kept."""
        self.silent = False
        held, self.held = self.held, []
        for bio in held:
            self._do(bio)

    def _do(self, bio: Bio) -> None:
        place = slice(bio.sector * SECTOR, bio.sector * SECTOR + len(bio.buffer))
        if bio.op == "read":
            bio.buffer[:] = self.data[place]
        elif bio.op == "write":
            self.data[place] = bio.buffer
        bio.end(BlockStatus.OK)


class Notes:
    """
    A sysfs that takes notes.

    Attributes:
        maps: What is shown of each map, by its minor number.
        holders: The maps that each path shows.
    """

    def __init__(self) -> None:
        self.maps: dict[int, dict[str, object]] = {}
        self.holders: dict[DevT, list[int]] = {}

    def number(self, file: str) -> int | None:
        """There are no files."""
        return None

    def add_map(self, minor: int, devt: DevT) -> None:
        """Note a map."""
        assert minor not in self.maps
        self.maps[minor] = {"devt": devt}

    def update_map(
        self,
        minor: int,
        *,
        name: str,
        uuid: str,
        suspended: bool,
        size: Sectors,
        read_only: bool,
        block_size: int | None,
    ) -> None:
        """Note what it is."""
        self.maps[minor] |= {"name": name, "uuid": uuid, "suspended": suspended, "size": size, "read_only": read_only}

    def remove_map(self, minor: int) -> None:
        """Strike a map."""
        del self.maps[minor]

    def hold(self, path_devt: DevT, minor: int) -> None:
        """Note a holder."""
        assert minor in self.maps
        self.holders.setdefault(path_devt, []).append(minor)

    def release(self, path_devt: DevT, minor: int) -> None:
        """Strike a holder."""
        self.holders[path_devt].remove(minor)


@dataclass
class Ended:
    """
    A bio on its way.

    Attributes:
        bio: That bio.
        times: How often it ended.
    """

    bio: Bio
    times: int = 0

    def count(self) -> None:
        """Count an end."""
        self.times += 1

    @property
    def status(self) -> BlockStatus | None:
        """How it ended; ``None`` before."""
        return self.bio.status


class Bench:
    """
    A virtual kernel, its control, and four disks.

    Attributes:
        disks: ``sda`` to ``sdd``.
        paths: Their numbers as text, ``8:0`` first.
    """

    def __init__(self, release: str = "7.2") -> None:
        self.clock = VirtualClock()
        self.devices = BlockDevices()
        self.disks = [MemoryDisk(letter) for letter in range(4)]
        self.paths = [f"8:{16 * letter}" for letter in range(4)]
        for disk in self.disks:
            self.devices.add(disk)
        self.sysfs = Notes()
        self.kernel = VirtualKernel(PROFILES[release], clock=self.clock, devices=self.devices, sysfs=self.sysfs)
        self.dm = VirtualControl(self.kernel, Path("/nowhere"))

    def device(self, name: str) -> MappedDevice:
        """Return a mapped device."""
        found = self.kernel.map_named(name)
        assert found is not None
        return found

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds that a command in another thread brings about."""
        with self.kernel.changed:
            while not holds():
                self.kernel.changed.wait(0.01)

    def live(self, name: str, *lines: Target) -> MappedDevice:
        """Make a device with these lines as its live table."""
        self.dm.create(name)
        self.dm.load(name, lines)
        self.dm.resume(name)
        return self.device(name)

    def submit(self, device: BlockDevice, op: Operation, sector: int = 0, data: bytes | bytearray = b"") -> Ended:
        """Submit an I/O; do not wait for it."""
        bio = Bio(op, sector, memoryview(data), lambda _: ended.count())
        ended = Ended(bio)
        device.submit(bio)
        return ended


def lines(*targets: tuple[int, str, str]) -> list[Target]:
    """Return lines one behind the other: length, type and parameters of each."""
    table, start = [], Sectors(0)
    for length, kind, params in targets:
        table.append(Target(start, Sectors(length), kind, params))
        start = table[-1].end
    return table
