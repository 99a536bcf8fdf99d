"""SCSI commands: what a driver answers, what it must not make us read, and what is never sent."""

import errno
import os

import pytest

from multipath._native.passthrough import sg_read

from .conftest import Scenario

LONGEST_SENSE = 64


class TestAnAnswerToACommand:
    """A driver fills in the header."""

    def test_comes_back_as_it_is(self, run: Scenario) -> None:
        """Status, host and driver bytes are answers, and data and sense are as long as they came."""
        seen = run("scsi")

        assert seen["bytes"] == [2, 3, 8]
        assert (seen["data"], seen["sense"]) == ("da" * 24, "5e" * 18)

    def test_has_no_more_sense_than_there_was_room_for(self, run: Scenario) -> None:
        """A driver that claims 255 bytes of sense does not make us read what stands behind it."""
        seen = run("lying_scsi")

        assert (seen["data"], seen["sense"]) == ("", "5e" * LONGEST_SENSE)

    def test_has_no_more_data_than_was_asked_for(self, run: Scenario) -> None:
        """A negative residue is a driver's mistake, not more data."""
        assert run("boasting_scsi")["data"] == "da" * 64


class TestACommandThatIsNotSent:
    """What the caller or the kernel refuses."""

    @pytest.mark.parametrize(("cdb", "length"), [(bytes(5), 0), (bytes(17), 0), (bytes(6), 0x10000), (b"", 2**32 - 1)])
    def test_is_one_that_no_device_knows(self, cdb: bytes, length: int) -> None:
        """A block too short or too long, or more data than a command can ask for; nothing is allocated for it."""
        with pytest.raises(ValueError, match="command descriptor block"):
            sg_read(0, cdb, length, 1000)

    @pytest.mark.parametrize("cdb", [None, "INQUIRY", bytearray(6)])
    def test_is_one_that_is_not_bytes(self, cdb: object) -> None:
        """Nothing else is read as if it were bytes."""
        with pytest.raises(TypeError):
            sg_read(0, cdb, 0, 1000)  # type: ignore[arg-type]

    def test_is_one_for_a_file_that_is_no_device(self) -> None:
        """The kernel's own errno comes back."""
        with open("/dev/null", encoding="ascii") as null, pytest.raises(OSError, match=os.strerror(errno.ENOTTY)):
            sg_read(null.fileno(), bytes(6), 64, 1000)
