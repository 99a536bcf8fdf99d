"""
SCSI vital product data: page 0x83, device identification, from bytes.

Source: SPC-5, 7.7.6 (designation descriptors); the page is what a path answers to INQUIRY with EVPD.
"""

import enum
from dataclasses import dataclass
from typing import Final

DEVICE_IDENTIFICATION: Final = 0x83
_HEADER: Final = 4
_BINARY: Final = (2, 3)  # EUI-64 and NAA, which everybody writes as digits alone


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
