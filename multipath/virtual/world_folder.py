"""
The folder of a virtual world: made in memory, removed with the world, and by the next world where a process was killed.

Strategy: whoever makes a folder holds a lock on it (flock), which the kernel drops with the last process that has it. A
folder of this user that nobody holds is one that was left behind. A folder gets its final name only when it is locked,
so that nobody takes a new one for a dead one; and a forked process removes nothing of its parent's.
"""

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Final

_MEMORY: Final = "/dev/shm"
_PREFIX: Final = "multipath-virtual."
_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class WorldFolder:
    """
    A new, empty folder in memory, or where temporary files are; `remove` ends it, and so does the last reference.

    Attributes:
        path: Where it is.
    """

    def __init__(self) -> None:
        parent = Path(_MEMORY if os.access(_MEMORY, os.W_OK | os.X_OK) else tempfile.gettempdir())
        _remove_abandoned(parent)
        draft = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=parent))
        held = os.open(draft, _OPEN)
        with suppress(OSError):  # a file system without locks: then nobody can tell that a folder is abandoned
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.path = draft.rename(parent / draft.name.removeprefix("."))
        self.remove = weakref.finalize(self, _remove, self.path, held, os.getpid())


def _remove(folder: Path, held: int, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
    os.close(held)


def _remove_abandoned(parent: Path) -> None:
    """Remove the folders of this user whose process is gone; what cannot be removed stays."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            _remove_if_abandoned(folder)


def _remove_if_abandoned(folder: Path) -> None:
    seen = os.open(folder, _OPEN)
    try:
        if os.fstat(seen).st_uid == os.geteuid():
            fcntl.flock(seen, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
    finally:
        os.close(seen)
