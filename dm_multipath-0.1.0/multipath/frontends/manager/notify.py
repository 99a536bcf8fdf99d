"""
What a service tells systemd: that it is ready, what it does, that it is alive.

Source: sd_notify(3); a datagram of ``KEY=value`` lines to ``$NOTIFY_SOCKET``, a path or, with ``@``, an abstract name.
"""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress

_MICROSECONDS = 1_000_000


class Notifier:
    """
    The way to the service manager; without ``$NOTIFY_SOCKET`` everything is told to nobody.

    Args:
        environment: Where the variables are; this process's own when absent.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        found = os.environ if environment is None else environment
        address = found.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._watchdog = _watchdog(found)

    @property
    def ping_interval(self) -> float | None:
        """How often `alive` is to be called, in seconds: twice as often as systemd asks; ``None`` where it does not."""
        return None if self._watchdog is None else self._watchdog / 2

    def ready(self, status: str) -> None:
        """Tell that the service does its work."""
        self._send(READY="1", STATUS=status)

    def status(self, text: str) -> None:
        """Tell in one line what it does."""
        self._send(STATUS=text)

    def reloading(self) -> None:
        """Tell that it reads its configuration anew; `ready` ends that."""
        self._send(RELOADING="1", MONOTONIC_USEC=str(time.monotonic_ns() // 1000))

    def stopping(self) -> None:
        """Tell that it ends."""
        self._send(STOPPING="1")

    def alive(self) -> None:
        """Keep the watchdog quiet for another interval."""
        self._send(WATCHDOG="1")

    def _send(self, **fields: str) -> None:
        if not self._address:
            return
        message = "\n".join(f"{key}={value.splitlines()[0] if value else ''}" for key, value in fields.items())
        # A service manager that does not listen must not end the service.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as way:
            way.sendto(message.encode("utf-8", "replace"), self._address)


def _watchdog(environment: Mapping[str, str]) -> float | None:
    """Return the seconds of the watchdog, where it is meant for this process."""
    pid, usec = environment.get("WATCHDOG_PID", str(os.getpid())), environment.get("WATCHDOG_USEC", "")
    if pid != str(os.getpid()) or not (usec.isascii() and usec.isdigit() and int(usec)):
        return None
    return int(usec) / _MICROSECONDS
