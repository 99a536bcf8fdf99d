"""
The attributes of one folder of sysfs, as bytes, text and numbers.

Strategy: the folder is opened once and everything is read through it. That is quick, because the kernel looks up a long
path once; and it is consistent, because a device that goes away takes its open folder along: a later one of the same
name is never mixed into the facts of the first. Nothing here waits for a pipe or a terminal that stands where an
attribute should be.
"""

import os
import re
from types import TracebackType
from typing import Final, Self

_FOLDER: Final = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_PAGE: Final = 4096  # what the kernel gives at a time, and the longest text
_MOST: Final = 4 + 0xFFFF  # the longest page of vital product data
_NUMBER: Final = re.compile(rb"\s*([0-9]{1,20})\s*\Z")


class Attributes:
    """
    The attributes of one folder; those that are absent, or do not read, are `None`.

    Args:
        folder: The folder; where there is none, it has no attributes.

    Synchronization: one thread.
    """

    __slots__ = ("_fd",)

    def __init__(self, folder: str) -> None:
        try:
            self._fd = os.open(folder, _FOLDER)
        except (OSError, ValueError):  # ValueError: a NUL in the name
            self._fd = -1

    def __enter__(self) -> Self:
        """Return the folder, open."""
        return self

    @property
    def is_there(self) -> bool:
        """Whether there is such a folder."""
        return self._fd >= 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def has(self, name: str) -> bool:
        """Tell whether an attribute is there now; of a folder whose device went away none is."""
        try:
            os.stat(name, dir_fd=self._fd)
        except (OSError, ValueError):
            return False
        return True

    def raw(self, name: str) -> bytes | None:
        """Return the first 4,096 bytes of an attribute: all there is of any text."""
        return _raw(name, self._fd)

    def binary(self, name: str) -> bytes | None:
        """Return all of an attribute, up to the longest page that a SCSI device can send."""
        try:
            fd = os.open(name, _READ, dir_fd=self._fd)
        except (OSError, ValueError):
            return None
        try:
            data = part = os.read(fd, _PAGE)
            while len(part) == _PAGE and len(data) < _MOST:
                part = os.read(fd, _PAGE)
                data += part
        except OSError:
            return None
        finally:
            os.close(fd)
        return data[:_MOST]

    def text(self, name: str) -> str | None:
        """Return an attribute without trailing blanks, safe to print; `None` too where nothing is left."""
        data = self.raw(name)
        return None if data is None else printable(data.rstrip()) or None

    def number(self, name: str) -> int | None:
        """Return an attribute that is a decimal number."""
        match = _NUMBER.match(self.raw(name) or b"")
        return int(match[1]) if match else None


def printable(data: bytes) -> str:
    r"""
    Return bytes as text that moves no terminal's cursor: what is no printable UTF-8 is escaped.

    >>> printable(b"ACME\x1b[2J\xff")
    'ACME\\x1b[2J\\xff'
    """
    text = data.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def attribute_of(folder: str, name: str) -> str | None:
    """Return one attribute of a folder that nothing else is read from."""
    data = _raw(f"{folder}/{name}", None)
    return None if data is None else printable(data.rstrip()) or None


def _raw(name: str, folder: int | None) -> bytes | None:
    try:
        fd = os.open(name, _READ, dir_fd=folder)
    except (OSError, ValueError):
        return None
    try:
        return os.read(fd, _PAGE)
    except OSError:
        return None
    finally:
        os.close(fd)
