"""
How a command is written: keywords as they are, values in quotes.

A keyword may be shortened to what is left of it unambiguously; this library never does, for a word that is unambiguous
today may not be tomorrow. A quoted value is never taken for a keyword, and a quote in it is written twice.

Source: multipath-tools ``multipathd/cli.c``, ``libmultipath/parser.c``.
"""

from typing import Final

from .. import errors

_MAPPER: Final = "/dev/mapper/"
LONGEST: Final = 511  # bytes, and a NUL; for a longer one the daemon hangs up
# What separates the fields and rows of its listings when this library asks, so that no value can be taken for two.
ROW: Final = "\x1e"
FIELD: Final = "\x1f"


def quoted(value: str) -> str:
    r"""
    Return a value as a command has it.

    Raises:
        NameRefused: it is empty, or holds what would end the command.

    >>> quoted('1" disk')
    '"1"" disk"'
    """
    bad = next((char for char in value if (char < " " and char not in (ROW, FIELD)) or char == "\x7f"), None)
    if not value or bad is not None:
        what = "it is empty" if not value else f"character {bad!r} is refused"
        raise errors.NameRefused(f"{value!r} cannot be said to multipathd: {what}")
    return '"' + value.replace('"', '""') + '"'


def map_value(ref: str) -> str:
    """Return a map as a command has it: multipathd knows names and ``dm-N``, but no node below /dev/mapper."""
    return quoted(ref.removeprefix(_MAPPER))


def checked(command: str) -> bytes:
    """
    Return a command as it is sent.

    Raises:
        NameRefused: it is empty, too long, or holds a NUL.
    """
    text = command.encode("utf-8", "surrogateescape")
    if not text.strip() or b"\0" in text or len(text) > LONGEST:
        why = f"it has {len(text)} bytes; 1 to {LONGEST} without a NUL are taken"
        raise errors.NameRefused(f"{command[:100]!r} is no command for multipathd: {why}")
    return text
