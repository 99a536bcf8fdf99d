"""
Why the kernel refused: what it logged between two moments, read from ``/dev/kmsg``.

A refused table comes back as an errno alone; the reason goes to the log, as ``device-mapper: table: 253:0: ...``.
"""

import os
from typing import Final, Self

from ..units import DevT, format_devt

_LONGEST_RECORD: Final = 8192


class KernelLog:
    """
    A place in the kernel's log: `reason` reads what came after it.

    A log that cannot be opened, as in a container, reads as empty: the refusal itself is what counts.
    """

    def __init__(self, path: str = "/dev/kmsg") -> None:
        self._fd = -1
        try:
            self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            os.lseek(self._fd, 0, os.SEEK_END)
        except OSError:
            self.close()

    def close(self) -> None:
        """Close the log; a second time does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1

    def __enter__(self) -> Self:
        """Return the log."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()

    def reason(self, device: DevT) -> str | None:
        """Return what was logged since about a table of ``device``, or ``None``."""
        start = f"device-mapper: table: {format_devt(device)}: "
        reasons = [line.removeprefix(start) for line in self._lines() if line.startswith(start)]
        return "; ".join(reasons) or None

    def _lines(self) -> list[str]:
        lines = []
        while self._fd >= 0:
            try:
                record = os.read(self._fd, _LONGEST_RECORD)
            except BrokenPipeError:  # records were overwritten before we came to them; the next read goes on behind
                continue
            except OSError:  # EAGAIN: the end of the log
                break
            if not record:  # not a log: containers put /dev/null or a pipe in its place
                break
            lines.append(record.decode("utf-8", "replace").partition(";")[2].partition("\n")[0])
        return lines
