"""
What stands round device-mapper on a machine and is no command of its own: the log, who holds devices, their nodes.

`Control` asks these for the evidence behind a refusal. A device-mapper in memory brings surroundings of its own, so
that no fact of the real machine gets into its world.
"""

import errno
import os
from pathlib import Path

from .._native.control import probe_paths
from ..units import DevT
from .device import DeviceInfo
from .holders import SYSFS, Holder, holders
from .kernel_log import KernelLog
from .stack import stack
from .write_back import write_back


class Surroundings:
    """This machine."""

    def log(self) -> KernelLog:
        """Return the kernel's log from here on."""
        return KernelLog()

    def holders(self, device: DevT, *, sysfs: Path = SYSFS) -> tuple[Holder, ...]:
        """Return who holds ``device`` or one of its partitions."""
        return holders(device, sysfs=sysfs)

    def stack(self, device: DevT, *, sysfs: Path = SYSFS) -> tuple[Holder, ...]:
        """Return who holds ``device``, and who holds those, all the way up."""
        return stack(device, sysfs=sysfs)

    def write_back(self, device: DeviceInfo, timeout: float) -> None:
        """
        Have everything that was written to ``device`` reach its medium, for at most ``timeout`` seconds.

        Raises:
            OSError: what the kernel answered.
            TimeoutError: nothing, in time; it may still do it.
        """
        write_back(device, timeout)

    def number_behind(self, node: str) -> DevT | None:
        """Return the number of the device that a node or a link leads to; ``None`` where it leads to none."""
        try:
            return DevT(os.stat(node).st_rdev)
        except OSError:
            return None

    def probe_paths(self, device: DeviceInfo) -> None:
        """
        Have a multipath map probe its paths, through its own node.

        Raises:
            OSError: what the kernel answered, or that the node is another device's.
        """
        fd = os.open(f"/dev/{device.node}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if os.fstat(fd).st_rdev != device.devt:
                raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
            probe_paths(fd)
        finally:
            os.close(fd)
