"""
The WWIDs whose last map could not be made: nobody claims their disks, until one can.

Each is an empty file, called after the WWID, in a folder that does not outlive a reboot.

Source: multipath-tools ``libmultipath/wwids.c``, ``mark_failed_wwid()``.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

from .. import errors
from .bindings import refuse_unusable_wwid

RUN: Final = Path("/run/multipath")


class FailedWwids:
    """
    The markers below one folder.

    Args:
        run: Where multipath-tools keeps what it needs until the next reboot.
    """

    __slots__ = ("_folder",)

    def __init__(self, run: Path = RUN) -> None:
        self._folder = run / "failed_wwids"

    def __contains__(self, wwid: str) -> bool:
        """Tell whether the last map of a WWID could not be made; what is no WWID never had one."""
        with contextlib.suppress(errors.NameRefused):
            return os.path.lexists(self._marker(wwid))
        return False

    def mark(self, wwid: str) -> None:
        """
        Note that the map of a WWID could not be made.

        Raises:
            FileError: the note cannot be written.
            NameRefused: no map can have that WWID.
        """
        marker = self._marker(wwid)
        try:
            self._folder.mkdir(0o700, parents=True, exist_ok=True)
            os.close(os.open(marker, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o400))
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot be made", str(marker)) from error

    def clear(self, wwid: str) -> None:
        """
        Note that a WWID has a map.

        Raises:
            FileError: the note of its failure cannot be removed.
            NameRefused: no map can have that WWID.
        """
        marker = self._marker(wwid)
        try:
            marker.unlink(missing_ok=True)
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot be removed", str(marker)) from error

    def _marker(self, wwid: str) -> Path:
        refuse_unusable_wwid(wwid)
        if wwid in (".", ".."):
            raise errors.NameRefused(f"WWID {wwid!r}: it is the name of a folder")
        return self._folder / wwid
