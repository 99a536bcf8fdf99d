"""The kernel log of a virtual world."""

import threading
from collections import deque
from typing import Final

from ..dm.kernel_log import KernelLog

_MOST_LINES: Final = 10_000


class VirtualLog:
    """
    What the kernel of this world logged; the oldest lines go first.

    Synchronization: any number of threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        self._written = 0

    def write(self, line: str) -> None:
        """Append a line."""
        with self._lock:
            self._lines.append(line)
            self._written += 1

    @property
    def written(self) -> int:
        """How many lines were written so far."""
        return self._written

    def since(self, written: int) -> list[str]:
        """Return the lines behind the first ``written`` ones."""
        with self._lock:
            new = self._written - written
            return list(self._lines)[-new:] if new else []


class VirtualLogReader(KernelLog):
    """A place in such a log: `reason` reads what came after it."""

    def __init__(self, log: VirtualLog) -> None:
        self._fd = -1
        self._log, self._start = log, log.written

    def _lines(self) -> list[str]:
        return self._log.since(self._start)
