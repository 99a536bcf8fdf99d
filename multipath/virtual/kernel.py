"""
A kernel's device-mapper in memory: its devices, its events, and what it stands on.

``ioctls`` has its commands. One lock, ``changed``, guards what they change; it is never held while a target, a block
device or sysfs is called, nor while anything waits but for ``changed`` itself.
"""

import threading
from typing import Final, Protocol

from ..units import DevT, Sectors, devt
from .answer import raw
from .block import BlockDevices
from .clock import VirtualClock
from .control_file import VirtualControlFile
from .ioctls import Ioctls
from .log import VirtualLog
from .lookup import Lookup
from .mapped_device import MappedDevice
from .profile import KernelProfile

MAJOR: Final = 253
_EVENTS: Final = 1 << 32


class MapsInSysfs(Protocol):
    """What the kernel shows of its maps in sysfs."""

    def add_map(self, minor: int, devt: DevT) -> None:
        """Show a map."""

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
        """Show what it is now; without a block size as before."""

    def remove_map(self, minor: int) -> None:
        """Show it no longer."""

    def hold(self, path_devt: DevT, minor: int) -> None:
        """Show that a map is built on a device."""

    def release(self, path_devt: DevT, minor: int) -> None:
        """Show that no longer."""

    def number(self, file: str) -> int | None:
        """Return the number in a file, whoever wrote it."""


class VirtualKernel:
    """
    One kernel.

    Args:
        profile: Which one is played.
        clock: The time of this world.
        devices: Its block devices; the mapped ones join them.
        sysfs: Where maps are shown.

    Synchronization: any number of threads.
    """

    def __init__(
        self, profile: KernelProfile, *, clock: VirtualClock, devices: BlockDevices, sysfs: MapsInSysfs
    ) -> None:
        self.profile, self.clock, self.devices, self.sysfs = profile, clock, devices, sysfs
        self.log = VirtualLog()
        self.ended = False
        self.changed = threading.Condition()
        self.lookup = Lookup(profile, devices, self._number_of)
        self.ioctls = Ioctls(self)
        self._maps: dict[DevT, MappedDevice] = {}
        self._minors: set[int] = set()
        self._files: list[VirtualControlFile] = []

    def open(self) -> VirtualControlFile:
        """Open the control file."""
        file = VirtualControlFile(self)
        with self.changed:
            self._files.append(file)
        return file

    def closed(self, file: VirtualControlFile) -> None:
        """Forget a control file."""
        with self.changed:
            if file in self._files:
                self._files.remove(file)

    # Its devices; the caller holds `changed` where it does not say otherwise.

    @property
    def maps(self) -> tuple[MappedDevice, ...]:
        """The mapped devices, by the bytes of their names."""
        return tuple(sorted(self._maps.values(), key=lambda device: raw(device.dm_name)))

    def map_named(self, name: str) -> MappedDevice | None:
        """Return the mapped device of that name; needs no lock."""
        return next((device for device in tuple(self._maps.values()) if device.dm_name == name), None)

    def map_with(self, uuid: str) -> MappedDevice | None:
        """Return the mapped device of that uuid."""
        return next((device for device in self._maps.values() if device.uuid == uuid), None)

    def map_numbered(self, number: DevT) -> MappedDevice | None:
        """Return the mapped device of that number."""
        return self._maps.get(number)

    def free_minor(self, wanted: int | None) -> int | None:
        """Return the minor number that is wanted, the lowest free one where none is; ``None``: that one is taken."""
        if wanted is None:
            return next(free for free in range(len(self._minors) + 1) if free not in self._minors)
        return None if wanted in self._minors else wanted

    def make(self, name: str, uuid: str, minor: int) -> MappedDevice:
        """Make a device of a free minor number."""
        self._minors.add(minor)
        device = MappedDevice(self, devt(MAJOR, minor), name, uuid)
        self._maps[device.devt] = device
        return device

    def unlist(self, device: MappedDevice) -> None:
        """Take a device off the list: no command finds it any more, but its number is not free yet."""
        device.deleting = True
        del self._maps[device.devt]

    # Without the lock.

    def destroy(self, device: MappedDevice) -> None:
        """End a device that is off the list, once no command has it in hand any more."""
        if device.live is not None:
            self.count_event(device)
        try:
            with self.changed:
                self.changed.wait_for(lambda: not device.references)
        finally:  # nothing interrupts the kernel here
            with device.changing:
                device.drop_tables()
            device.disappear()
            with self.changed:
                self._minors.discard(device.minor)

    def remove_deferred(self, device: MappedDevice) -> None:
        """Remove a device whose last user has closed it."""
        with self.changed:
            if device.deleting or device.open_count or not device.deferred:
                return
            self.unlist(device)
        self.destroy(device)

    def end(self) -> None:
        """End the machine: I/O that waits for a path fails, who waits for an event wakes, and no command is taken."""
        for device in self.maps:
            device.drop_tables()
            self.count_event(device)
        self.ended = True
        self.issue_event()

    # Its events.

    def issue_event(self) -> None:
        """Wake every control file that was armed before now."""
        with self.changed:
            for file in self._files:
                file.wake()
            self.changed.notify_all()

    def count_event(self, device: MappedDevice) -> None:
        """Count an event of a device; it is one of the kernel too."""
        with self.changed:
            device.event_nr = (device.event_nr + 1) % _EVENTS
            self.issue_event()

    def _number_of(self, name: str) -> DevT | None:
        device = self.map_named(name)
        return None if device is None or not device.in_sysfs else device.devt
