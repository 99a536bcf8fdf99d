"""
The files of the configuration on disk: the one part of this room that reads and writes.

A file is bytes; what of them is no UTF-8 comes through as lone surrogates, and is written back as the bytes it was.
"""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..errors import ConfigError, FileError
from .codes import SEVERITY
from .configuration import Configuration, Reading
from .finding import Finding
from .reader import read_documents
from .tree import Document

CONF: Final = "/etc/multipath.conf"
FOLDER: Final = "/etc/multipath/conf.d"


def load(
    conf: str | os.PathLike[str] = CONF,
    folder: str | os.PathLike[str] = FOLDER,
    *,
    reading: Reading = "compatible",
) -> Configuration:
    """
    Read the configuration of a machine: its main file, and the ``*.conf`` of a folder in the order of their names.

    Neither has to exist.

    Raises:
        FileError: the main file or the folder is there and cannot be read.
        ConfigError: as `read_configuration`; in the strict reading also for a file of the folder that cannot be read.
    """
    documents = [_read_main(conf)]
    findings = []
    for path in _dropins(folder):
        try:
            documents.append(_read_regular(path))
        except FileError as error:
            findings.append(Finding(path, 0, 0, SEVERITY["unreadable-file"], "unreadable-file", _unreadable(error)))
    return read_documents(documents, reading=reading, findings=findings)


def read_document(path: str | os.PathLike[str]) -> Document:
    """
    Read one file as a tree.

    Raises:
        FileError: it cannot be read.
    """
    path = os.fspath(path)
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise FileError(error.errno or 0, "reading the configuration", path) from error
    except ValueError:  # a NUL in the name
        raise FileError(errno.EINVAL, "reading the configuration", path) from None
    return Document.parse(raw.decode("utf-8", "surrogateescape"), path)


def _read_main(conf: str | os.PathLike[str]) -> Document:
    """Read the main file; one that does not exist is empty, a link that leads nowhere is an error."""
    try:
        return _read_regular(conf)
    except FileError as error:
        if error.errno != errno.ENOENT or os.path.islink(conf):
            raise
        return Document.parse("", os.fspath(conf))


def _read_regular(path: str | os.PathLike[str]) -> Document:
    """Read a file; not a pipe or a device, which might never end, but for the one that has nothing in it."""
    if os.fspath(path) != os.devnull and _may_never_end(path):
        raise FileError(errno.EINVAL, "reading the configuration, which is no regular file", os.fspath(path))
    return read_document(path)


def _may_never_end(path: str | os.PathLike[str]) -> bool:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # whoever reads it says why it cannot be
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _unreadable(error: FileError) -> str:
    return f"this file is not read: {error.strerror}"


def _dropins(folder: str | os.PathLike[str]) -> Iterator[str]:
    """Return the files of the folder that count, in the order of the bytes of their names."""
    folder = os.fspath(folder)
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileError(error.errno or 0, "listing the folder of the configuration", folder) from error
    for name in sorted(names, key=os.fsencode):
        if name.rpartition(".")[2] == "conf" and "." in name:
            yield os.path.join(folder, name)


def save(document: Document, path: str | os.PathLike[str]) -> None:
    """
    Write a document, whole or not at all: whoever reads the file meanwhile sees the old one or the new one.

    Mode, owner and extended attributes stay as they are; a link stays one, and the file that it leads to is written.

    Raises:
        FileError: it cannot be written; the file is as it was, and nothing else is left behind.
        ConfigError: the document holds what no file can.
    """
    path = os.fspath(path)
    try:
        raw = str(document).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise ConfigError(f"not written: {error.reason}", path) from None
    replace(path, raw, "writing the configuration")


def replace(path: str | os.PathLike[str], raw: bytes, what: str) -> None:
    """
    Let a file hold these bytes, as `save` does it.

    Args:
        path: The file; it is made where there is none.
        raw: The bytes.
        what: What an error says was tried.

    Raises:
        FileError: it cannot be written; the file is as it was, and nothing else is left behind.
    """
    path = os.fspath(path)
    try:
        _replace(os.path.realpath(path), _former(path), raw)
    except OSError as error:
        raise FileError(error.errno or 0, what, path) from error


def _former(path: str) -> os.stat_result | None:
    """Return what is there."""
    try:
        former = os.stat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(former.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    return former


def _replace(target: str, former: os.stat_result | None, raw: bytes) -> None:
    folder, name = os.path.split(target)
    # Not *.conf: in the folder of the configuration, multipathd would read it.
    handle, temporary = tempfile.mkstemp(".new", f".{name}.", folder)
    try:
        with open(handle, "wb") as file:
            file.write(raw)
            file.flush()
            _dress(file.fileno(), target, former)
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync(folder)


def _dress(file: int, target: str, former: os.stat_result | None) -> None:
    """Give a new file the owner, the mode and the attributes of the former one."""
    if former is None:
        os.fchmod(file, 0o644)
        return
    new = os.fstat(file)
    if (new.st_uid, new.st_gid) != (former.st_uid, former.st_gid):
        os.fchown(file, former.st_uid, former.st_gid)
    os.fchmod(file, stat.S_IMODE(former.st_mode))
    for name in _attributes(target):
        with suppress(OSError):
            os.setxattr(file, name, os.getxattr(target, name))


def _attributes(target: str) -> list[str]:
    try:
        return os.listxattr(target)
    except OSError:
        return []


def _sync(folder: str) -> None:
    """Make the new name last; a file system that cannot do so for a folder has done what it can."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)
