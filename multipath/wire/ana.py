"""
NVMe: commands to a controller, and what its asymmetric namespace access is.

Source: NVM Express Base Specification 2.0, 5.17 (Identify), 5.16.1.13 (Asymmetric Namespace Access log page); the words
for the states are those of the kernel's ``ana_state``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..units import Sectors

IDENTIFY_LENGTH: Final = 4096
_GET_LOG_PAGE, _IDENTIFY = 0x02, 0x06
_NAMESPACE, _CONTROLLER = 0, 1
_ANA: Final = 0x0C
_GROUPS_ONLY: Final = 0x0100
_ALL: Final = 0xFFFF_FFFF
_LOG_HEADER, _LOG_GROUP, _NUMBER = 16, 32, 4
_LONGEST_LOG: Final = 1 << 18
_REPORTS_ANA: Final = 0x08  # of byte 76
_GROUPS_STAY: Final = 0x40  # of byte 343
_FORMATS, _MOST_FORMATS = 128, 64  # where a namespace's data has the formats of its blocks, four bytes each
_LARGEST_SHIFT: Final = 31
_STATES: Final = {
    0x1: "optimized",
    0x2: "non-optimized",
    0x3: "inaccessible",
    0x4: "persistent-loss",
    0xF: "change",
}


@dataclass(frozen=True, slots=True)
class Controller:
    """
    What a controller says of its asymmetric access.

    Attributes:
        reports_ana: Whether it has such a thing.
        groups_stay: Whether a namespace never changes its group: then the log can be read without all namespaces.
        groups: How many groups there are at most.
        namespaces: How many namespaces there are at most.
    """

    reports_ana: bool
    groups_stay: bool
    groups: int
    namespaces: int

    @property
    def log_length(self) -> int:
        """How many bytes the log has at most, in whole dwords; what is beyond reason is cut."""
        listed = 0 if self.groups_stay else _NUMBER * self.namespaces
        return min(_LOG_HEADER + _LOG_GROUP * self.groups + listed, _LONGEST_LOG)


@dataclass(frozen=True, slots=True)
class AnaGroup:
    """
    One group of namespaces.

    Attributes:
        number: Its number.
        state: Its state, in the kernel's words.
        namespaces: Its namespaces, where the log lists them.
    """

    number: int
    state: str
    namespaces: tuple[int, ...] = ()


def identify_controller() -> bytes:
    """Return the submission entry that asks for the controller's own data."""
    return _entry(_IDENTIFY, 0, _CONTROLLER)


def identify_namespace(namespace: int) -> bytes:
    """Return the submission entry that asks for a namespace's data."""
    return _entry(_IDENTIFY, namespace, _NAMESPACE)


def ana_log(length: int, *, groups_only: bool) -> bytes:
    """Return the submission entry that asks for so many bytes of the log, with or without the namespaces."""
    dwords = length // 4 - 1
    low = _ANA | (_GROUPS_ONLY if groups_only else 0) | (dwords & 0xFFFF) << 16
    return _entry(_GET_LOG_PAGE, _ALL, low, dwords >> 16)


def parse_controller(data: bytes) -> Controller | None:
    """Return what a controller's data say; `None` where they were cut. Never raises."""
    if len(data) < 544:
        return None
    return Controller(
        reports_ana=bool(data[76] & _REPORTS_ANA),
        groups_stay=bool(data[343] & _GROUPS_STAY),
        groups=_little(data, 348),
        namespaces=_little(data, 540) or _little(data, 516),
    )


def group_of_namespace(data: bytes) -> int:
    """Return the number of a namespace's group, from its data; 0 where it has none. Never raises."""
    return _little(data, 92) if len(data) >= 96 else 0


def is_attached(data: bytes) -> bool:
    """Tell whether there is a namespace, by its data: one that is not there has no size. Never raises."""
    return any(data[:8])


def size_of_namespace(data: bytes) -> Sectors | None:
    r"""
    Return the size of a namespace, from its data; ``None`` where that is too short or of no use. Never raises.

    >>> size_of_namespace((2048).to_bytes(8, "little") + bytes(122) + b"\x0c" + bytes(253))
    16384
    """
    if len(data) < _FORMATS + 4 * _MOST_FORMATS:
        return None
    flbas = data[26]
    shift = data[_FORMATS + 4 * (flbas & 0x0F | flbas >> 1 & 0x30) + 2]
    return Sectors(int.from_bytes(data[:8], "little") << shift - 9) if 9 <= shift <= _LARGEST_SHIFT else None


def parse_ana_log(data: bytes) -> tuple[AnaGroup, ...]:
    """Return the groups that a log has; of one that was cut those that came whole. Never raises."""
    return tuple(_groups(data))


def _groups(data: bytes) -> Iterator[AnaGroup]:
    at = _LOG_HEADER
    for _ in range(int.from_bytes(data[8:10], "little")):
        end = at + _LOG_GROUP + _NUMBER * _little(data, at + 4)
        if at + _LOG_GROUP > len(data) or end > len(data):
            return
        state = data[at + 16] & 0xF
        listed = tuple(_little(data, one) for one in range(at + _LOG_GROUP, end, _NUMBER))
        yield AnaGroup(_little(data, at), _STATES.get(state, f"reserved ({state:#x})"), listed)
        at = end


def _entry(opcode: int, namespace: int, *dwords: int) -> bytes:
    """Return a submission entry; its own dwords begin with the tenth."""
    head = bytes((opcode, 0, 0, 0)) + namespace.to_bytes(4, "little") + bytes(32)
    return (head + b"".join(dword.to_bytes(4, "little") for dword in dwords)).ljust(64, b"\0")


def _little(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")
