"""Sense data: golden bytes in both formats."""

import pytest

from multipath.virtual.scsi import sense
from multipath.virtual.scsi.sense import Sense, SenseKey, parse_sense, unrecovered_read

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

    @pytest.mark.parametrize("data", [b"", b"\x70", bytes(18), bytes.fromhex("70 00 05 00 00 00 00 0a"), b"\xff" * 18])
    def test_may_be_none(self, data: bytes) -> None:
        """What is cut short, or something else."""
        assert parse_sense(data) is None

    def test_says_what_it_is(self) -> None:
        """For people."""
        assert str(Sense(SenseKey.NOT_READY, 0x04, 0x0A)) == "NOT_READY 04/0a"
