"""
The root of another system, mounted somewhere: what its multipath-tools read, and nothing beside it.

A link of the target that leads out of it would lead to a file of this system: nothing behind one is read or written.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from .. import errors
from ..config.files import read_document
from ..config.tree import Document

CONF: Final = "/etc/multipath.conf"
DROP_INS: Final = "/etc/multipath/conf.d"


class TargetRoot:
    """
    One root.

    Args:
        dest: Where it is mounted.

    Raises:
        ExportRefused: it is no folder, the running system's own root, or has no ``/etc``.
    """

    __slots__ = ("_real", "dest")

    def __init__(self, dest: str | os.PathLike[str]) -> None:
        self.dest = os.fspath(dest).rstrip("/") or "/"
        self._real = os.path.realpath(self.dest)
        if not os.path.isdir(self._real):
            raise self._refused("it is no folder; mount the target there first")
        if os.path.samefile(self._real, "/"):
            raise self._refused("it is the root of the running system, whose own files mpath apply keeps")
        if not os.path.isdir(self.path("/etc")):
            raise self._refused("it has no /etc; is the target mounted there?")

    def path(self, name: str) -> str:
        """
        Return where a file of the target is from here.

        Raises:
            ExportRefused: a link leads out of the target.
        """
        real = os.path.realpath(self._real + name)
        if not real.startswith(self._real + os.sep):
            raise self._refused(f"{name} leads out of it, to {real}")
        return real

    def read(self, name: str) -> bytes | None:
        """
        Return what a file holds; ``None`` where there is none.

        Raises:
            ExportRefused: a link leads out of the target.
            FileError: it cannot be read.
        """
        path = self.path(name)
        if not os.path.lexists(path):
            return None
        if not os.path.isfile(path):
            raise self._refused(f"{name} is no regular file")
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot be read", path) from error

    def document(self) -> Document:
        """
        Return the main file of its configuration; an empty one where there is none.

        Raises:
            ExportRefused, FileError: as `read`.
        """
        data = self.read(CONF)
        return Document.parse((data or b"").decode("utf-8", "surrogateescape"), self.dest + CONF)

    def drop_ins(self) -> tuple[Document, ...]:
        """
        Return the files that its multipath-tools read behind the main one.

        Raises:
            ExportRefused: a link leads out of the target.
            FileError: one cannot be read.
        """
        folder = self.path(DROP_INS)
        try:
            names = sorted(os.listdir(folder), key=os.fsencode) if os.path.isdir(folder) else []
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot be listed", folder) from error
        found = [f"{DROP_INS}/{name}" for name in names if name.endswith(".conf")]
        return tuple(read_document(self.path(name)) for name in found if self.read(name) is not None)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """
        Keep other exports out until the block ends.

        Raises:
            FileError: its ``/etc`` cannot be opened.
        """
        path = self.path("/etc")
        try:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise errors.FileError(error.errno or 0, "cannot be opened", path) from error
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _refused(self, why: str) -> errors.ExportRefused:
        return errors.ExportRefused(self.dest, [why])
