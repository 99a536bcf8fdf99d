"""What stands round a virtual device-mapper: the log, the holders and the nodes of its own world alone."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..dm.device import DeviceInfo
from ..dm.holders import SYSFS, Holder, kind_of
from ..dm.surroundings import Surroundings
from ..units import DevT
from .bio import Bio
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
        found = [
            Holder(kind_of(each.uuid), each.dm_name, device=each.devt)
            for each in sorted(above, key=lambda each: each.name)
        ]
        for claim in self._kernel.devices.claims(device):
            if claim is not self._kernel:
                found.append(claim if isinstance(claim, Holder) else _this_process())
        return tuple(dict.fromkeys([*found, *([_this_process()] if opened else [])]))

    def stack(self, device: DevT, *, sysfs: Path = SYSFS) -> tuple[Holder, ...]:
        """Return the same for all that stands above, with what each holds."""
        found = list(self.holders(device, sysfs=sysfs))
        for above in [each for each in found if each.device is not None]:
            found += (replace(each, on=each.on or above.name) for each in self.stack(DevT(above.device or 0)))
        return tuple(dict.fromkeys(found))

    def write_back(self, device: DeviceInfo, timeout: float) -> None:
        """
        Flush a map; a world in which nobody moves the clock has answered at once, or does not answer.

        Raises:
            OSError: the flush failed.
            TimeoutError: it was not answered in time.
        """
        with self._kernel.changed:
            found = self._kernel.map_numbered(device.devt)
        if found is None:
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        ended: list[Bio] = []
        expired: list[bool] = []

        def end(bio: Bio) -> None:
            ended.append(bio)
            self._kernel.clock.notify()

        timer = self._kernel.clock.call_later(timeout, lambda: expired.append(True))
        found.submit(Bio("flush", 0, memoryview(bytearray()), end))
        self._kernel.clock.wait_for(lambda: bool(ended or expired))
        timer.cancel()
        if not ended:
            raise TimeoutError(f"{device} did not answer")
        if ended[0].status is not None and ended[0].status.value:
            raise OSError(ended[0].status.value, os.strerror(ended[0].status.value))

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
