"""
Udev's properties through libudev, for a program that has it loaded already; needs the extra ``udev``.

It tells nothing that the files do not: `multipath.paths.udev.UdevDatabase` is as complete, and quicker.
"""

from collections.abc import Mapping

import pyudev

from ..units import DevT


class Libudev:
    """
    A reader of properties for ``discover(udev=)``: this machine's, whatever sysfs is read beside.

    Args:
        context: The program's own; a new one when absent.
    """

    def __init__(self, context: pyudev.Context | None = None) -> None:
        self._context = context or pyudev.Context()

    def properties(self, devt: DevT, folder: str) -> Mapping[str, str] | None:  # noqa: ARG002
        """Return the properties of a device; ``None`` where udevd does not know it."""
        try:
            device = pyudev.Devices.from_device_number(self._context, "block", devt)
        except pyudev.DeviceNotFoundError:
            return None
        return dict(sorted(device.properties.items())) if device.is_initialized else None
