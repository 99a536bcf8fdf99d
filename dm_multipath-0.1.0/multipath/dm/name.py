r"""
Device names and uuids, refused where the kernel would cut them short or a link could not carry them.

The kernel takes any byte but NUL and ``/``, and silently cuts what is too long. Programs around it do not: udev and
libdevmapper write ``\xNN`` for every byte outside the set below, so a name with such a byte has another name in
``/dev/mapper``. A name that this library gives is therefore made of that set alone; what others named is read as it is,
and linked as those programs would link it.
"""

import re
from typing import Final

from .. import errors
from .._native import codec

_ALLOWED: Final = re.compile(r"[0-9A-Za-z#+\-.:=@_]+\Z", re.ASCII)
_ESCAPED: Final = re.compile(r"(?:[0-9A-Za-z#+\-.:=@_]|\\x[0-9a-f]{2})+\Z", re.ASCII)
_RESERVED: Final = frozenset({".", "..", "control"})
LONGEST_LINK: Final = codec.NAME_MAX  # an escaped name that is longer gets no link from others either


def checked_name(name: str) -> bytes:
    """
    Return ``name`` as the kernel gets it.

    Raises:
        NameRefused: empty, too long, reserved, or with a character that ``/dev/mapper`` would show differently.
    """
    if name in _RESERVED:
        raise errors.NameRefused(f"device name {name!r}: reserved in /dev/mapper; choose another")
    return _checked("device name", name, codec.NAME_MAX)


def checked_uuid(uuid: str) -> bytes:
    """
    Return ``uuid`` as the kernel gets it.

    Raises:
        NameRefused: empty, too long, or with a character that udev's links would show differently.
    """
    return _checked("device uuid", uuid, codec.UUID_MAX)


def encoded(text: str, what: str, longest: int) -> bytes:
    """
    Return a name or uuid that another program gave, to look it up.

    Raises:
        NameRefused: no device can have it: empty, too long, or with a NUL.
    """
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise errors.NameRefused(f"{what} {text!r}: it stands for no bytes; give it as the kernel printed it") from None
    if not raw or len(raw) > longest or b"\0" in raw:
        fault = "it is empty" if not raw else "it holds a NUL" if b"\0" in raw else f"it has {len(raw)} bytes"
        raise errors.NameRefused(f"{what} {text!r}: {fault}; the kernel holds 1 to {longest} bytes without NUL")
    return raw


def link_name(name: str) -> str:
    r"""
    Return what a device is called in ``/dev/mapper``: every byte outside the set as ``\xNN``.

    A name that is written so already, for it was given by such a program, stays as it is.

    >>> link_name("a b"), link_name(r"a\x20b")
    ('a\\x20b', 'a\\x20b')
    """
    if _ESCAPED.match(name):
        return name
    raw = name.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if _ALLOWED.match(chr(byte)) else f"\\x{byte:02x}" for byte in raw)


def _checked(what: str, text: str, longest: int) -> bytes:
    raw = encoded(text, what, longest)
    if _ALLOWED.match(text) is None:
        bad = next(char for char in text if _ALLOWED.match(char) is None)
        raise errors.NameRefused(
            f"{what} {text!r}: character {bad!r} is refused; only letters, digits and # + - . : = @ _ "
            "are the same name everywhere"
        )
    return raw
