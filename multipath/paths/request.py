"""
What can be asked of a path, or of the kernel about one, and what comes back.

Strategy: each of these is one call that the kernel may hold for ever. So it is a value here, whoever makes the call
does it elsewhere (`Asker`), and no answer is an answer too (`Silence`).
"""

import enum
from dataclasses import dataclass
from typing import Protocol

from ..units import DevT
from .path import Path


class Operation(enum.IntEnum):
    """
    The kinds of calls.

    ``SCSI`` sends the command descriptor block ``payload`` and reads ``length`` bytes; ``SCSI_OUT`` sends it with
    ``data``. ``READ`` reads ``length`` bytes at ``offset``, past the page cache. ``NVME`` sends an admin command, whose
    submission entry of 64 bytes is ``payload``, and reads ``length`` bytes. ``CCISS`` is a command descriptor block for
    the controllers of that name. ``RESET`` is SG_SCSI_RESET with the 4-byte number ``payload``. ``STORE`` writes
    ``payload`` to the file ``node``, and ``FETCH`` reads up to ``length`` bytes of it: attributes of sysfs.
    ``NVME_IO`` is as ``NVME``, with a command of the namespace, whose number is filled in, and with ``data``.
    ``PERSIST`` is one of the kernel's own calls about reservations: ``payload`` has the action, the kernel's number of
    the type, and two keys.
    """

    SCSI = 0
    SCSI_OUT = 1
    READ = 2
    NVME = 3
    CCISS = 4
    RESET = 5
    STORE = 6
    FETCH = 7
    NVME_IO = 8
    PERSIST = 9


@dataclass(frozen=True, slots=True)
class Request:
    """
    One call.

    Attributes:
        operation: Its kind.
        node: The device node, or the file.
        payload: The command, or the text to write.
        length: How many bytes are read.
        data: The bytes that are written.
        offset: Where is read, in bytes.
        timeout: After how many seconds the kernel itself is to give up; it may take longer, or for ever.
        devt: The device that is meant; another one behind the node is refused with ENXIO. ``None`` asks whatever it is.
        diskseq: The disk that is meant, likewise.
        lead: A SCSI command without data that is sent first; where it is not answered well, that is the answer.
    """

    operation: Operation
    node: str
    payload: bytes = b""
    length: int = 0
    data: bytes = b""
    offset: int = 0
    timeout: float = 30.0
    devt: DevT | None = None
    diskseq: int | None = None
    lead: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What came back.

    Attributes:
        error: The errno of the call; 0 where the kernel took it.
        status: The SCSI status byte; for NVMe the status of the completion.
        host: The host byte.
        driver: The driver byte.
        result: What the call returned: the bytes that were written, the first dword of an NVMe completion.
        data: What was read.
        sense: The sense data.
        seconds: How long it took.
        led: Whether the command that leads was answered well, so that this is the answer to the one behind it.
    """

    error: int = 0
    status: int = 0
    host: int = 0
    driver: int = 0
    result: int = 0
    data: bytes = b""
    sense: bytes = b""
    seconds: float = 0.0
    led: bool = False

    @property
    def good(self) -> bool:
        """Whether the device did what it was asked."""
        return not (self.error or self.status or self.host)


class Silence(enum.StrEnum):
    """
    Why there is no answer.

    ``DEADLINE``: none came in time, and the kernel holds the call still. ``HELD``: it still holds an earlier one to the
    same node. ``FULL``: so many calls are held that there is nobody left to make another. ``LED``: as ``DEADLINE``, but
    the command that leads was answered well.
    """

    DEADLINE = "deadline"
    HELD = "held"
    FULL = "full"
    LED = "led"


@dataclass(frozen=True, slots=True)
class Held:
    """A call that has outlived its deadline and that the kernel has not ended yet."""

    node: str
    operation: Operation
    seconds: float


class Asker(Protocol):
    """Who makes the calls: the kernel's, or a world in memory."""

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """
        Make a call, and wait for at most ``deadline`` seconds; for each command, where one leads.

        At most one call is made to a node at a time: another waits, within its own deadline.
        """

    def ask_blocking(self, request: Request, deadline: float) -> Answer | Silence:
        """Do the same in a thread that has no event loop."""

    def now(self) -> float:
        """Return the seconds of the clock by which deadlines pass."""

    @property
    def held(self) -> tuple[Held, ...]:
        """The calls that have outlived their deadlines, the oldest first."""

    def close(self) -> None:
        """Make no more calls; never waits for those that are held."""


def scsi(path: Path, command: bytes, length: int = 0, *, timeout: float = 30.0) -> Request:
    """Return the request that sends a SCSI command to a path and reads ``length`` bytes."""
    return _of(path, Operation.SCSI, payload=command, length=length, timeout=timeout)


def scsi_out(path: Path, command: bytes, data: bytes, *, timeout: float = 30.0) -> Request:
    """Return the request that sends a SCSI command with data to a path."""
    return _of(path, Operation.SCSI_OUT, payload=command, data=data, timeout=timeout)


def read(path: Path, length: int, offset: int = 0) -> Request:
    """Return the request that reads from a path."""
    return _of(path, Operation.READ, length=length, offset=offset)


def nvme(path: Path, command: bytes, length: int = 0, *, timeout: float = 30.0) -> Request:
    """Return the request that sends an NVMe admin command, given as its submission entry of 64 bytes."""
    return _of(path, Operation.NVME, payload=command, length=length, timeout=timeout)


def nvme_io(path: Path, command: bytes, length: int = 0, data: bytes = b"", *, timeout: float = 30.0) -> Request:
    """Return the request that sends an NVMe command to the namespace itself, likewise; its number is filled in."""
    return _of(path, Operation.NVME_IO, payload=command, length=length, data=data, timeout=timeout)


def persist(path: Path, payload: bytes) -> Request:
    """Return the request that makes one of the kernel's own calls about reservations."""
    return _of(path, Operation.PERSIST, payload=payload)


def cciss(path: Path, command: bytes, length: int = 0, *, timeout: float = 30.0) -> Request:
    """Return the request that sends a SCSI command through a controller of that kind."""
    return _of(path, Operation.CCISS, payload=command, length=length, timeout=timeout)


def store(file: str, text: str) -> Request:
    """Return the request that writes a text to a file."""
    return Request(Operation.STORE, file, payload=text.encode())


def fetch(file: str, length: int = 4096) -> Request:
    """Return the request that reads a file."""
    return Request(Operation.FETCH, file, length=length)


def _of(
    path: Path, operation: Operation, *, payload: bytes = b"", length: int = 0, data: bytes = b"", offset: int = 0,
    timeout: float = 30.0,
) -> Request:  # fmt: skip
    node = f"/dev/{path.name}"
    return Request(operation, node, payload, length, data, offset, timeout, path.devt, path.diskseq)
