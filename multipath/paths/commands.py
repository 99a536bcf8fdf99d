"""Ask a path device itself: SCSI commands through its node, typed answers, one deadline each."""

import errno
import os
from typing import Final, Protocol

from .. import errors
from .._native.passthrough import sg_read
from ..units import DevT, format_devt

_INQUIRY: Final = 0x12
_EVPD: Final = 0x01
_HEADER: Final = 4
_TIMEOUT: Final = 5_000  # ms; an INQUIRY is answered by the port itself, without the medium


class Commands(Protocol):
    """The seam: what can be asked of a path."""

    def vpd_page(self, name: str, devt: DevT, page: int) -> bytes:
        """Return one page of vital product data, header included."""


class KernelCommands:
    """Commands through SG_IO on the device's own node."""

    def vpd_page(self, name: str, devt: DevT, page: int) -> bytes:
        """
        Return one page of vital product data, header included, as the device sends it now.

        Args:
            name: The kernel's name of the device.
            devt: Its number; the node is refused when it has another.
            page: The page code.

        Raises:
            PathError: the device cannot be opened, is another one, or did not send the page.
        """
        node = f"/dev/{name}"
        fd = _opened(node, devt)
        try:
            length = int.from_bytes(_inquiry(fd, node, page, _HEADER)[2:4], "big")
            return _inquiry(fd, node, page, _HEADER + length)
        finally:
            os.close(fd)


def _opened(node: str, devt: DevT) -> int:
    try:
        fd = os.open(node, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise errors.PathError(error.errno or errno.EIO, f"cannot be opened: {error.strerror}", node) from None
    number = os.fstat(fd).st_rdev
    if number != devt:
        os.close(fd)
        found = format_devt(DevT(number))
        raise errors.PathError(errno.ENXIO, f"is device {found}, not {format_devt(devt)}", node)
    return fd


def _inquiry(fd: int, node: str, page: int, length: int) -> bytes:
    cdb = bytes([_INQUIRY, _EVPD, page]) + length.to_bytes(2, "big") + b"\0"
    try:
        status, host, driver, data, sense = sg_read(fd, cdb, length, _TIMEOUT)
    except OSError as error:
        raise errors.PathError(error.errno or errno.EIO, f"INQUIRY was not sent: {error.strerror}", node) from None
    # A driver byte of 8 only says that sense data came; a status of 0 with a host byte is a lost path.
    if status or host or driver & ~0x08:
        what = f"INQUIRY of page {page:#04x} failed: status {status:#04x}, host {host:#04x}, driver {driver:#04x}"
        raise errors.PathError(errno.EIO, what, node, sense)
    if len(data) < min(length, _HEADER) or data[1] != page:
        raise errors.PathError(errno.EIO, f"INQUIRY of page {page:#04x} answered {data[:_HEADER].hex(' ')}", node)
    return data
