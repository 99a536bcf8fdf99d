"""
SCSI vital product data from bytes: page 0x83, device identification, and page 0x80, the unit's serial number.

Strategy: there are two readings of page 0x83. Whether two paths lead to one unit is asked of a page that must be whole:
`parse_designators`. Which WWID a unit gets has to be what multipath-tools makes of the same page, faults included:
`wwid_of_page`. It never raises, and it never makes an identity of half a designator.

Source: SPC-5, 7.7.6 (designation descriptors), 7.7.18 (unit serial number); multipath-tools
``libmultipath/discovery.c``, ``parse_vpd_pg83()`` and ``parse_vpd_pg80()``.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

UNIT_SERIAL_NUMBER: Final = 0x80
DEVICE_IDENTIFICATION: Final = 0x83
LONGEST_WWID: Final = 127
_HEADER: Final = 4
_T10_VENDOR, _EUI_64, _NAA, _RELATIVE_PORT, _PORT_GROUP, _NAME = 1, 2, 3, 4, 5, 8
_BINARY: Final = (_EUI_64, _NAA)  # which everybody writes as digits alone

# What a designator of the unit is worth as its identity; more is better. NAA: by its first four bits and its length.
_NAA_WORTH: Final = {(6, 16): 8, (5, 8): 7, (2, 8): 6, (3, 8): 1}
_EUI_64_WORTH, _NAME_WORTH, _T10_WORTH, _BEST = 4, 3, 2, 8
_EUI_64_LENGTHS: Final = (8, 12, 16)
_NAMES: Final = {b"eui.": "2", b"naa.": "3", b"iqn.": "8"}
_USED: Final = 128  # of a designator; one that is longer makes a WWID that its neighbour may have too


class Association(enum.IntEnum):
    """What a designator names."""

    LOGICAL_UNIT = 0
    TARGET_PORT = 1
    TARGET_DEVICE = 2
    RESERVED = 3


@dataclass(frozen=True, slots=True)
class Designator:
    """
    One designation descriptor.

    Attributes:
        association: What it names.
        kind: The designator type: 1 T10 vendor, 2 EUI-64, 3 NAA, 8 SCSI name string.
        value: The designator, as the device sent it.
    """

    association: Association
    kind: int
    value: bytes

    def __str__(self) -> str:
        """Return kind and value, safe to print; the same for two values only where padding alone tells them apart."""
        name = {1: "t10", 2: "eui", 3: "naa", 8: "name"}.get(self.kind, f"type {self.kind}")
        text = self.value.decode("latin-1").strip("\0 ")
        if self.kind in _BINARY:
            return f"{name}.{self.value.hex()}"
        if text.isascii() and text.isprintable() and not text.startswith("0x"):
            return f"{name}.{text}"
        return f"{name}.0x{self.value.hex()}"


def parse_designators(page: bytes) -> tuple[Designator, ...]:
    """
    Parse page 0x83 with its 4-byte header; inverse of what the device sent, for whole descriptors.

    Raises:
        ValueError: another page, or a descriptor that runs beyond the page.
    """
    if len(page) < _HEADER or page[1] != DEVICE_IDENTIFICATION:
        raise ValueError(f"not a device identification page: {page[:_HEADER].hex(' ') or 'nothing'}")
    end = _HEADER + int.from_bytes(page[2:4], "big")
    if end > len(page):
        raise ValueError(f"a device identification page of {end} bytes was cut at {len(page)}")
    found, at = [], _HEADER
    while at < end:
        size = page[at + 3] if at + _HEADER <= end else end
        if at + _HEADER + size > end:
            raise ValueError(f"the designation descriptor at byte {at} runs beyond the page")
        value = bytes(page[at + _HEADER : at + _HEADER + size])
        found.append(Designator(Association(page[at + 1] >> 4 & 3), page[at + 1] & 0xF, value))
        at += _HEADER + size
    return tuple(found)


def logical_unit(page: bytes) -> frozenset[Designator]:
    """Return the designators of page 0x83 that name the logical unit: the same down every path to it."""
    return frozenset(item for item in parse_designators(page) if item.association is Association.LOGICAL_UNIT)


@dataclass(frozen=True, slots=True)
class Choice:
    """
    What page 0x83 gives its unit as WWID.

    Attributes:
        wwid: As multipath-tools makes it.
        designator: What it is made of.
        doubt: Why another unit may have the same, or another path another one; empty where nothing speaks against it.
    """

    wwid: str
    designator: Designator
    doubt: str = ""


def wwid_of_page(page: bytes) -> str | None:
    """
    Return the WWID that page 0x83, header included, gives its unit; `None` for a page that gives none.

    Never raises: a designator of no plausible length is passed over, one that runs beyond the page ends it.

    >>> wwid_of_page(bytes.fromhex("0083000c 01030008 5000c50012345678"))
    '35000c50012345678'
    """
    choice = choose_wwid(page)
    return None if choice is None else choice.wwid


def choose_wwid(page: bytes) -> Choice | None:
    """Return the best designator of page 0x83, of equals the first, as a WWID."""
    best, wwid, worth = None, "", 0
    for item in _whole_designators(page):
        text = _wwid(item) if _worth(item) > worth else None
        if text is not None:
            best, wwid, worth = item, text, _worth(item)
    return None if best is None else Choice(wwid, best, _doubt(page, best, worth))


def _doubt(page: bytes, best: Designator, worth: int) -> str:
    if _length(page) > len(page) and worth < _BEST:
        return f"page 0x83 of {_length(page)} bytes was cut at {len(page)}: a better designator may be lost"
    if len(best.value) > _USED:
        return f"its designator of {len(best.value)} bytes is longer than a WWID can be"
    if best.kind == _T10_VENDOR and not best.value[8:].strip(b" \0"):
        return "its designator names the vendor and no unit"
    return ""


def serial_of_page(page: bytes) -> str | None:
    """
    Return the serial number on page 0x80, header included, without blanks around; `None` where there is none.

    What is no printable ASCII is escaped; a zero byte ends it.
    """
    if len(page) < _HEADER or page[1] != UNIT_SERIAL_NUMBER or _length(page) > len(page):
        return None
    text = page[_HEADER : _length(page)][:_USED].strip(b" ").partition(b"\0")[0][:LONGEST_WWID]
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}" for byte in text) or None


def port_group_of_page(page: bytes) -> int | None:
    """Return the number of the target port group on page 0x83, of the first where there are several."""
    return _of_port(page, _PORT_GROUP)


def relative_port_of_page(page: bytes) -> int | None:
    """Return the relative target port on page 0x83."""
    return _of_port(page, _RELATIVE_PORT)


def _of_port(page: bytes, kind: int) -> int | None:
    values = (item.value for item in _whole_designators(page) if item.kind == kind and len(item.value) == 4)
    return next((int.from_bytes(value[2:], "big") for value in values), None)


def _whole_designators(page: bytes) -> Iterator[Designator]:
    """Yield the descriptors of page 0x83 up to the first that runs beyond it; nothing of another page."""
    if len(page) < _HEADER or page[1] != DEVICE_IDENTIFICATION:
        return
    at, end = _HEADER, min(_length(page), len(page))
    while at + _HEADER <= end:
        value = bytes(page[at + _HEADER : at + _HEADER + page[at + 3]])
        if at + _HEADER + page[at + 3] > end:
            return
        yield Designator(Association(page[at + 1] >> 4 & 3), page[at + 1] & 0xF, value)
        at += _HEADER + len(value)


def _length(page: bytes) -> int:
    return _HEADER + int.from_bytes(page[2:4], "big")


def _worth(item: Designator) -> int:
    """Return what a designator is worth as the identity of its unit; 0 for none."""
    size = len(item.value)
    if item.association is not Association.LOGICAL_UNIT:
        return 0
    if item.kind == _NAA:
        return _NAA_WORTH.get((item.value[0] >> 4, size), 0) if size else 0
    if item.kind == _EUI_64:
        return _EUI_64_WORTH if size in _EUI_64_LENGTHS else 0
    if item.kind == _NAME:
        return _NAME_WORTH if item.value[:4] in _NAMES else 0
    return _T10_WORTH if item.kind == _T10_VENDOR and size >= 8 else 0


def _wwid(item: Designator) -> str | None:
    """Return the WWID of a designator; `None` where nothing is left of it but its kind."""
    value = item.value[:_USED]
    if item.kind in _BINARY:
        return f"{item.kind}{value.hex()}"
    if item.kind == _NAME:
        kind, text = _NAMES[value[:4]], value[4:]
        text = text if kind == "8" else text.lower()
    else:
        kind, text = "1", b"_".join(each for each in value.split(b" ") if each)
        text = b"_" + text if value.startswith(b" ") and text else text
    text = text.partition(b"\0")[0][: LONGEST_WWID - 1]
    return kind + text.decode("utf-8", "surrogateescape") if text.strip(b" _") else None
