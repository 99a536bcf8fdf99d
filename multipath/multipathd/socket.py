"""
Where multipathd listens.

Source: multipath-tools listens on an abstract socket of the network namespace; since 0.12 also on one below /run.
"""

import socket
from typing import Final

SOCKETS: Final = ("\0/org/kernel/linux/storage/multipathd", "/run/multipathd.socket")


def daemon_is_running() -> bool:
    """Tell whether a multipathd accepts connections on this host."""
    return any(_accepts(address) for address in SOCKETS)


def _accepts(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as peer:
        try:
            peer.connect(address)
        except BlockingIOError:  # its backlog is full: it is there, and busy
            return True
        except OSError:
            return False
        return True
