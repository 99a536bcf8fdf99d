"""
What REPORT TARGET PORT GROUPS answers: in which access state each group of target ports is.

Strategy: a device may send the answer with the short header or with the extended one, whichever was asked for, so the
answer itself decides. Of an answer that was cut, the groups that came whole count.

Source: SPC-5, 6.37 (REPORT TARGET PORT GROUPS); the words for the states are those of the kernel's ``access_state``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

HEADER: Final = 4  # bytes: how long the rest is
_GROUP: Final = 8  # bytes of a group without its ports
_PORT: Final = 4
_EXTENDED: Final = 0x10
_FORMAT: Final = 0x70
_PREFERRED: Final = 0x80
_STATES: Final = {
    0x0: "active/optimized",
    0x1: "active/non-optimized",
    0x2: "standby",
    0x3: "unavailable",
    0x4: "lba-dependent",
    0xE: "offline",
    0xF: "transitioning",
}


@dataclass(frozen=True, slots=True)
class PortGroup:
    """
    One target port group.

    Attributes:
        number: Its number, which page 0x83 of each path gives, too.
        state: Its access state, in the kernel's words.
        preferred: Whether the array would have its I/O there.
        ports: The relative numbers of its ports.
    """

    number: int
    state: str
    preferred: bool
    ports: tuple[int, ...] = ()


def report_target_port_groups(length: int) -> bytes:
    """Return the command, with room for so many bytes."""
    return b"\xa3\x0a" + bytes(4) + length.to_bytes(4, "big") + bytes(2)


def length_of_answer(data: bytes) -> int:
    """Return how long the whole answer is, of which ``data`` came."""
    return HEADER + int.from_bytes(data[:HEADER], "big")


def parse_port_groups(data: bytes) -> tuple[PortGroup, ...]:
    """
    Return the groups that an answer has; never raises.

    >>> parse_port_groups(bytes.fromhex("0000000c 81030002 00000001 00000001"))
    (PortGroup(number=2, state='active/non-optimized', preferred=True, ports=(1,)),)
    """
    return tuple(_groups(data[: length_of_answer(data)]))


def transition_limit(data: bytes) -> int | None:
    """Return after how many seconds a change of state is over; `None` where the answer does not say."""
    return data[5] or None if len(data) > 2 * HEADER and _is_extended(data) else None


def _groups(data: bytes) -> Iterator[PortGroup]:
    at = HEADER + HEADER * _is_extended(data)
    while at + _GROUP <= len(data):
        head, end = data[at : at + _GROUP], at + _GROUP + _PORT * data[at + 7]
        if end > len(data):
            return
        numbers = range(at + _GROUP, end, _PORT)
        ports = tuple(int.from_bytes(data[one + 2 : one + 4], "big") for one in numbers)
        state = _STATES.get(head[0] & 0xF, f"reserved ({head[0] & 0xF:#x})")
        yield PortGroup(int.from_bytes(head[2:4], "big"), state, bool(head[0] & _PREFERRED), ports)
        at = end


def _is_extended(data: bytes) -> bool:
    return len(data) > HEADER and data[HEADER] & _FORMAT == _EXTENDED
