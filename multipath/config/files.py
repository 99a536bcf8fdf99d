"""
The files of the configuration on disk: the one part of this room that reads and writes.

A file is bytes; what of them is no UTF-8 comes through as lone surrogates, and is written back as the bytes it was.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import FileError
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
    documents = [read_document(conf) if os.path.lexists(conf) else Document.parse("", os.fspath(conf))]
    findings = []
    for path in _dropins(folder):
        try:
            documents.append(read_document(path))
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
    return Document.parse(raw.decode("utf-8", "surrogateescape"), path)


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
