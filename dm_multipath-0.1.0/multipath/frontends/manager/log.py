"""
The log of a service: one line for each event, on standard error, in a way that never waits.

Strategy: whoever reads the log may himself wait for a disk that only this process can bring back: the journal writes
to a file system, and that may stand on a map without a path. So a line is written only where there is room for it. What
has none is counted, and the count is the first line that finds room again. Where standard error leads to the journal
each line begins with its level, as sd-daemon(3) has it; elsewhere with the time.
"""

import enum
import os
import select
import socket
import stat
import time
from collections.abc import Mapping
from typing import Final

from ..cli.terminal import escaped

_LONGEST: Final = 2048  # bytes; a pipe that is ready has room for a page, so no line is written in parts


class Level(enum.IntEnum):
    """The levels of syslog that are used."""

    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


class Log:
    """
    Lines to one descriptor.

    Args:
        verbosity: The highest level that is written.
        fd: Where to; standard error when absent. It stays open.
        environment: Where ``$JOURNAL_STREAM`` is; this process's own when absent.
    """

    def __init__(
        self, verbosity: Level = Level.INFO, fd: int = 2, environment: Mapping[str, str] | None = None
    ) -> None:
        self._verbosity, self._fd = verbosity, fd
        self._journal = _is_journal(fd, os.environ if environment is None else environment)
        self._lost = 0

    def __call__(self, level: Level, text: str) -> None:
        """Write one line; whatever cannot be printed is escaped. A log that cannot be written ends nothing."""
        if level > self._verbosity:
            return
        if self._lost and self._put(Level.WARNING, f"{self._lost} lines of this log were lost: nobody read them"):
            self._lost = 0
        if self._lost or not self._put(level, text):
            self._lost += 1

    def _put(self, level: Level, text: str) -> bool:
        begin = f"<{level.value}>" if self._journal else time.strftime("%Y-%m-%dT%H:%M:%S ") + f"{level.name.lower()}: "
        data = (begin + escaped(text)).encode("utf-8", "backslashreplace")[:_LONGEST] + b"\n"
        try:
            return _written(self._fd, data)
        except (OSError, ValueError):  # nobody reads it any more
            return False


def _written(fd: int, data: bytes) -> bool:
    """Write where there is room; tell whether there was."""
    if stat.S_ISSOCK(os.fstat(fd).st_mode):
        # The flag is of this call; O_NONBLOCK would be of everybody who shares the descriptor.
        with socket.socket(fileno=os.dup(fd)) as way:
            return way.send(data, socket.MSG_DONTWAIT) == len(data)
    poller = select.poll()
    poller.register(fd, select.POLLOUT)
    return bool(poller.poll(0)) and os.write(fd, data) == len(data)


def _is_journal(fd: int, environment: Mapping[str, str]) -> bool:
    try:
        status = os.fstat(fd)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
