"""
Folders whose entries come and go, through inotify: the links of ``/dev/mapper``, the files of udevd.

Strategy: only that something changed is told, never what; whoever is woken looks for himself. A folder that is not
there is watched by way of the next one above it that is.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path as Folder
from typing import Final, Self

from .. import errors
from .._native.libc import ffi, lib

_CHANGES: Final = lib.IN_CREATE | lib.IN_DELETE | lib.IN_MOVED_FROM | lib.IN_MOVED_TO
_AT_ONCE: Final = 1 << 16


class FolderWatch:
    """
    The watch of some folders.

    Args:
        folders: The folders.

    Raises:
        FileError: the kernel gives no inotify descriptor, or has no room for another watch.

    Synchronization: one thread.
    """

    _fd = -1

    def __init__(self, folders: Iterable[Folder]) -> None:
        self._folders = tuple(folders)
        self._fd = lib.inotify_init1(lib.IN_CLOEXEC | lib.IN_NONBLOCK)
        if self._fd < 0:
            raise errors.FileError(ffi.errno, "no inotify descriptor", "inotify")
        try:
            self._watch()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the watch."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()

    def fileno(self) -> int:
        """Return the descriptor that is readable once something has changed."""
        return self._fd

    def read(self) -> bool:
        """Return whether something has changed since the last time; never waits."""
        changed = False
        with suppress(BlockingIOError):
            while os.read(self._fd, _AT_ONCE):
                changed = True
        if changed:
            self._watch()  # a folder may have come; the kernel keeps one watch for each, however often it is asked
        return changed

    def close(self) -> None:
        """Close it; a second time does nothing."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _watch(self) -> None:
        for folder in self._folders:
            there = next(each for each in (folder, *folder.parents) if each.is_dir())
            if lib.inotify_add_watch(self._fd, os.fsencode(there), _CHANGES) < 0 and there.is_dir():
                raise errors.FileError(ffi.errno, "cannot be watched", str(there))
