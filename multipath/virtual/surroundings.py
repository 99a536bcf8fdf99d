"""What stands round a virtual device-mapper: the log, the holders and the nodes of its own world alone."""

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..dm.device import DeviceInfo
from ..dm.holders import SYSFS, Holder
from ..dm.surroundings import Surroundings
from ..units import DevT
from .log import VirtualLogReader

if TYPE_CHECKING:
    from .kernel import VirtualKernel


class VirtualSurroundings(Surroundings):
    """The surroundings of one virtual kernel."""

    def __init__(self, kernel: "VirtualKernel") -> None:
        self._kernel = kernel

    def log(self) -> VirtualLogReader:
        """Return the log from here on."""
        return VirtualLogReader(self._kernel.log)

    def holders(self, device: DevT, *, sysfs: Path = SYSFS) -> tuple[Holder, ...]:  # noqa: ARG002 - this world knows
        """Return the maps that are built on a device, who else claimed it, and this process, if it has a map open."""
        with self._kernel.changed:
            above = [each for each in self._kernel.maps if device in each.held]
            map_ = self._kernel.map_numbered(device)
            opened = map_ is not None and map_.open_count > len(above)
        found = [Holder("map", each.dm_name) for each in sorted(above, key=lambda each: each.name)]
        for claim in self._kernel.devices.claims(device):
            if claim is not self._kernel:
                found.append(claim if isinstance(claim, Holder) else _this_process())
        return tuple(dict.fromkeys([*found, *([_this_process()] if opened else [])]))

    def number_behind(self, node: str) -> DevT | None:
        """Return the number behind a node of this world."""
        return self._kernel.lookup.behind(node)

    def probe_paths(self, device: DeviceInfo) -> None:
        """
        Have a map probe its paths.

        Raises:
            OSError: what the kernel answered.
        """
        with self._kernel.changed:
            found = self._kernel.map_numbered(device.devt)
        if found is None:
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        found.probe_paths()


def _this_process() -> Holder:
    return Holder("process", f"{os.getpid()} (python)")
