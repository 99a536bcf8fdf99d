"""A storage network for the tests: disks, their I/O, and commands of one's own."""

from pathlib import Path as Folder

from multipath.virtual.array import VirtualArray
from multipath.virtual.bio import Bio, BlockDevice, BlockStatus, Operation
from multipath.virtual.block import BlockDevices
from multipath.virtual.clock import VirtualClock
from multipath.virtual.fabric import Fabric
from multipath.virtual.scsi.reply import ScsiReply
from multipath.virtual.sysfs import SysfsTree
from multipath.wire.sense import Sense, parse_sense

SECOND = 1_000_000_000


class Io:
    """One I/O that was submitted, and what became of it."""

    def __init__(self, device: BlockDevice, op: Operation, sector: int, data: bytes, clock: VirtualClock) -> None:
        self.buffer = bytearray(data)
        self.took: float | None = None
        self._clock, self._since = clock, clock.monotonic_ns()
        self.bio = Bio(op, sector, memoryview(self.buffer), self._ended)
        device.submit(self.bio)

    @property
    def status(self) -> BlockStatus | None:
        """How it ended; `None` before."""
        return self.bio.status

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.bio.status is not None

    def _ended(self, _: Bio) -> None:
        self.took = (self._clock.monotonic_ns() - self._since) / SECOND


class San:
    """A host with adapters, and nothing behind them yet."""

    def __init__(self, root: Folder) -> None:
        self.tree = SysfsTree(root)
        self.root = root
        self.clock = VirtualClock()
        self.devices = BlockDevices()
        self.fabric = Fabric(self.clock, self.devices, self.tree)

    def write(self, device: BlockDevice, data: bytes = b"w" * 512, sector: int = 0) -> Io:
        """Submit a write."""
        return Io(device, "write", sector, data, self.clock)

    def read(self, device: BlockDevice, sector: int = 0, sectors: int = 1) -> Io:
        """Submit a read."""
        return Io(device, "read", sector, bytes(512 * sectors), self.clock)

    def flush(self, device: BlockDevice) -> Io:
        """Submit a flush."""
        return Io(device, "flush", 0, b"", self.clock)


def ask(array: VirtualArray, cdb: str, data_out: bytes = b"", *, path: int = 0, lun: int | None = None) -> ScsiReply:
    """Send a command, in hexadecimal, to an array, as one of its paths would."""
    disk = array.paths[path]
    return array.execute(disk.remote_port.nexus, disk.lun if lun is None else lun, bytes.fromhex(cdb), data_out)


def sense_of(reply: ScsiReply) -> Sense:
    """Return the sense data of a command that failed."""
    found = parse_sense(reply.sense)
    assert found is not None
    return found
