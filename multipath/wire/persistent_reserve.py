"""
PERSISTENT RESERVE IN and OUT: the bytes, both ways.

A unit's answer is believed in nothing: lengths that contradict each other are a `ValueError`, an answer that was cut
short for want of room is what came of it.

Source: SPC-5, 6.14 (PERSISTENT RESERVE IN), 6.15 (PERSISTENT RESERVE OUT).
"""

import enum
from typing import Final

from .reservation import (
    FullStatus,
    HeldReservation,
    Registrant,
    ReservationCapabilities,
    ReservationKeys,
    ReservationOrder,
    ReservationType,
    reservation_type,
)
from .transport_id import format_transport_id

_IN: Final = 0x5E
_OUT: Final = 0x5F
_ALL_TARGET_PORTS: Final = 0x04
_APTPL: Final = 0x01
_HEADER: Final = 8
_KEY: Final = 8
_DESCRIPTOR: Final = 24  # of the full status, before the TransportID
_CAPABILITIES: Final = 8
_MASK_VALID: Final = 0x80
# The bits of the persistent reservation type mask, as its two bytes are read.
_TYPE_BITS: Final = {
    ReservationType.WRITE_EXCLUSIVE: 0x0200,
    ReservationType.EXCLUSIVE_ACCESS: 0x0800,
    ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY: 0x2000,
    ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY: 0x4000,
    ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS: 0x8000,
    ReservationType.EXCLUSIVE_ACCESS_ALL_REGISTRANTS: 0x0001,
}


class ReadService(enum.IntEnum):
    """What is read: the service actions of PERSISTENT RESERVE IN."""

    KEYS = 0
    RESERVATION = 1
    CAPABILITIES = 2
    FULL_STATUS = 3


def read_command(service: ReadService, length: int) -> bytes:
    """
    Return the command that reads up to ``length`` bytes.

    >>> read_command(ReadService.KEYS, 8192).hex(" ")
    '5e 00 00 00 00 00 00 20 00 00'
    """
    return bytes((_IN, service, 0, 0, 0, 0, 0)) + length.to_bytes(2, "big") + b"\0"


def order_command(order: ReservationOrder) -> tuple[bytes, bytes]:
    """Return the command of an order, and the parameters that go with it."""
    flags = _ALL_TARGET_PORTS * order.all_target_ports | _APTPL * order.aptpl
    parameters = order.key.to_bytes(8, "big") + order.new_key.to_bytes(8, "big") + bytes((0, 0, 0, 0, flags, 0, 0, 0))
    command = bytes((_OUT, order.action, order.type or 0, 0, 0)) + len(parameters).to_bytes(4, "big") + b"\0"
    return command, parameters


def told_length(data: bytes) -> int:
    """Return how long an answer is that may have been cut: of all but the capabilities."""
    return _HEADER + int.from_bytes(data[4:8], "big")


def parse_keys(data: bytes) -> ReservationKeys:
    """
    Return what READ KEYS answered.

    Raises:
        ValueError: that is no such answer.
    """
    body = _body(data)
    if len(body) % _KEY:
        raise ValueError(f"{len(body)} bytes are no list of keys")
    return ReservationKeys(
        _generation(data), tuple(int.from_bytes(body[at : at + _KEY], "big") for at in range(0, len(body), _KEY))
    )


def parse_reservation(data: bytes) -> HeldReservation:
    """
    Return what READ RESERVATION answered.

    Raises:
        ValueError: that is no such answer.
    """
    body = _body(data)
    if not body:
        return HeldReservation(_generation(data))
    if len(body) < 16:
        raise ValueError(f"{len(body)} bytes are no reservation")
    code = body[13] & 0xF
    return HeldReservation(_generation(data), int.from_bytes(body[:8], "big"), reservation_type(code), code)


def parse_capabilities(data: bytes) -> ReservationCapabilities:
    """
    Return what REPORT CAPABILITIES answered.

    Raises:
        ValueError: that is no such answer.
    """
    if len(data) < _CAPABILITIES:
        raise ValueError(f"{len(data)} bytes are no capabilities")
    mask = int.from_bytes(data[4:6], "big") if data[3] & _MASK_VALID else 0
    return ReservationCapabilities(
        types=tuple(kind for kind, bit in _TYPE_BITS.items() if mask & bit),
        aptpl=bool(data[2] & 0x01),
        aptpl_active=bool(data[3] & 0x01),
        all_target_ports=bool(data[2] & 0x04),
        specified_initiators=bool(data[2] & 0x08),
    )


def parse_full_status(data: bytes) -> FullStatus:
    """
    Return what READ FULL STATUS answered.

    Raises:
        ValueError: that is no such answer.
    """
    body, found = _body(data), []
    while body:
        if len(body) < _DESCRIPTOR:
            raise ValueError(f"{len(body)} bytes are left, which are no registration")
        end = _DESCRIPTOR + int.from_bytes(body[20:24], "big")
        if end > len(body):
            raise ValueError(f"a registration of {end} bytes does not fit into {len(body)}")
        found.append(_registrant(body[:end]))
        body = body[end:]
    return FullStatus(_generation(data), tuple(found))


def _registrant(descriptor: bytes) -> Registrant:
    holds, all_ports = bool(descriptor[12] & 0x01), bool(descriptor[12] & 0x02)
    return Registrant(
        key=int.from_bytes(descriptor[:8], "big"),
        holds=holds,
        type=reservation_type(descriptor[13] & 0xF) if holds else None,
        initiator=format_transport_id(descriptor[_DESCRIPTOR:]),
        port=None if all_ports else int.from_bytes(descriptor[18:20], "big"),
    )


def _generation(data: bytes) -> int:
    return int.from_bytes(data[:4], "big")


def _body(data: bytes) -> bytes:
    """Return what follows the header; an answer that ends early is none."""
    if len(data) < _HEADER or len(data) < told_length(data):
        raise ValueError(f"{len(data)} bytes came of {told_length(data) if len(data) >= _HEADER else _HEADER}")
    return data[_HEADER : told_length(data)]
