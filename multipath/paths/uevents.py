"""
The uevents of this machine, from the kernel or, after its rules have run, from udevd.

Strategy: a netlink socket, never waited on here. A message counts only where the kernel itself vouches for its sender:
the kernel, or a process of root. What did not fit into the socket's buffer is lost, and that is said: `lost` grows, and
whoever reads has to look at everything once more.
"""

import errno
import socket
import struct
from contextlib import suppress
from typing import Final, Literal, Protocol, Self

from .. import errors
from .uevent import Uevent, of_kernel, of_udev

__all__ = ["KernelUevents", "Uevent", "UeventSource", "udev_answers"]

_NETLINK_KOBJECT_UEVENT: Final = 15
_SO_RCVBUFFORCE: Final = 33
_BUFFER: Final = 128 << 20  # as udev's own monitors have it; taken only as messages come
_LONGEST: Final = 64 << 10
_AT_ONCE: Final = 4096  # messages read in a row: whoever waits for the loop meanwhile is not to wait for ever
_CREDENTIALS: Final = struct.Struct("=iII")
_GROUPS: Final = {"kernel": 1, "udev": 2}
_UDEV: Final = "/run/udev/control"


class UeventSource(Protocol):
    """Who brings uevents: the kernel's socket, or a world in memory."""

    lost: int

    def fileno(self) -> int:
        """Return the descriptor that is readable while there are uevents."""

    def read(self) -> list[Uevent]:
        """Return those that are there; never waits."""

    def close(self) -> None:
        """Close it; a second time does nothing."""


class KernelUevents:
    """
    The socket.

    Args:
        group: ``"kernel"`` or ``"udev"``; ``None`` takes udev where its daemon runs.

    Attributes:
        group: Which it is.
        lost: How often messages were lost since it was opened.

    Raises:
        UdevError: the kernel gives no such socket.

    Synchronization: one thread.
    """

    def __init__(self, group: Literal["kernel", "udev"] | None = None) -> None:
        self.group = group or ("udev" if udev_answers() else "kernel")
        self.lost = 0
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        try:
            self._socket: socket.socket | None = socket.socket(socket.AF_NETLINK, kind, _NETLINK_KOBJECT_UEVENT)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            _enlarge(self._socket)
            self._socket.bind((0, _GROUPS[self.group]))
        except OSError as error:
            raise errors.UdevError(error.errno or 0, f"no socket for uevents: {error.strerror}") from None
        self._buffer = bytearray(_LONGEST)

    def close(self) -> None:
        """Close it; a second time does nothing."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def __enter__(self) -> Self:
        """Return the socket."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()

    def fileno(self) -> int:
        """Return the descriptor that is readable while there are uevents."""
        return self._open.fileno()

    @property
    def _open(self) -> socket.socket:
        if self._socket is None:
            raise errors.Closed("this KernelUevents is closed; open another")
        return self._socket

    def read(self) -> list[Uevent]:
        """Return the uevents that are there, as they came; never waits."""
        found: list[Uevent] = []
        for _ in range(_AT_ONCE):
            try:
                uevent = self._next()
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise errors.UdevError(error.errno or 0, f"uevents cannot be read: {error.strerror}") from None
                self.lost += 1
                continue
            if uevent is not None:
                found.append(uevent)
        return found

    def _next(self) -> Uevent | None:
        space = socket.CMSG_SPACE(_CREDENTIALS.size)
        length, ancillary, flags, (sender, _) = self._open.recvmsg_into([self._buffer], space)
        if flags & socket.MSG_TRUNC:
            self.lost += 1
            return None
        if not self._is_trusted(sender, ancillary):
            return None
        message = bytes(memoryview(self._buffer)[:length])
        return of_udev(message) if self.group == "udev" else of_kernel(message)

    def _is_trusted(self, sender: int, ancillary: list[tuple[int, int, bytes]]) -> bool:
        """Whether the kernel sent it, or for udev's group a process of root did."""
        if self.group == "kernel" and sender != 0:
            return False
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and len(data) >= _CREDENTIALS.size:
                process, user, _ = _CREDENTIALS.unpack_from(data)
                return bool(user == 0 and (self.group == "udev" or process == 0))
        return False


def udev_answers(control: str = _UDEV) -> bool:
    """
    Tell whether a udevd is alive: one that was killed leaves its socket behind, and would never send anything.

    Args:
        control: Its control socket.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as peer:
        try:
            peer.connect(control)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return True


def _enlarge(opened: socket.socket) -> None:
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except OSError:  # without CAP_NET_ADMIN
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
