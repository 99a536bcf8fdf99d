"""PERSISTENT RESERVE IN and OUT, byte by byte; answers that contradict themselves."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath import errors
from multipath.wire.persistent_reserve import (
    ReadService,
    order_command,
    parse_capabilities,
    parse_full_status,
    parse_keys,
    parse_reservation,
    read_command,
)
from multipath.wire.reservation import (
    HeldReservation,
    ReservationAction,
    ReservationCapabilities,
    ReservationKeys,
    ReservationOrder,
    ReservationType,
)
from multipath.wire.transport_id import format_transport_id

WERO = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY
FC = bytes.fromhex("0000000000000000 21000e1e00000001 0000000000000000")
ORDERS = [
    (ReservationOrder(ReservationAction.REGISTER, 0, 0xABC), "5f00000000000000 1800", "0" * 16 + "0000000000000abc"),
    (ReservationOrder(ReservationAction.RESERVE, 0xABC, type=WERO), "5f01050000000000 1800", "0000000000000abc"),
    (ReservationOrder(ReservationAction.RELEASE, 1, type=WERO), "5f02050000000000 1800", "0000000000000001"),
    (ReservationOrder(ReservationAction.CLEAR, 1), "5f03000000000000 1800", "0000000000000001"),
    (
        ReservationOrder(ReservationAction.PREEMPT, 1, 2, ReservationType.EXCLUSIVE_ACCESS),
        "5f04030000000000 1800", "00000000000000010000000000000002",
    ),
    (
        ReservationOrder(ReservationAction.PREEMPT_AND_ABORT, 1, 2, WERO),
        "5f05050000000000 1800", "00000000000000010000000000000002",
    ),
    (
        ReservationOrder(ReservationAction.REGISTER_AND_IGNORE, 0, 2, aptpl=True, all_target_ports=True),
        "5f06000000000000 1800", "0" * 16 + "0000000000000002" + "0" * 8 + "05",
    ),
]  # fmt: skip


class TestOrders:
    @pytest.mark.parametrize(("order", "command", "parameters"), ORDERS)
    def test_are_these_bytes(self, order: ReservationOrder, command: str, parameters: str) -> None:
        """A command of 10 bytes, and 24 bytes of parameters."""
        expected = bytes.fromhex(parameters).ljust(24, b"\0")

        assert order_command(order) == (bytes.fromhex(command), expected)

    def test_have_a_type_where_the_action_has_one(self) -> None:
        """And no other."""
        with pytest.raises(ValueError, match="needs a"):
            ReservationOrder(ReservationAction.RESERVE, 1)
        with pytest.raises(ValueError, match="has no"):
            ReservationOrder(ReservationAction.CLEAR, 1, type=WERO)

    @pytest.mark.parametrize("key", [-1, 1 << 64])
    def test_have_keys_of_64_bits(self, key: int) -> None:
        """Others are refused before anything is sent."""
        with pytest.raises(errors.NumberRefused):
            ReservationOrder(ReservationAction.CLEAR, key)


class TestReading:
    def test_asks_for_so_much(self) -> None:
        """The service action, and the length in two bytes."""
        assert read_command(ReadService.FULL_STATUS, 0x1234) == bytes.fromhex("5e030000000000123400")

    def test_finds_the_keys(self) -> None:
        """In the order of the unit."""
        answer = bytes.fromhex("00000007 00000010 0000000000000abc 0000000000000def")

        assert parse_keys(answer) == ReservationKeys(7, (0xABC, 0xDEF))
        assert parse_keys(bytes(8)) == ReservationKeys(0)

    @pytest.mark.parametrize("parse", [parse_keys, parse_reservation, parse_full_status])
    def test_takes_no_part_for_the_whole(self, parse: Callable[[bytes], object]) -> None:
        """One of two keys came: who is missing may be the one that counts."""
        with pytest.raises(ValueError, match="16 bytes came of 24"):
            parse(bytes.fromhex("00000007 00000010 0000000000000abc"))

    def test_finds_the_reservation(self) -> None:
        """None, one of a known type, or of one that nobody knows."""
        head = bytes.fromhex("00000007 00000010 0000000000000abc 00000000 00")

        assert parse_reservation(bytes(8)) == HeldReservation(0)
        assert parse_reservation(head + b"\x05\0\0") == HeldReservation(7, 0xABC, WERO, 5)
        assert parse_reservation(head + b"\x0f\0\0") == HeldReservation(7, 0xABC, None, 15)

    def test_finds_the_registrations(self) -> None:
        """One that holds, and one that is registered with every port."""
        first = bytes.fromhex("0000000000000abc 00000000 01 05 00000000 0002 00000018") + FC
        second = bytes.fromhex("0000000000000def 00000000 02 00 00000000 0000 00000018") + FC
        both = first + second

        status = parse_full_status(bytes.fromhex("00000007") + len(both).to_bytes(4, "big") + both)

        assert [(each.key, each.holds, each.type, each.port) for each in status.registrants] == [
            (0xABC, True, WERO, 2), (0xDEF, False, None, None),
        ]  # fmt: skip
        assert {each.initiator for each in status.registrants} == {"naa.21000e1e00000001"}

    def test_finds_the_capabilities(self) -> None:
        """All types but one, by the mask; none where the mask says nothing."""
        assert parse_capabilities(bytes.fromhex("0008 05 81 ea00 0000")) == ReservationCapabilities(
            tuple(kind for kind in ReservationType if kind is not ReservationType.EXCLUSIVE_ACCESS_ALL_REGISTRANTS),
            aptpl=True, aptpl_active=True, all_target_ports=True,
        )  # fmt: skip
        assert parse_capabilities(bytes.fromhex("0008 00 00 ea01 0000")).types == ()

    @pytest.mark.parametrize("parse", [parse_keys, parse_reservation, parse_capabilities, parse_full_status])
    @given(data=st.binary(max_size=80))
    def test_takes_any_bytes(self, parse: Callable[[bytes], object], data: bytes) -> None:
        """They are an answer, or a `ValueError`."""
        with suppress(ValueError):
            parse(data)


class TestATransportId:
    @pytest.mark.parametrize(
        ("data", "text"),
        [
            (FC, "naa.21000e1e00000001"),
            (bytes.fromhex("06000000 5000c50012345678") + bytes(12), "naa.5000c50012345678"),
            (b"\x05\0\0\x18iqn.2026-11.a:b\0\0\0", "iqn.2026-11.a:b"),
            (b"\x45\0\0\x24iqn.2026-11.a:b,i,0x00023d000001\0\0\0", "iqn.2026-11.a:b,i,0x00023d000001"),
            (b"\x04" + bytes(7) + bytes(range(16)), "srp.000102030405060708090a0b0c0d0e0f"),
            (b"\x0c\x01", "0c01"),
            (b"\x05\0\0\x04\xff\x1b\0\0", "\\xff\x1b"),
            (b"", ""),
        ],
    )
    def test_is_read_by_its_protocol(self, data: bytes, text: str) -> None:
        """And shown in hexadecimal where nobody knows the protocol."""
        assert format_transport_id(data) == text
