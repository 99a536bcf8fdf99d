"""Sense data: golden bytes in both formats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.wire import sense
from multipath.wire.sense import Sense, SenseKey, parse_sense, unrecovered_read

GOLDEN = [
    (sense.INVALID_OPCODE, "70 00 05 00 00 00 00 0a 00 00 00 00 20 00 00 00 00 00", "72 05 20 00 00 00 00 00"),
    (sense.ACCESS_STATE_CHANGED, "70 00 06 00 00 00 00 0a 00 00 00 00 2a 06 00 00 00 00", "72 06 2a 06 00 00 00 00"),
    (
        unrecovered_read(0x1234),
        "f0 00 03 00 00 12 34 0a 00 00 00 00 11 00 00 00 00 00",
        "72 03 11 00 00 00 00 0c 00 0a 80 00 00 00 00 00 00 00 12 34",
    ),
]


class TestSenseData:
    @pytest.mark.parametrize(("what", "fixed", "descriptor"), GOLDEN)
    def test_is_written_in_both_formats(self, what: Sense, fixed: str, descriptor: str) -> None:
        """Byte for byte, and read back from either."""
        assert (what.fixed(), what.descriptor()) == (bytes.fromhex(fixed), bytes.fromhex(descriptor))
        assert parse_sense(what.fixed()) == parse_sense(what.descriptor()) == what

    def test_has_descriptors_where_a_block_number_does_not_fit(self) -> None:
        """Beyond 32 bits."""
        assert bytes(unrecovered_read(1 << 32))[0] == 0x72
        assert parse_sense(bytes(unrecovered_read(1 << 32))) == unrecovered_read(1 << 32)
        assert bytes(unrecovered_read((1 << 32) - 1))[0] == 0xF0

    @pytest.mark.parametrize("data", [b"", b"\x70", bytes(18), b"\xff" * 18, b"\x72"])
    def test_may_be_none(self, data: bytes) -> None:
        """What is something else, or has no key."""
        assert parse_sense(data) is None

    @pytest.mark.parametrize(
        ("data", "key", "asc"), [("70 00 05 00 00 00 00 0a", 5, 0), ("72 05 20", 5, 0x20), ("70 00 09", 9, 0)]
    )
    def test_counts_as_far_as_it_came(self, data: str, key: int, asc: int) -> None:
        """A device that sends too little is understood that far; a key of its vendor's own too."""
        found = parse_sense(bytes.fromhex(data))

        assert found is not None
        assert (found.key, found.asc, found.ascq) == (key, asc, 0)

    @pytest.mark.parametrize("code", ["71", "73"])
    def test_may_be_of_an_earlier_command(self, code: str) -> None:
        """Deferred errors are told apart."""
        found = parse_sense(bytes.fromhex(f"{code} 00 06 00 00 00 00 0a 00 00 00 00 29 00 00 00 00 00"))

        assert found is not None
        assert found.deferred
        assert parse_sense(bytes(found)) == found

    @given(st.binary(max_size=300))
    def test_never_raises(self, data: bytes) -> None:
        """Whatever a device sends."""
        parse_sense(data)

    def test_says_what_it_is(self) -> None:
        """For people."""
        assert str(Sense(SenseKey.NOT_READY, 0x04, 0x0A)) == "NOT_READY 04/0a"
