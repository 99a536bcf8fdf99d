"""The block devices of a virtual world, by their numbers, and who holds them."""

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

    def add(self, device: BlockDevice) -> None:
        """Add a device; its number must be free."""
        with self._lock:
            if device.devt in self._devices:
                raise ValueError(f"the number of {device.name} is taken by {self._devices[device.devt].name}")
            self._devices[device.devt] = device

    def remove(self, device: BlockDevice) -> None:
        """Take a device away; who still refers to it keeps it."""
        with self._lock:
            self._devices.pop(device.devt, None)

    def get(self, number: DevT) -> BlockDevice | None:
        """Return the device of that number."""
        return self._devices.get(number)

    def __iter__(self) -> Iterator[BlockDevice]:
        """Iterate over the devices, in the order of their numbers."""
        with self._lock:
            return iter(sorted(self._devices.values(), key=lambda device: device.devt))
