"""
The prkeys file: the persistent reservation key of each WWID, where the configuration says ``reservation_key file``.

A line is the key as ``0x`` and 16 digits, a blank, and the WWID; ``0X`` says that the reservation shall persist
through a loss of power (APTPL), ``#x`` that the key is removed. The first line of a WWID decides, a removed one too; so
a key is set by writing over that line.

Source: multipath-tools ``libmultipath/prkey.c``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from .. import errors
from ..config.finding import Finding
from .bindings import LONGEST_WWID, refuse_unusable_wwid
from .patch import Patch, appended, last_line
from .remarks import Remarks, raw, shown, text

HEADER: Final = (
    b"# Multipath persistent reservation keys, Version : 1.0\n"
    b"# NOTE: this file is automatically maintained by the multipathd program.\n"
    b"# You should not need to edit this file in normal circumstances.\n"
    b"#\n"
    b"# Format:\n"
    b"# prkey wwid\n"
    b"#\n"
)
_LINE: Final = re.compile(rb"([0#][xX])([0-9a-fA-F]{16}) ([^\0\n ]+)\Z")
_KEYS: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Prkey:
    """A reservation key, and whether the reservation persists through a loss of power."""

    key: int
    aptpl: bool = False

    def __str__(self) -> str:
        """Return it as the file has it."""
        return f"0{'X' if self.aptpl else 'x'}{self.key:016x}"


@dataclass(frozen=True, slots=True)
class Prkeys:
    """
    What one prkeys file says.

    Attributes:
        data: The file.
        file: Its name.
        keys: The key of each WWID.
        findings: What there is to say about the lines.
    """

    data: bytes = field(default=b"", repr=False)
    file: str = "prkeys"
    keys: Mapping[str, Prkey] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def setting(self, wwid: str, prkey: Prkey) -> tuple[Patch, ...]:
        """
        Return the change that gives ``wwid`` a key.

        Raises:
            NameRefused: a WWID that no map can have.
            NumberRefused: the key has more than 64 bits, or is 0, which stands for none.
        """
        refuse_unusable_wwid(wwid)
        if not 0 < prkey.key < _KEYS:
            raise errors.NumberRefused(
                f"reservation key {prkey.key:#x} of {wwid}: it has to be in 0x1 to {_KEYS - 1:#x}"
            )
        offset = self._place(wwid)
        if offset is not None:
            return () if self.keys.get(wwid) == prkey else (Patch(offset, raw(str(prkey))),)
        start, line = last_line(self.data)
        match = _LINE.match(line)
        if match and match[3] == raw(wwid):  # as a comment it would say that this key is removed
            return Patch(start, raw(str(prkey))), Patch(len(self.data), b"\n")
        torn = None if not line or line.startswith(b"#") else start
        return appended(self.data, HEADER, [raw(f"{prkey} {wwid}")], torn)

    def removing(self, wwid: str) -> tuple[Patch, ...]:
        """Return the change that removes the key of ``wwid``."""
        offset = self._place(wwid)
        return () if offset is None or wwid not in self.keys else (Patch(offset, b"#"),)

    def _place(self, wwid: str) -> int | None:
        sought = raw(wwid)
        return next((offset for _, offset, match in _lines(self.data) if match and match[3] == sought), None)


def parse_prkeys(data: bytes, file: str = "prkeys") -> Prkeys:
    r"""
    Read a prkeys file; whatever it holds, this succeeds.

    Args:
        data: The file.
        file: Its name, for the findings.

    Returns:
        `Prkeys`; ``data`` is the argument.

    Source: multipath-tools ``libmultipath/prkey.c``, ``do_prkey()``.

    >>> parse_prkeys(b"0X00000000abcdef01 36001\n").keys["36001"]
    Prkey(key=2882400001, aptpl=True)
    """
    remarks = Remarks(file)
    first: dict[str, Prkey | None] = {}
    for number, (line, _, match) in enumerate(_lines(data), 1):
        if match is None:
            if line.strip() and not line.startswith(b"#"):
                remarks.error(number, "not-a-key", f"{shown(text(line))} is no key and WWID: the line is not used")
            continue
        wwid, prkey = text(match[3]), _prkey(match)
        if len(match[3]) > LONGEST_WWID:
            remarks.error(number, "unusable-wwid", f"{shown(wwid)} is no WWID: the line is not used")
        elif wwid in first and prkey is not None:
            remarks.error(number, "key-set-twice", f"a line above decides the key of {shown(wwid)}: this is not used")
        else:
            first.setdefault(wwid, prkey)
    keys = {wwid: prkey for wwid, prkey in first.items() if prkey is not None}
    return Prkeys(data, file, keys, tuple(remarks.found))


def _lines(data: bytes) -> Iterator[tuple[bytes, int, re.Match[bytes] | None]]:
    """Yield each line, its offset, and its parts; the last line has none unless it has an end."""
    offset = 0
    for line in data.split(b"\n"):
        ended = offset + len(line) < len(data)
        yield line, offset, _LINE.match(line) if ended else None
        offset += len(line) + 1


def _prkey(match: re.Match[bytes]) -> Prkey | None:
    key = int(match[2], 16)
    return Prkey(key, match[1] == b"0X") if key and match[1].startswith(b"0") else None
