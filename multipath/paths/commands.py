"""Ask a path device itself: SCSI commands through its node, typed answers, one deadline each."""

import errno
import fcntl
import os
import stat
import sys
from collections.abc import Callable
from ctypes import c_uint64
from pathlib import Path as Folder
from typing import Final, Protocol, runtime_checkable

from ioctl_opt import IOR

from .. import errors
from .._native.passthrough import sg_read
from ..dm.child import call_apart
from ..units import DevT, format_devt
from .path import Path
from .sysfs import SYSFS

_INQUIRY: Final = 0x12
_EVPD: Final = 0x01
_HEADER: Final = 4
_LONGEST: Final = 0xFFFF
_BLKGETDISKSEQ: Final = IOR(0x12, 128, c_uint64)  # <linux/fs.h>, since Linux v5.15
_TIMEOUT: Final = 5_000  # ms; an INQUIRY is answered by the port itself, without the medium
# Through the open folder, which goes away with its disk: a later one of the same number is never meant.
_DELETE: Final = """
    at = os.open(argv[0], os.O_RDONLY | os.O_DIRECTORY)
    if argv[1] and os.read(os.open("diskseq", os.O_RDONLY, dir_fd=at), 32).decode().strip() != argv[1]:
        raise OSError(6, "another disk")
    os.write(os.open("device/delete", os.O_WRONLY, dir_fd=at), b"1")
"""

Send = Callable[[bytes, int], tuple[int, int, int, bytes, bytes]]


class Commands(Protocol):
    """The seam: what can be asked of a path."""

    def vpd_page(self, path: Path, page: int) -> bytes:
        """Return one page of vital product data, header included."""

    def rescan(self, path: Path) -> None:
        """Have the kernel ask the device for its size again."""


@runtime_checkable
class Deletes(Protocol):
    """What the seam may do besides, and who takes units away needs."""

    def delete(self, path: Path, timeout: float) -> None:
        """Have the kernel forget a disk; who still has it open keeps a dead device."""


class KernelCommands:
    """Commands through SG_IO on the device's own node; a deletion through sysfs."""

    def vpd_page(self, path: Path, page: int) -> bytes:
        """
        Return one page of vital product data, header included, as the device sends it now.

        Args:
            path: The device; its node is refused when another disk is behind it by now.
            page: The page code.

        Raises:
            PathError: the device cannot be opened, is another one, or did not send the page.
        """
        node = f"/dev/{path.name}"
        fd = _opened(node, path)
        try:
            return read_page(lambda cdb, length: sg_read(fd, cdb, length, _TIMEOUT), node, page)
        finally:
            os.close(fd)

    def delete(self, path: Path, timeout: float) -> None:
        """
        Have the kernel forget a SCSI disk.

        The kernel may wait for what is out to the disk; so a process of its own does it.

        Args:
            path: The disk; another one that has its number by now is left alone.
            timeout: Seconds.

        Raises:
            PathError: ``ENOENT``: it is gone already, or is none of SCSI; ``ETIMEDOUT``: it may still go.
        """
        words = [f"/sys/dev/block/{format_devt(path.devt)}", "" if path.diskseq is None else str(path.diskseq)]
        try:
            call_apart(_DELETE, words, timeout)
        except OSError as error:  # a TimeoutError is one
            what, node = f"was not deleted: {error.strerror}", f"/dev/{path.name}"
            raise errors.PathError(error.errno or errno.EIO, what, node) from None

    def rescan(self, path: Path) -> None:
        """
        Have the kernel ask the device for its size again; waits as long as the device lets it.

        Raises:
            PathError: the device is gone, or the kernel refuses.
        """
        file = rescan_file(path)
        try:
            if file is not None:
                with open(file, "wb", buffering=0) as attribute:
                    attribute.write(b"1")
        except OSError as error:
            what = f"cannot be scanned again: {error.strerror}"
            raise errors.PathError(error.errno or errno.EIO, what, f"/dev/{path.name}") from None


def rescan_file(path: Path, sysfs: Folder = SYSFS) -> str | None:
    """Return the attribute that has the kernel ask a device for its size again; ``None`` where its driver has none."""
    name = {"scsi": "rescan", "nvme": "rescan_controller"}.get(path.bus)
    return name and f"{sysfs}/dev/block/{format_devt(path.devt)}/device/{name}"


def read_page(send: Send, node: str, page: int) -> bytes:
    """
    Return one page of vital product data, header included.

    Args:
        send: Sends a command; returns status, host byte, driver byte, data and sense.
        node: The device, for errors.
        page: The page code.

    Raises:
        PathError: the device did not send the page.
    """
    length = int.from_bytes(_inquiry(send, node, page, _HEADER)[2:4], "big")
    return _inquiry(send, node, page, min(_HEADER + length, _LONGEST))


def _opened(node: str, path: Path) -> int:
    try:
        fd = os.open(node, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise errors.PathError(error.errno or errno.EIO, f"cannot be opened: {error.strerror}", node) from None
    status, diskseq = os.fstat(fd), _diskseq(fd)
    number = status.st_rdev
    if stat.S_ISBLK(status.st_mode) and number == path.devt and diskseq in (None, path.diskseq):
        return fd
    os.close(fd)
    if not stat.S_ISBLK(status.st_mode):
        raise errors.PathError(errno.ENOTBLK, "is no block device", node)
    what = f"is device {format_devt(DevT(number))} (disk {diskseq}), not {format_devt(path.devt)} (disk {path.diskseq})"
    raise errors.PathError(errno.ENXIO, what, node)


def _diskseq(fd: int) -> int | None:
    """Return the number of the open disk; names and device numbers are used again, this is not."""
    answer = bytearray(8)
    try:
        fcntl.ioctl(fd, _BLKGETDISKSEQ, answer)
    except OSError:  # a kernel that does not count disks, or no disk: the device number alone must do
        return None
    return int.from_bytes(answer, sys.byteorder)


def _inquiry(send: Send, node: str, page: int, length: int) -> bytes:
    cdb = bytes([_INQUIRY, _EVPD, page]) + length.to_bytes(2, "big") + b"\0"
    try:
        status, host, driver, data, sense = send(cdb, length)
    except OSError as error:
        raise errors.PathError(error.errno or errno.EIO, f"INQUIRY was not sent: {error.strerror}", node) from None
    # A driver byte of 8 only says that sense data came; a status of 0 with a host byte is a lost path.
    if status or host or driver & ~0x08:
        what = f"INQUIRY of page {page:#04x} failed: status {status:#04x}, host {host:#04x}, driver {driver:#04x}"
        raise errors.PathError(errno.EIO, what, node, sense)
    if len(data) < min(length, _HEADER) or data[1] != page:
        raise errors.PathError(errno.EIO, f"INQUIRY of page {page:#04x} answered {data[:_HEADER].hex(' ')}", node)
    return data
