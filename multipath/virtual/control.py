"""
Device-mapper in memory, with the methods of the real one.

Strategy: the virtual kernel stands where the ioctl is. Everything above the open control file is `multipath.Control`
itself: its checks, its requests, its errors.
"""

from pathlib import Path
from typing import ClassVar

from ..dm.control import Control
from ..dm.nodes import NoNodes
from .asker import VirtualAsker
from .kernel import VirtualKernel
from .surroundings import VirtualSurroundings


class VirtualControl(Control):
    """
    The device-mapper of a virtual kernel.

    Args:
        kernel: The kernel; several controls of one kernel are like several open control files.
        sysfs: The root of that world's sysfs, for those who ask there.

    Synchronization: as `Control`. A command that waits for I/O moves the clock of the world on, unless it was made with
    ``autojump=False``; what waits for an event (`wait`, `poll`) does not.
    """

    shared: ClassVar[bool] = False

    def __init__(self, kernel: VirtualKernel, sysfs: Path) -> None:
        self._kernel, self._sysfs = kernel, sysfs
        self._path, self._mode, self._nodes = f"virtual Linux {kernel.profile.release}", "none", NoNodes()
        self._surroundings = VirtualSurroundings(kernel)
        self._open = kernel.open()

    def sibling(self) -> "VirtualControl":
        """Return another control of the same kernel, with an event counter of its own."""
        return VirtualControl(self._kernel, self._sysfs)

    def new_asker(self) -> VirtualAsker:
        """Return who asks in this world what may never be answered."""
        return VirtualAsker(self._kernel.devices, self._sysfs, self._kernel.clock)
