"""
How a text travels: its length, as the machine writes a ``size_t``, then so many bytes, the last of them NUL.

Source: multipath-tools ``libmpathcmd/mpath_cmd.c``.
"""

import socket
import struct
import time
from typing import Final

_LENGTH: Final = struct.Struct("@N")
_LONGEST: Final = 32 << 20  # what multipath-tools' own client accepts
_CHUNK: Final = 1 << 18


class Malformed(Exception):
    """A packet that cannot be one."""


def send(way: socket.socket, text: bytes, deadline: float) -> None:
    """
    Send one text.

    Args:
        way: The connection.
        text: Without the NUL.
        deadline: Until when, on the monotonic clock.

    Raises:
        TimeoutError: it was not taken in time.
        OSError: the connection is no more.
    """
    way.settimeout(_left(deadline))
    way.sendall(_LENGTH.pack(len(text) + 1) + text + b"\0")


def receive(way: socket.socket, deadline: float) -> bytes:
    """
    Return one text, up to its first NUL: some releases send what is left of their buffer behind it.

    Args:
        way: The connection.
        deadline: Until when, on the monotonic clock.

    Raises:
        TimeoutError: not all of it came in time.
        EOFError: the connection ended; the error holds how many bytes had come.
        Malformed: a length that no answer has.
        OSError: the connection is no more.
    """
    (length,) = _LENGTH.unpack(_exactly(way, _LENGTH.size, deadline))
    if length > _LONGEST:
        raise Malformed(f"an answer of {length} bytes is announced; at most {_LONGEST} are believed")
    return _exactly(way, length, deadline).partition(b"\0")[0]


def _exactly(way: socket.socket, count: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        way.settimeout(_left(deadline))
        part = way.recv(min(count - len(data), _CHUNK))
        if not part:
            raise EOFError(f"it hung up after {len(data)} of {count} bytes")
        data += part
    return bytes(data)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
