"""
Where multipathd listens.

Strategy: releases since 0.12 have a socket below /run, which containers can be given; all have an abstract one, which
belongs to the network namespace. Any user may bind a free abstract name, so one is only trusted where root, or whoever
asks, listens; a name that the caller or the environment gives is taken at its word.
"""

import os
import socket
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from .. import errors

ABSTRACT: Final = "\0/org/kernel/linux/storage/multipathd"
BELOW_RUN: Final = "/run/multipathd.socket"
SOCKETS: Final = (BELOW_RUN, ABSTRACT)
ENVIRONMENT: Final = "MULTIPATH_SOCKET_NAME"
_CREDENTIALS: Final = struct.Struct("iII")
_TIME: Final = struct.Struct("ll")
_ROOT: Final = 0
_USERS: Final = Path("/proc/self/uid_map")
_ALL_USERS: Final = ["0", "0", "4294967295"]
_UNKNOWN_USER: Final = Path("/proc/sys/kernel/overflowuid")


def daemon_is_running() -> bool:
    """Tell whether a multipathd accepts connections on this host."""
    return any(_accepts(address) for address in SOCKETS)


def connect(address: str | None, timeout: float) -> socket.socket:
    """
    Return a connection to multipathd.

    Args:
        address: A path, or ``@`` and an abstract name. Where it is not given, ``MULTIPATH_SOCKET_NAME`` of the
            environment, else both of the daemon's own.
        timeout: For how many seconds a daemon is waited for whose backlog is full.

    Raises:
        DaemonMissing: nobody listens, or not whom one could trust.
        DaemonDenied: this user may not open the socket.
        DaemonTimeout: it did not accept in time.
    """
    named = address or os.environ.get(ENVIRONMENT)
    reasons: list[str] = []
    for each in [_abstract(named)] if named else SOCKETS:
        try:
            return _opened(each, timeout, trusted=named is not None)
        except _Untrusted as error:
            reasons.append(str(error))
        except (BlockingIOError, TimeoutError):
            raise errors.DaemonTimeout("connect", f"{_shown(each)} did not accept in {timeout:g} s") from None
        except PermissionError as error:
            raise errors.DaemonDenied("connect", f"{_shown(each)}: {error.strerror}", "run as root") from error
        except (OSError, ValueError) as error:
            reasons.append(f"{_shown(each)}: {getattr(error, 'strerror', None) or error}")
    raise errors.DaemonMissing("connect", "; ".join(reasons), _hint(named))


class _Untrusted(Exception):
    """Somebody listens whom nobody should believe."""


def _opened(address: str, timeout: float, *, trusted: bool) -> socket.socket:
    way = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # The kernel's own time limit: with Python's, a full backlog would be an error at once.
        seconds = max(timeout, 1e-3)
        way.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIME.pack(int(seconds), int(seconds % 1 * 1e6)))
        way.connect(address)
        if not trusted and address.startswith("\0"):
            _refuse_strangers(way, address)
    except BaseException:
        way.close()
        raise
    return way


def _refuse_strangers(way: socket.socket, address: str) -> None:
    found = way.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, user, _ = _CREDENTIALS.unpack(found)
    if user not in _believed():
        raise _Untrusted(f"{_shown(address)}: process {pid} of user {user} listens, and not root")


def _believed() -> Iterable[int]:
    """Return the users who may be multipathd: root, oneself, and in a container who has no number there."""
    known = (_ROOT, os.geteuid())
    try:
        if _USERS.read_text().split() == _ALL_USERS:
            return known
        return (*known, int(_UNKNOWN_USER.read_text()))
    except (OSError, ValueError):  # no /proc: nobody else is believed
        return known


def _abstract(name: str) -> str:
    return f"\0{name[1:]}" if name.startswith("@") else name


def _shown(address: str) -> str:
    return f"@{address[1:]}" if address.startswith("\0") else address


def _hint(named: str | None) -> str:
    return "is that its socket?" if named else "start multipathd, or give the address of its socket"


def _accepts(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as peer:
        try:
            peer.connect(address)
        except BlockingIOError:  # its backlog is full: it is there, and busy
            return True
        except OSError:
            return False
        return True
