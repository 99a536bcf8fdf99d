"""The reservation commands of NVMe, byte by byte."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.wire.nvme_reservation import (
    order_entry,
    parse_report,
    parse_report_keys,
    parse_report_reservation,
    parse_rescap,
    report_entry,
)
from multipath.wire.reservation import HeldReservation, ReservationAction, ReservationOrder, ReservationType

WERO = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY
WEAR = ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS
IGNORE = ReservationAction.REGISTER_AND_IGNORE
# An order: its opcode, its dword 10, and the keys that go with it.
ORDERS = [
    (ReservationOrder(ReservationAction.REGISTER, 0, 5), 0x0D, 0, (0, 5)),
    (ReservationOrder(ReservationAction.REGISTER, 5, 6), 0x0D, 2, (5, 6)),
    (ReservationOrder(ReservationAction.REGISTER, 6, 0), 0x0D, 1, (6, 0)),
    (ReservationOrder(IGNORE, 0, 6, aptpl=True), 0x0D, 0xC000000A, (0, 6)),
    (ReservationOrder(ReservationAction.RESERVE, 5, type=WERO), 0x11, 0x300, (5, 0)),
    (ReservationOrder(ReservationAction.PREEMPT, 5, 6, WEAR), 0x11, 0x501, (5, 6)),
    (ReservationOrder(ReservationAction.PREEMPT_AND_ABORT, 5, 6, WEAR), 0x11, 0x502, (5, 6)),
    (ReservationOrder(ReservationAction.RELEASE, 5, type=WERO), 0x15, 0x300, (5,)),
    (ReservationOrder(ReservationAction.CLEAR, 5), 0x15, 1, (5,)),
]


def report(kind: int, *entries: tuple[int, int, bool]) -> bytes:
    """Return a report of these controllers: number, key, and whether it holds."""
    head = (7).to_bytes(4, "little") + bytes((kind,)) + len(entries).to_bytes(2, "little")
    text = head.ljust(64, b"\0")
    for number, key, holds in entries:
        entry = number.to_bytes(2, "little") + bytes((holds,)) + bytes(5) + key.to_bytes(8, "little")
        text += (entry + bytes(range(16))).ljust(64, b"\0")
    return text


class TestOrders:
    @pytest.mark.parametrize(("order", "opcode", "word", "keys"), ORDERS)
    def test_are_these_bytes(self, order: ReservationOrder, opcode: int, word: int, keys: tuple[int, ...]) -> None:
        """A submission entry of 64 bytes, little-endian, and the keys."""
        entry, data = order_entry(order)

        assert (len(entry), entry[0], entry[40:44]) == (64, opcode, word.to_bytes(4, "little"))
        assert data == b"".join(key.to_bytes(8, "little") for key in keys)

    def test_a_report_has_long_host_identifiers(self) -> None:
        """So many dwords less one, and the bit that fabrics need."""
        entry = report_entry(8192)

        assert (entry[0], entry[40:44], entry[44]) == (0x0E, (2047).to_bytes(4, "little"), 1)


class TestAReport:
    def test_names_each_controller(self) -> None:
        """Its key, and who holds the unit."""
        data = report(3, (1, 0xA, True), (2, 0xB, False))
        status = parse_report(data)

        assert [(each.port, each.key, each.type) for each in status.registrants] == [(1, 0xA, WERO), (2, 0xB, None)]
        assert status.registrants[0].initiator == bytes(range(16)).hex()
        assert parse_report_keys(data).keys == (0xA, 0xB)
        assert parse_report_reservation(data) == HeldReservation(7, 0xA, WERO, 5)

    def test_may_say_that_nobody_holds_the_unit_or_all_do(self) -> None:
        """Then there is no key of a holder."""
        assert parse_report_reservation(report(0, (1, 0xA, False))) == HeldReservation(7)
        assert parse_report_reservation(report(5, (1, 0xA, True), (2, 0xB, True))) == HeldReservation(7, 0, WEAR, 7)

    @given(data=st.binary(max_size=200))
    def test_may_be_any_bytes(self, data: bytes) -> None:
        """They are a report, or a `ValueError`."""
        with suppress(ValueError):
            parse_report_reservation(data)

    def test_of_capabilities_is_a_byte_of_the_namespace(self) -> None:
        """The types from bit 1 on, the loss of power in bit 0."""
        found = parse_rescap(bytes(31) + b"\x7f" + bytes(10))

        assert (found.types, found.aptpl) == (tuple(ReservationType), True)
