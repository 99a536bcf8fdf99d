"""
One mapped device: its two tables, the I/O that goes through the live one, and its suspension.

Theory of operation. A bio is counted when it enters the live table and uncounted when it has ended; one that crosses
the border of two targets becomes a part for each. While the device is suspended, bios wait outside the table, in order.
A suspension lets the targets let go first, shuts the gate, and waits until nothing is counted any more; a target that
hands a bio back meanwhile has it wait at the gate with the others.

Synchronization: any number of threads. ``_gate`` guards the counts and the table that bios go through; nothing is
called with it held. ``changing`` is held through a suspension or a resume, the wait for I/O included, and ``loading``
while a table is made; no I/O takes them. What commands change, name, users, tables in the slots, is guarded by the
kernel's ``changed``.

Source: linux ``drivers/md/dm.c``.
"""

import errno
import os
import threading
from typing import TYPE_CHECKING, Final

from ..units import SECTOR_SIZE, DevT, Sectors
from .bio import Bio, BlockDevice, BlockStatus
from .parts import Part, parts_of
from .statistics import Statistics
from .table import RunningTable
from .targets.target import DeviceKind

if TYPE_CHECKING:
    from .kernel import VirtualKernel


_REQUEUE_DELAY: Final = 0.1


class MappedDevice(BlockDevice):
    """
    A device of device-mapper, and a block device once its first table is loaded.

    Attributes:
        dm_name: Its name.
        uuid: Its uuid; empty without one.
        inactive: The table that waits for a resume.
        kind: What it works with; the first load decides.
        event_nr: Events of its live tables.
        open_count: How often it is open.
        read_only: Whether its live table is.
        deferred: Whether it goes away with its last user.
        deleting: Whether it is going away.
        references: Commands that have it in hand and may wait.
        statistics: The regions that are counted.
        changing: Held through a suspension or a resume.
        loading: Held while a table is made.
    """

    def __init__(self, kernel: "VirtualKernel", devt: DevT, dm_name: str, uuid: str) -> None:
        self.devt, self.minor, self.size = devt, os.minor(devt), Sectors(0)
        self.name = f"dm-{self.minor}"
        self.profile, self.clock, self._kernel = kernel.profile, kernel.clock, kernel
        self.dm_name, self.uuid = dm_name, uuid
        self.inactive: RunningTable | None = None
        self.kind: DeviceKind | None = None
        self.event_nr = self.open_count = self.references = 0
        self.suspended = self.read_only = self.deferred = self.deleting = False
        self.statistics = Statistics()
        self.changing, self.loading = threading.Lock(), threading.Lock()
        self._held: dict[tuple[DevT, bool], tuple[BlockDevice, int]] = {}
        self._holding = threading.Lock()
        self._gate = threading.Lock()
        self._live: RunningTable | None = None
        self._shut = self._noflush = self._draining = False
        self._in_flight = 0
        self._outside: list[Bio] = []

    @property
    def live(self) -> RunningTable | None:
        """The table that serves I/O."""
        return self._live

    @property
    def in_sysfs(self) -> bool:
        """Whether it is a block device yet: it is from its first load on."""
        return self.kind is not None

    # Its users.

    def open(self, *, write: bool = False) -> None:
        """
        Note one more user.

        Args:
            write: Whether it will be written.

        Raises:
            OSError: ``ENXIO``: it is going away; ``EACCES``: it is read-only.
        """
        with self._kernel.changed:
            if self.deleting or not self.in_sysfs:
                raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
            if write and self.read_only:
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))
            self.open_count += 1

    def close(self) -> None:
        """Note one user less; the last one of a device whose removal was deferred takes it along."""
        with self._kernel.changed:
            self.open_count -= 1
            last = not self.open_count and self.deferred
        if last:
            self._kernel.remove_deferred(self)

    # I/O.

    def submit(self, bio: Bio) -> None:
        """Pass a bio through the live table, or keep it until the device is resumed."""
        with self._gate:
            if self._shut:
                self._outside.append(bio)
                return
            table = self._live
            parts = [] if table is None else parts_of(self, table, bio)
            self._in_flight += len(parts)
        if not parts:
            bio.end(BlockStatus.OK if table is not None and bio.op == "flush" else BlockStatus.IOERR)
        for part in parts:
            part.target.map(part)

    def push_back(self, bio: Bio) -> None:
        """Take a part back from its target: it waits outside for the resume, is mapped again, or fails."""
        assert isinstance(bio, Part)
        settle = bio.settle
        again = Bio(bio.op, bio.origin, bio.buffer, lambda ended: settle(ended.status or BlockStatus.OK))
        with self._gate:
            waits = self._shut or self._noflush
            if waits:
                self._outside.append(again)
        self.uncount()
        if waits:
            return
        if self.kind is DeviceKind.REQUEST:
            self.clock.call_later(_REQUEUE_DELAY, lambda: self.submit(again))
        else:
            again.end(BlockStatus.IOERR)

    # Suspension.

    def suspend(self, *, noflush: bool) -> None:
        """
        Shut the gate and wait for what is inside; interrupted, all goes on as before.

        The caller holds ``changing``.
        """
        table = self._live
        with self._gate:
            self._noflush = noflush
        try:
            if table is not None:
                table.presuspend(noflush=noflush)
            with self._gate:
                self._shut = self._draining = True
            self.clock.wait_for(lambda: self._in_flight == 0)
        except BaseException:
            if table is not None:  # first, for what comes through the gate must find it as it was
                table.presuspend_undo()
            self._open_gate()
            raise
        with self._gate:
            self._noflush = self._draining = False
        self.suspended = True
        if table is not None:
            table.postsuspend()

    def swap(self, table: RunningTable) -> RunningTable | None:
        """Make a table live in place of the one that was, which is returned; the device is suspended."""
        with self._gate:
            old, self._live = self._live, table
        self.size, self.read_only = table.size, table.read_only
        return old

    def resume(self) -> None:
        """
        Let I/O flow; the caller holds ``changing``.

        Raises:
            OSError: ``EINVAL``: there is no table to serve it.
        """
        if self._live is None or not self._live.size:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._live.resume()
        self.suspended = False
        self._open_gate()

    def drop_tables(self) -> None:
        """End both tables: the device is gone."""
        with self._gate:
            live, self._live = self._live, None
        waiting, self.inactive = self.inactive, None
        if live is not None and not self.suspended:
            live.presuspend(noflush=False)
            live.postsuspend()
        for table in (live, waiting):
            if table is not None:
                table.close()
        self._open_gate()

    # What its tables need.

    def number(self, word: str) -> DevT:
        """Return the number of the device that a word names."""
        return self._kernel.lookup.number(word)

    def parameter(self, module: str, name: str) -> int:
        """Return a parameter of a module, as it stands in sysfs now."""
        return self._kernel.sysfs.number(f"module/{module}/parameters/{name}") or 0

    def hold(self, number: DevT, *, read_only: bool) -> BlockDevice:
        """Open a device for one table more; it is opened once for all tables of this device that use it in one way."""
        with self._holding:
            device, count = self._held.get((number, read_only), (None, 0))
            if device is None:
                device = self._kernel.devices.open(number, self._kernel)
                if self.in_sysfs:
                    self._kernel.sysfs.hold(number, self.minor)
            self._held[number, read_only] = device, count + 1
        return device

    def let_go(self, device: BlockDevice, *, read_only: bool) -> None:
        """Close it for that table."""
        with self._holding:
            _, count = self._held.pop((device.devt, read_only))
            if count > 1:
                self._held[device.devt, read_only] = device, count - 1
                return
            if self.in_sysfs:
                self._kernel.sysfs.release(device.devt, self.minor)
        self._kernel.devices.close(device, self._kernel)

    def appear(self, kind: DeviceKind) -> None:
        """Become a block device of that kind: the first table was loaded."""
        with self._holding:
            self.kind, self.takes_requests = kind, kind is DeviceKind.REQUEST
            self._kernel.sysfs.add_map(self.minor, self.devt)
            for number, _ in self._held:
                self._kernel.sysfs.hold(number, self.minor)
        self._kernel.devices.add(self)
        self.show()

    def disappear(self) -> None:
        """Be no block device any more."""
        if self.in_sysfs:
            self._kernel.devices.remove(self)
            self._kernel.sysfs.remove_map(self.minor)

    def show(self) -> None:
        """Bring sysfs in step; the largest block below is the block of the map."""
        if self.in_sysfs:
            below = [self._kernel.devices.get(number) for number in self.held]
            block_size = max((each.block_size for each in below if each is not None), default=SECTOR_SIZE)
            changed, self.block_size = block_size != self.block_size, block_size
            self._kernel.sysfs.update_map(
                self.minor,
                name=self.dm_name,
                uuid=self.uuid,
                suspended=self.suspended,
                size=self.size,
                read_only=self.read_only,
                block_size=block_size if changed else None,
            )

    def event(self) -> None:
        """Count an event, and wake who waits for one."""
        self._kernel.count_event(self)

    def log(self, line: str) -> None:
        """Write into the kernel's log."""
        self._kernel.log.write(line)

    @property
    def held(self) -> tuple[DevT, ...]:
        """What its tables are built on."""
        return tuple(number for number, _ in tuple(self._held))

    def probe_paths(self) -> None:
        """
        Have the one target test its paths, as an ioctl on the device itself does.

        Raises:
            OSError: ``ENOTTY``: no multipath map; ``EAGAIN``: suspended; and what the target answers.
        """
        table = self._live
        if table is None or len(table.targets) != 1:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        if self.suspended:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        table.targets[0].probe_paths()

    # How.

    def uncount(self) -> None:
        """Count a part of a bio no longer: it has ended, or went back."""
        with self._gate:
            self._in_flight -= 1
            drained = self._draining and not self._in_flight
        if drained:
            self.clock.notify()

    def _open_gate(self) -> None:
        """Let the bios in that wait outside, in order."""
        with self._gate:
            self._shut = self._noflush = self._draining = False
            waiting, self._outside = self._outside, []
        for bio in waiting:
            self.submit(bio)
