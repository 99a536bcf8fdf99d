"""
The reservation commands of NVMe: submission entries and their data, and the report.

A registration is a host's, not a path's: every controller of a host shares it.

Source: NVM Express base 2.0, 7.2 to 7.5 (Reservation Acquire, Register, Release, Report); NVM command set, Identify
Namespace (RESCAP).
"""

import struct
from typing import Final

from .reservation import (
    FullStatus,
    HeldReservation,
    Registrant,
    ReservationAction,
    ReservationCapabilities,
    ReservationKeys,
    ReservationOrder,
    ReservationType,
)

CONFLICT: Final = 0x83  # the status: generic command status, Reservation Conflict
_REGISTER, _REPORT, _ACQUIRE, _RELEASE = 0x0D, 0x0E, 0x11, 0x15
_UNREGISTER, _REPLACE = 1, 2
_IGNORE_KEY: Final = 1 << 3
_PERSIST: Final = 3 << 30  # through a loss of power
_EXTENDED: Final = 1  # host identifiers of 128 bits, the only ones that fabrics know
_HEADER: Final = 64
_CONTROLLER: Final = 64
_RESCAP: Final = 31  # the byte of Identify Namespace
_TYPES: Final = tuple(ReservationType)  # NVMe numbers them from 1
_ACTIONS: Final = {
    ReservationAction.RESERVE: (_ACQUIRE, 0),
    ReservationAction.PREEMPT: (_ACQUIRE, 1),
    ReservationAction.PREEMPT_AND_ABORT: (_ACQUIRE, 2),
    ReservationAction.RELEASE: (_RELEASE, 0),
    ReservationAction.CLEAR: (_RELEASE, 1),
}


def order_entry(order: ReservationOrder) -> tuple[bytes, bytes]:
    """Return the submission entry of an order, without its namespace, and the data that go with it."""
    keys = struct.pack("<QQ", order.key, order.new_key)
    if order.registers:
        ignore = order.action is ReservationAction.REGISTER_AND_IGNORE
        action = _UNREGISTER if not order.new_key else _REPLACE if order.key or ignore else 0
        word = action | _IGNORE_KEY * ignore | _PERSIST * order.aptpl
        return _entry(_REGISTER, word), keys
    opcode, action = _ACTIONS[order.action]
    kind = 0 if order.type is None else _TYPES.index(order.type) + 1
    return _entry(opcode, action | kind << 8), keys if opcode == _ACQUIRE else keys[:8]


def report_entry(length: int) -> bytes:
    """Return the submission entry that reads a report of ``length`` bytes, a multiple of 4."""
    return _entry(_REPORT, length // 4 - 1, _EXTENDED)


def report_length(data: bytes) -> int:
    """Return how long a report is that may have been cut."""
    return _HEADER + _CONTROLLER * int.from_bytes(data[5:7], "little")


def parse_report(data: bytes) -> FullStatus:
    """
    Return who is registered.

    Raises:
        ValueError: that is no report.
    """
    if len(data) < _HEADER or len(data) < report_length(data):
        raise ValueError(f"{len(data)} bytes are no reservation report")
    kind = _type(data[4])
    places = range(_HEADER, report_length(data), _CONTROLLER)
    return FullStatus(
        int.from_bytes(data[:4], "little"), tuple(_registrant(data[at : at + _CONTROLLER], kind) for at in places)
    )


def parse_report_keys(data: bytes) -> ReservationKeys:
    """
    Return the keys of a report.

    Raises:
        ValueError: that is no report.
    """
    status = parse_report(data)
    return ReservationKeys(status.generation, tuple(each.key for each in status.registrants))


def parse_report_reservation(data: bytes) -> HeldReservation:
    """
    Return the reservation of a report.

    Raises:
        ValueError: that is no report.
    """
    status, kind = parse_report(data), _type(data[4])
    holders = {each.key for each in status.registrants if each.holds}
    key = 0 if kind is None or kind.is_for_all_registrants or len(holders) != 1 else holders.pop()
    return HeldReservation(status.generation, key, kind, 0 if kind is None else kind)


def parse_rescap(namespace: bytes) -> ReservationCapabilities:
    """
    Return what Identify Namespace says of reservations.

    Raises:
        ValueError: it is too short to say it.
    """
    if len(namespace) <= _RESCAP:
        raise ValueError(f"{len(namespace)} bytes do not identify a namespace")
    bits = namespace[_RESCAP]
    types = tuple(kind for number, kind in enumerate(_TYPES, 1) if bits & 1 << number)
    return ReservationCapabilities(types, bool(bits & 1), None, all_target_ports=True)


def _entry(opcode: int, word10: int, word11: int = 0) -> bytes:
    return struct.pack("<B39xII16x", opcode, word10, word11)


def _type(code: int) -> ReservationType | None:
    return _TYPES[code - 1] if 0 < code <= len(_TYPES) else None


def _registrant(entry: bytes, kind: ReservationType | None) -> Registrant:
    holds = bool(entry[2] & 1)
    return Registrant(
        key=int.from_bytes(entry[8:16], "little"),
        holds=holds,
        type=kind if holds else None,
        initiator=entry[16:32].hex(),
        port=int.from_bytes(entry[:2], "little"),
    )
