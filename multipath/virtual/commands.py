"""The commands of a virtual world: asked of its disks, with the answers and errors of the real ones."""

import errno
import os
from typing import Final

from ..errors import PathError
from ..paths.commands import read_page
from ..paths.path import Path
from ..units import format_devt
from .block import BlockDevices
from .path import VirtualPath

_TIMEOUT: Final = 5.0  # seconds, as `multipath.paths.commands.KernelCommands` gives a device
_DRIVER_SENSE: Final = 0x08


class VirtualCommands:
    """
    Implements `multipath.paths.commands.Commands`.

    Args:
        devices: Where the disks are.
    """

    def __init__(self, devices: BlockDevices) -> None:
        self._devices = devices

    def vpd_page(self, path: Path, page: int) -> bytes:
        """
        Return one page of vital product data, header included, as the disk sends it now.

        Args:
            path: The disk; refused when another one has its number by now.
            page: The page code.

        Raises:
            PathError: the disk cannot be opened, is another one, or did not send the page.
        """
        node = f"/dev/{path.name}"
        disk = self._opened(node, path)

        def send(cdb: bytes, length: int) -> tuple[int, int, int, bytes, bytes]:
            reply = disk.execute(cdb, length=length, timeout=_TIMEOUT)
            driver = _DRIVER_SENSE if reply.sense else 0
            return reply.status, reply.host_status, driver, reply.data, reply.sense

        return read_page(send, node, page)

    def delete(self, path: Path, timeout: float) -> None:  # noqa: ARG002 - here it takes no time
        """
        Remove a disk from the world.

        Args:
            path: The disk; another one that has its number by now is left alone.
            timeout: Seconds.

        Raises:
            PathError: ``ENOENT``: it is gone already; ``ENXIO``: it is another one.
        """
        disk = self._devices.get(path.devt)
        if not isinstance(disk, VirtualPath) or path.diskseq not in (None, disk.diskseq):
            code = errno.ENXIO if isinstance(disk, VirtualPath) else errno.ENOENT
            raise PathError(code, f"was not deleted: {os.strerror(code)}", f"/dev/{path.name}")
        disk.delete()

    def rescan(self, path: Path) -> None:
        """
        Have the disk ask its unit for its size again.

        Raises:
            PathError: the disk is gone, offline, or another one by now.
        """
        self._opened(f"/dev/{path.name}", path).rescan()

    def _opened(self, node: str, path: Path) -> VirtualPath:
        disk = self._devices.get(path.devt)
        if not isinstance(disk, VirtualPath):
            raise PathError(errno.ENOENT, f"cannot be opened: {os.strerror(errno.ENOENT)}", node)
        if disk.name != path.name or path.diskseq not in (None, disk.diskseq):
            number = format_devt(path.devt)
            what = f"is device {number} (disk {disk.diskseq}), not {number} (disk {path.diskseq})"
            raise PathError(errno.ENXIO, what, node)
        if disk.state in ("offline", "transport-offline"):
            raise PathError(errno.ENXIO, f"cannot be opened: {os.strerror(errno.ENXIO)}", node)
        return disk
