"""
Where fetched and built things are kept: one folder of the user, safe to share and to delete at any time.

Strategy: a thing is made in a draft folder beside its final place and renamed when it is whole, under a lock of its own
name. So a place that exists is complete, a killed process leaves only a draft, and two processes never make one thing
twice.
"""

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def folder() -> Path:
    """
    Return the cache folder, made if need be.

    ``$MULTIPATH_LAB_CACHE``, else ``$XDG_CACHE_HOME/multipath-lab``, else ``~/.cache/multipath-lab``.
    """
    named = os.environ.get("MULTIPATH_LAB_CACHE")
    place = Path(named) if named else _user_cache() / "multipath-lab"
    place.mkdir(parents=True, exist_ok=True)
    return place.resolve()


def _user_cache() -> Path:
    xdg = os.environ.get("XDG_CACHE_HOME")
    return Path(xdg) if xdg else Path.home() / ".cache"


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of one name of the cache; another process that wants it waits."""
    path = folder() / f".lock-{name}"
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def made(name: str, build: Callable[[Path], None]) -> Path:
    """
    Return the folder ``name`` of the cache; ``build`` fills it when it is not there yet.

    Args:
        name: One file name.
        build: Fills the draft folder that it is given; on an exception nothing stays.

    Synchronization: any number of processes and threads.
    """
    place = folder() / name
    if place.is_dir():
        return place
    with locked(name):
        if not place.is_dir():
            _build(place, build)
    return place


def _build(place: Path, build: Callable[[Path], None]) -> None:
    draft = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".draft-{place.name}-"))
    try:
        build(draft)
        draft.chmod(0o755)
        draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def say(message: str) -> None:
    """Tell the user on stderr what takes long."""
    print(f"lab: {message}", file=sys.stderr, flush=True)
