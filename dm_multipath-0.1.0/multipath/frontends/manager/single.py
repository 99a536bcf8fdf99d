"""One manager for a machine: a locked file with the number of the process that holds it."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ... import errors

LOCK: Final = "manager.lock"


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """
    Hold the lock of the one manager while the context lasts; the kernel gives it back however this process ends.

    Raises:
        FileLocked: another manager runs.
        FileError: the folder cannot be made, or the file cannot be opened.
    """
    file = folder / LOCK
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise errors.FileError(error.errno or 0, "cannot be opened", str(file)) from error
    try:
        _lock(fd, file)
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(fd)


def _lock(fd: int, file: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno != errno.EWOULDBLOCK:
            raise errors.FileError(error.errno or 0, "cannot be locked", str(file)) from error
        holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise errors.FileLocked(f"{file}: a manager runs already, process {holder}; stop it first") from None
