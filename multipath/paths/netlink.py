"""
A socket on which the kernel tells, by netlink: opened, never waited on, and with what did not fit counted.

Strategy: what did not fit into the socket's buffer is lost, and that is said: `lost` grows, and whoever reads has to
look at everything once more. Who may be believed is for the reader to judge, from the sender's number and credentials.
"""

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Protocol, Self, TypeVar

from .. import errors

_SO_RCVBUFFORCE: Final = 33
_LONGEST: Final = 64 << 10
_AT_ONCE: Final = 4096  # messages read in a row: whoever waits for the loop meanwhile is not to wait for ever

# A message, the number of its sender, 0 for the kernel, and what the kernel says of him.
Received = tuple[bytes, int, list[tuple[int, int, bytes]]]


_Told = TypeVar("_Told")


class Source(Protocol[_Told]):
    """Who brings what is told: a socket of the kernel, or a world in memory."""

    lost: int

    def fileno(self) -> int:
        """Return the descriptor that is readable while there is something."""

    def read(self) -> list[_Told]:
        """Return what is there; never waits."""

    def close(self) -> None:
        """Close it; a second time does nothing."""


class NetlinkSocket:
    """
    The socket.

    Args:
        protocol: The number of the netlink family.
        groups: A bit for each group that is listened to.
        about: What is told there, in words: ``uevents``.
        buffer: How many bytes may wait; taken only as messages come.
        credentials: How many bytes of credentials come with a message.
        refusal: The error that is raised.

    Attributes:
        lost: How often messages were lost since it was opened.

    Raises:
        MultipathError: the kernel gives no such socket: an error of the class ``refusal``.

    Synchronization: one thread.
    """

    def __init__(
        self, protocol: int, groups: int, about: str, buffer: int, refusal: type[errors.MultipathError],
        *, credentials: int = 0,
    ) -> None:  # fmt: skip
        self.lost = 0
        self._about, self._refusal = about, refusal
        self._space = socket.CMSG_SPACE(credentials) if credentials else 0
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        self._socket: socket.socket | None = None
        try:
            self._socket = socket.socket(socket.AF_NETLINK, kind, protocol)
            if credentials:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            _enlarge(self._socket, buffer)
            self._socket.bind((0, groups))
        except OSError as error:
            self.close()
            raise refusal(error.errno or 0, f"no socket for {about}: {error.strerror}") from None
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
        """Return the descriptor that is readable while there are messages."""
        return self._open.fileno()

    def messages(self) -> Iterator[Received]:
        """Yield the messages that are there, as they came; never waits."""
        for _ in range(_AT_ONCE):
            try:
                length, ancillary, flags, (sender, _) = self._open.recvmsg_into([self._buffer], self._space)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    what = f"{self._about} cannot be read: {error.strerror}"
                    raise self._refusal(error.errno or 0, what) from None
                self.lost += 1
                continue
            if flags & socket.MSG_TRUNC:
                self.lost += 1
            else:
                yield bytes(memoryview(self._buffer)[:length]), sender, ancillary

    @property
    def _open(self) -> socket.socket:
        if self._socket is None:
            raise errors.Closed(f"this {type(self).__name__} is closed; open another")
        return self._socket


def _enlarge(opened: socket.socket, size: int) -> None:
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, size)
    except OSError:  # without CAP_NET_ADMIN
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
