"""
Several files below one root, written all or none.

Theory of operation: each new file is written beside the old one and made to last before any old one is touched; where
the disk is full, that is found out then. Then they take the old ones' places, one after the other, and an error in
between puts back those that were replaced, of which a second name was kept. A process that is killed in between leaves
whole files, old or new; the next export finds what is missing, and its own left-overs.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial

from .. import errors
from ..config.files import dress

_NEW, _OLD = ".export-new", ".export-old"


@dataclass(frozen=True, slots=True)
class StagedFile:
    """
    One file.

    Attributes:
        path: Where it is; links are followed, and stay.
        data: What it is to hold.
        mode: Its mode where there is none yet; else it keeps its own.
        folder_mode: The mode of its folder where there is none yet.
    """

    path: str
    data: bytes
    mode: int = 0o644
    folder_mode: int = 0o755


def write_all(files: Sequence[StagedFile]) -> None:
    """
    Write them; for the order, see above.

    Raises:
        FileError: one cannot be written; all are as they were.
    """
    with ExitStack() as undo:
        for file in files:
            _in_words(file, partial(_stage, file, undo))
        with ExitStack() as back:
            for file in files:
                _in_words(file, partial(_replace, file, back))
            for folder in {os.path.dirname(file.path) for file in files}:
                _sync(folder)
            back.pop_all()
        undo.pop_all()
    for file in files:
        _unlink(file.path + _OLD)


def _in_words(file: StagedFile, action: Callable[[], None]) -> None:
    try:
        action()
    except OSError as error:
        raise errors.FileError(error.errno or 0, "cannot be written; nothing was changed", file.path) from error


def _stage(file: StagedFile, undo: ExitStack) -> None:
    folder = os.path.dirname(file.path)
    if not os.path.isdir(folder):
        os.mkdir(folder, file.folder_mode)
        undo.callback(os.rmdir, folder)
    _unlink(file.path + _OLD)
    former = os.stat(file.path) if os.path.lexists(file.path) else None
    handle = os.open(file.path + _NEW, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    undo.callback(_unlink, file.path + _NEW)
    with open(handle, "wb") as new:
        new.write(file.data)
        new.flush()
        dress(new.fileno(), file.path, former, file.mode)
        os.fsync(new.fileno())


def _replace(file: StagedFile, back: ExitStack) -> None:
    if os.path.lexists(file.path):
        os.link(file.path, file.path + _OLD)
        back.callback(_put_back, file.path)
    else:
        back.callback(_unlink, file.path)
    os.rename(file.path + _NEW, file.path)


def _put_back(path: str) -> None:
    os.rename(path + _OLD, path)
    _unlink(path + _OLD)  # two names of one file: then the kernel renames nothing


def _unlink(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def _sync(folder: str) -> None:
    """Make the new names last; a file system that cannot do so for a folder has done what it can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
