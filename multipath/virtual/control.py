"""
Device-mapper in memory, with the methods of the real one.

Strategy: the virtual kernel stands where the ioctl is. Everything above the open control file is `multipath.Control`
itself: its checks, its requests, its errors.
"""

from collections.abc import Callable
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
        new_asker: Makes who asks in the world of that kernel.

    Synchronization: as `Control`. A command that waits for I/O moves the clock of the world on, unless it was made with
    ``autojump=False``; what waits for an event (`wait`, `poll`) does not.
    """

    shared: ClassVar[bool] = False

    def __init__(self, kernel: VirtualKernel, new_asker: Callable[[], VirtualAsker]) -> None:
        self._kernel, self.new_asker = kernel, new_asker
        self._path, self._mode, self._nodes = f"virtual Linux {kernel.profile.release}", "none", NoNodes()
        self._surroundings = VirtualSurroundings(kernel)
        self._open = kernel.open()

    def sibling(self) -> "VirtualControl":
        """Return another control of the same kernel, with an event counter of its own."""
        return VirtualControl(self._kernel, self.new_asker)
