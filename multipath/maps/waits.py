"""
The disks that wait for a second path, as ``find_multipaths smart`` has it.

For each there is a file, called after its number, whose time of change is the end of the wait, and lies ahead at first.
It stays when the wait is over, so that no second one begins before the next reboot.

Source: multipath-tools ``multipath/main.c``, ``find_multipaths_check_timeout()``.
"""

import os
from pathlib import Path
from typing import Final

from .. import errors
from ..units import DevT, format_devt
from .failed_wwids import RUN

_NANOSECONDS: Final = 1_000_000_000


class Waits:
    """
    The waits below one folder.

    Args:
        run: Where multipath-tools keeps what it needs until the next reboot.
    """

    __slots__ = ("_folder",)

    def __init__(self, run: Path = RUN) -> None:
        self._folder = run / "find_multipaths"

    def until(self, disk: DevT) -> float | None:
        """
        Return when the wait of a disk ends or ended, in seconds of the wall clock; ``None`` where it never began.

        Raises:
            FileError: it cannot be told.
        """
        file = self._folder / format_devt(disk)
        try:
            return file.stat().st_mtime_ns / _NANOSECONDS
        except FileNotFoundError:
            return None
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot be read", str(file)) from error

    def begin(self, disk: DevT, until: float) -> float:
        """
        Let a disk wait, unless it waits or has waited already, and return when its wait ends.

        Raises:
            FileError: the wait cannot be noted.
        """
        file = self._folder / format_devt(disk)
        try:
            self._folder.mkdir(0o700, parents=True, exist_ok=True)
            fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileExistsError:
            begun = self.until(disk)
            return until if begun is None else begun
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot be made", str(file)) from error
        try:
            os.utime(fd, ns=(os.fstat(fd).st_atime_ns, round(until * _NANOSECONDS)))
        finally:
            os.close(fd)
        return until
