"""One multipath target between a test and paths that the test holds in its hand."""

import errno
import os
from dataclasses import dataclass, field

from multipath.units import SECTOR_SIZE, DevT, Sectors, format_devt, parse_devt
from multipath.virtual.bio import Bio, BlockDevice, BlockStatus, Operation
from multipath.virtual.clock import VirtualClock
from multipath.virtual.profile import PROFILES, KernelProfile
from multipath.virtual.targets.multipath import RunningMultipath

SIZE = Sectors(1024)
DEVT = DevT(0xFD00)
NAMES = {"sda": "8:0", "sdb": "8:16", "sdc": "8:32", "sdd": "8:48"}


class HandPath(BlockDevice):
    """
    A path that keeps each bio for the test, or ends it at once with ``answer``.

    Attributes:
        answer: The status of every bio; ``None`` keeps them in ``kept``.
        kept: What is on its way.
        seen: How many bios came.
    """

    def __init__(self, number: str) -> None:
        self.devt, self.name, self.size = parse_devt(number), f"path{number}", SIZE
        self.answer: BlockStatus | None = BlockStatus.OK
        self.kept: list[Bio] = []
        self.seen = 0

    def submit(self, bio: Bio) -> None:
        """Keep or end it."""
        self.seen += 1
        if self.answer is None:
            self.kept.append(bio)
        else:
            bio.end(self.answer)


class HandledHandPath(HandPath):
    """The same with a device handler, whose activations the test answers: ``done`` has what to call."""

    def __init__(self, number: str, handler: str = "alua") -> None:
        super().__init__(number)
        self.handler = handler
        self.result: int | None = None
        self.done: list[object] = []

    def activate(self, done: object) -> None:
        """Answer at once with ``result``, or keep ``done``."""
        if self.result is None:
            self.done.append(done)
        else:
            done(self.result)  # type: ignore[operator]


@dataclass
class Rig:
    """What stands round the target in the place of a mapped device."""

    profile: KernelProfile = PROFILES["7.2"]
    paths: dict[str, HandPath] = field(default_factory=dict)
    clock: VirtualClock = field(default_factory=VirtualClock)
    devt: DevT = DEVT
    read_only: bool = False
    suspended: bool = False
    has_live_table: bool = False
    events: int = 0
    timeout: int = 0
    pushed: list[Bio] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, *numbers: str, kernel: str = "7.2") -> "Rig":
        """Return a rig with paths of these numbers."""
        return cls(PROFILES[kernel], {number: HandPath(number) for number in numbers})

    def target(self, params: str) -> RunningMultipath:
        """Make a target, and let it serve."""
        target = RunningMultipath(self, Sectors(0), SIZE, params)
        target.resume()
        return target

    # The owner.

    def number(self, word: str) -> DevT:
        """Return the number of a word."""
        if word.startswith("/"):
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        return parse_devt(NAMES.get(word, word))

    def open(self, word: str) -> BlockDevice:
        """Return the path of that number."""
        number = format_devt(self.number(word))
        if number not in self.paths:
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        return self.paths[number]

    def check(self, number: DevT) -> None:
        """Look whether there is such a path."""
        self.open(format_devt(number))

    def parameter(self, module: str, name: str) -> int:
        """Return the one that there is."""
        return self.timeout if (module, name) == ("dm_multipath", "queue_if_no_path_timeout_secs") else 0

    def event(self) -> None:
        """Count."""
        self.events += 1

    def push_back(self, bio: Bio) -> None:
        """Keep for the resume."""
        self.pushed.append(bio)

    def log(self, line: str) -> None:
        """Keep a line."""
        self.logged.append(line)


def _nothing(_: Bio) -> None:
    """Hear of an end."""


def io(target: RunningMultipath, op: Operation = "read", sectors: int = 8) -> Bio:
    """Send an I/O and return it."""
    bio = Bio(op, 0, memoryview(bytearray(sectors * SECTOR_SIZE)), _nothing)
    target.map(bio)
    return bio
