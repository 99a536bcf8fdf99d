"""
A disk of this host: one way to one unit, as the sd driver makes it of a SCSI device.

Strategy: an I/O becomes one command; what comes back is judged by ``midlayer``, and sent again as often, and as long,
as Linux would. Device-mapper marks its I/O so that a transport that failed ends it at once, but not so that a timeout
does: hence a silent path keeps an I/O for ``timeout`` times (``max_retries`` + 1), three minutes with the numbers of
a new disk.

Source: linux ``drivers/scsi/sd.c`` (``sd_setup_read_write_cmnd()``), ``drivers/scsi/scsi_lib.c`` (``scsi_complete()``).
"""

import errno
import os
from collections.abc import Callable
from typing import Final

from ..units import SECTOR_SIZE, DevT, Nanoseconds, Sectors, format_devt
from ..wire.sense import parse_sense
from .array import VirtualArray
from .bio import Bio, BlockDevice, BlockStatus
from .clock import VirtualClock
from .handler import Activation, AluaHandler, DeviceHandler, RdacHandler
from .midlayer import DONE, Verdict, verdict
from .remote_port import RemotePort
from .scsi.reply import ScsiReply
from .scsi_device import ScsiDevice
from .sysfs import SysfsTree

DEFAULT_RETRIES: Final = 5
_NOT_ONLINE: Final = frozenset({"offline", "transport-offline", "deleted"})
_SCAN_ATTEMPTS: Final = 8
_SECOND: Final = 1_000_000_000
_READ_10, _WRITE_10, _READ_16, _WRITE_16 = 0x28, 0x2A, 0x88, 0x8A
_READ_CAPACITY_16: Final = bytes((0x9E, 0x10, *bytes(8), 0, 0, 0, 32, 0, 0))
_SYNCHRONIZE_CACHE: Final = bytes((0x35, *bytes(9)))
_LONGEST: Final = 0xFFFF  # blocks of a command of 10 bytes
_LAST: Final = 0xFFFF_FFFF  # its highest block


class _Attempts:
    """An I/O, and how often it was sent."""

    __slots__ = ("bio", "cdb", "since", "tried")

    def __init__(self, bio: Bio, cdb: bytes, since: Nanoseconds) -> None:
        self.bio, self.cdb, self.since = bio, cdb, since
        self.tried = 0


class VirtualPath(ScsiDevice, BlockDevice):
    """
    A disk.

    Attributes:
        name: ``sda`` and so on.
        devt: Its device number.
        size: As the kernel holds it: that of the unit when it was scanned last.
        block_size: The bytes of one block, likewise.
        diskseq: The number that this disk, and no later one of its name, has.
        reads_seen: Reads that the array executed for this path; so the next two.
        writes_seen: Writes.
        flushes_seen: Flushes.

    Synchronization: any number of threads.
    """

    def __init__(
        self,
        name: str,
        devt: DevT,
        array: VirtualArray,
        remote_port: RemotePort,
        lun: int,
        *,
        clock: VirtualClock,
        sysfs: SysfsTree,
        forget: Callable[["VirtualPath"], None],
    ) -> None:
        super().__init__(array, remote_port, lun, clock=clock, sysfs=sysfs)
        self.name, self.devt = name, devt
        self.size, self.block_size = Sectors(0), SECTOR_SIZE
        self.diskseq = 0
        self.reads_seen = self.writes_seen = self.flushes_seen = 0
        self._handler: DeviceHandler | None = None
        self._forget = forget

    def open(self) -> None:
        """
        Be opened, as by a table.

        Raises:
            OSError: ``ENXIO``: it is offline, or deleted.
        """
        self._read_state()
        if self.state in _NOT_ONLINE:
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))

    def submit(self, bio: Bio) -> None:
        """Take an I/O."""
        cdb = self._command(bio)
        if cdb is None:
            bio.end(BlockStatus.IOERR)
        else:
            self._attempt(_Attempts(bio, cdb, self._clock.monotonic_ns()))

    def delete(self) -> None:
        """Remove the disk, as ``echo 1 > device/delete`` does; who holds it keeps a dead device."""
        if self._set_state("deleted"):
            self._forget(self)
            self.link_changed()  # what waits for a lost link need not wait any more

    def rescan(self) -> None:
        """Ask the unit for its size again, as ``echo 1 > device/rescan`` does."""
        for _ in range(_SCAN_ATTEMPTS):  # a unit that has to tell something does that first
            reply = self.execute(_READ_CAPACITY_16)
            if reply.is_good or not verdict(reply).again:
                break
        if reply.is_good:
            self.block_size = int.from_bytes(reply.data[8:12], "big")
            blocks = int.from_bytes(reply.data[:8], "big") + 1
            self.size = Sectors(blocks * self.block_size // SECTOR_SIZE)
            self._sysfs.replace(f"{self.folder}/block/{self.name}/size", self.size)

    @property
    def handler(self) -> str:
        """The name of the device handler; empty where none is attached."""
        return "" if self._handler is None else self._handler.name

    def attach_handler(self) -> None:
        """Attach the device handler that Linux would, when it has scanned the disk."""
        model = self.array.model
        if model.implicit or model.explicit:
            self._handler = AluaHandler(self, self._clock, explicit=model.explicit, show=self._show_access)
            self._show_access()
        elif model.is_rdac:
            self._handler = RdacHandler(self)
        self._sysfs.replace(f"{self.folder}/dh_state", self.handler or "detached")

    def activate(self, done: Callable[[int], None]) -> None:
        """Let the device handler make the path able to take I/O; ``done`` is called once, with an `Activation`."""
        if self._handler is None:
            done(Activation.NO_HANDLER)
        elif not self._is_running():
            done(Activation.OFFLINE if self._state == "offline" else Activation.NOT_CONNECTED)
        else:
            self._handler.activate(done)

    @property
    def max_retries(self) -> int:
        """How often a command is sent again: ``scsi_disk/*/max_retries``."""
        number = self._sysfs.number(f"{self.folder}/scsi_disk/{self.hctl}/max_retries")
        return DEFAULT_RETRIES if number is None else number

    def _command(self, bio: Bio) -> bytes | None:
        """Return the command for an I/O; `None` where it has no whole blocks, or ends beyond the disk."""
        if bio.op == "flush":
            return _SYNCHRONIZE_CACHE
        per_block = self.block_size // SECTOR_SIZE
        if bio.sector % per_block or len(bio.buffer) % self.block_size or bio.sector + bio.sectors > self.size:
            return None
        block, count, reads = bio.sector // per_block, len(bio.buffer) // self.block_size, bio.op == "read"
        if block <= _LAST and count <= _LONGEST:
            opcode = _READ_10 if reads else _WRITE_10
            return bytes((opcode, 0)) + block.to_bytes(4, "big") + b"\0" + count.to_bytes(2, "big") + b"\0"
        opcode = _READ_16 if reads else _WRITE_16
        return bytes((opcode, 0)) + block.to_bytes(8, "big") + count.to_bytes(4, "big") + b"\0\0"

    def _attempt(self, io: _Attempts) -> None:
        """Send an I/O, until it has ended or has to wait."""
        data_out = io.bio.buffer if io.bio.op == "write" else b""
        while True:
            status = self._rejected()
            if status is not None:
                io.bio.end(status)
                return
            reply = self.send(io.cdb, data_out, lambda reply: self._answered(io, reply))
            if reply is None or not self._goes_on(io, reply):
                return

    def _answered(self, io: _Attempts, reply: ScsiReply) -> None:
        if self._goes_on(io, reply):
            self._attempt(io)

    def _goes_on(self, io: _Attempts, reply: ScsiReply) -> bool:
        """Judge an answer; return whether the I/O is to be sent again at once."""
        what = verdict(reply)
        if what is DONE:
            self._done(io.bio, reply)
            return False
        self._noticed(reply)
        io.tried += what.counts
        if not what.again or self._is_over(io, what):
            io.bio.end(what.status)
            return False
        if what.delay:
            self._clock.call_later(what.delay, lambda: self._attempt(io))
        return not what.delay

    def _is_over(self, io: _Attempts, what: Verdict) -> bool:
        """Whether an I/O has had its attempts, or the time that they could have taken."""
        if what.counts:
            return io.tried > self.max_retries
        return self._clock.monotonic_ns() - io.since >= (self.max_retries + 1) * self.timeout * _SECOND

    def _rejected(self) -> BlockStatus | None:
        """Return how an I/O ends that is not even sent; an offline disk was seen to end it no other way."""
        lets_through = self._handler is None or self._handler.lets_through
        return None if self._is_running() and lets_through else BlockStatus.IOERR

    def _is_running(self) -> bool:
        self._read_state()
        return self._state == "running"

    def _done(self, bio: Bio, reply: ScsiReply) -> None:
        if bio.op == "write":
            self.writes_seen += 1
        elif bio.op == "flush":
            self.flushes_seen += 1
        else:
            self.reads_seen += 1
            if len(reply.data) != len(bio.buffer):  # another unit by now, of another block size
                bio.end(BlockStatus.IOERR)
                return
            bio.buffer[:] = reply.data
        bio.end(BlockStatus.OK)

    def _noticed(self, reply: ScsiReply) -> None:
        sense = None if self._handler is None else parse_sense(reply.sense)
        if self._handler is not None and sense is not None:
            self._handler.noticed(sense)

    def _show_access(self) -> None:
        if isinstance(self._handler, AluaHandler):
            self._sysfs.replace(f"{self.folder}/access_state", self._handler.state.text)
            self._sysfs.replace(f"{self.folder}/preferred_path", int(self._handler.preferred))

    def __repr__(self) -> str:
        """Return name, number and place."""
        return f"<VirtualPath {self.name} ({format_devt(self.devt)}) at {self.hctl}>"
