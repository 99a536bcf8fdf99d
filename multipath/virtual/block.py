"""The block devices of a virtual world, by their numbers, and who holds them."""

import errno
import os
import threading
from collections.abc import Iterator

from ..units import DevT
from .bio import BlockDevice


class BlockDevices:
    """
    Every device that a table may name.

    Synchronization: any number of threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._devices: dict[DevT, BlockDevice] = {}
        self._claims: dict[DevT, list[object]] = {}

    def add(self, device: BlockDevice) -> None:
        """Add a device; its number must be free."""
        with self._lock:
            if device.devt in self._devices:
                raise ValueError(f"the number of {device.name} is taken by {self._devices[device.devt].name}")
            self._devices[device.devt] = device

    def remove(self, device: BlockDevice) -> None:
        """Take a device away; who still refers to it keeps it."""
        with self._lock:
            if self._devices.get(device.devt) is device:
                del self._devices[device.devt]

    def get(self, number: DevT) -> BlockDevice | None:
        """Return the device of that number."""
        return self._devices.get(number)

    def named(self, name: str) -> BlockDevice | None:
        """Return the device of that kernel's name, ``sda`` or ``dm-0``."""
        return next((device for device in self if device.name == name), None)

    def __iter__(self) -> Iterator[BlockDevice]:
        """Iterate over the devices, in the order of their numbers."""
        with self._lock:
            return iter(sorted(self._devices.values(), key=lambda device: device.devt))

    def open(self, number: DevT, holder: object = None) -> BlockDevice:
        """
        Open a device, and give it back with `close`.

        Args:
            number: Its number.
            holder: Who claims it for itself alone, as a mount or device-mapper does, the latter for all of its maps;
                without one the device is merely used.

        Raises:
            OSError: ``ENXIO``: there is none, or it cannot be opened; ``EBUSY``: another holder has it.
        """
        device = self._devices.get(number)
        if device is None:
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        self._claim(device, holder)
        try:
            device.open()
        except BaseException:
            self._release(device, holder)
            raise
        return device

    def close(self, device: BlockDevice, holder: object = None) -> None:
        """Give a device back that was opened with that holder."""
        self._release(device, holder)
        device.close()

    def claims(self, number: DevT) -> tuple[object, ...]:
        """Return who claimed a device for itself, each as often as it did."""
        with self._lock:
            return tuple(self._claims.get(number, ()))

    def _claim(self, device: BlockDevice, holder: object) -> None:
        if holder is None:
            return
        with self._lock:
            claims = self._claims.setdefault(device.devt, [])
            if any(other is not holder for other in claims):
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
            claims.append(holder)

    def _release(self, device: BlockDevice, holder: object) -> None:
        if holder is None:
            return
        with self._lock:
            self._claims[device.devt].remove(holder)
            if not self._claims[device.devt]:
                del self._claims[device.devt]
