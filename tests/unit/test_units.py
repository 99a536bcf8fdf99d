"""Sectors, bytes and device numbers."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.units import Bytes, DevT, Sectors, devt, format_devt, parse_devt, to_bytes, to_sectors

MAJORS = st.integers(0, 4095)
MINORS = st.integers(0, 2**20 - 1)


class TestADeviceNumber:
    @pytest.mark.parametrize(
        ("major", "minor", "encoded"),
        [
            (0, 0, 0),
            (8, 16, 0x810),
            (253, 0, 0xFD00),
            (253, 300, 0x0010FD2C),
            (259, 1048575, 0xFFF103FF),
            (4095, 1048575, 0xFFFFFFFF),
        ],
    )
    def test_is_encoded_as_the_kernel_does(self, major: int, minor: int, encoded: int) -> None:
        """The golden vectors of ``struct dm_ioctl``."""
        assert devt(major, minor) == encoded
        assert format_devt(DevT(encoded)) == f"{major}:{minor}"

    @given(MAJORS, MINORS)
    def test_is_encoded_by_the_kernels_own_rule(self, major: int, minor: int) -> None:
        """Low byte of the minor, the major, the rest of the minor: what ``huge_encode_dev`` computes."""
        assert devt(major, minor) == minor & 0xFF | major << 8 | (minor & ~0xFF) << 12

    @given(MAJORS, MINORS)
    def test_comes_back_from_its_text(self, major: int, minor: int) -> None:
        """``parse_devt`` and ``format_devt`` are inverse, and the number is what ``st_rdev`` has."""
        number = devt(major, minor)

        assert parse_devt(format_devt(number)) == number == os.makedev(major, minor)

    @pytest.mark.parametrize(("major", "minor"), [(-1, 0), (0, -1), (4096, 0), (0, 1 << 20), (1 << 40, 0)])
    def test_is_refused_where_linux_has_none(self, major: int, minor: int) -> None:
        """Nothing is cut to fit."""
        with pytest.raises(ValueError, match="no device number"):
            devt(major, minor)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "8",
            "8:",
            ":16",
            "8:16:1",
            " 8:16",
            "8:16 ",
            "8:16\n",
            "8: 16",
            "-8:16",
            "+8:16",
            "8:0x10",
            "٨:١٦",
            "a:b",
        ],
    )
    def test_is_nothing_else(self, text: str) -> None:
        """Two decimal numbers and a colon."""
        with pytest.raises(ValueError, match="not a device number"):
            parse_devt(text)

    @pytest.mark.parametrize("text", ["4096:0", "8:1048576", "99999999999:0", "1" * 5000 + ":0"])
    def test_is_refused_when_it_is_too_large(self, text: str) -> None:
        """However many digits it has."""
        with pytest.raises(ValueError, match="device number"):
            parse_devt(text)


class TestASize:
    @given(st.integers(0, 2**64))
    def test_comes_back_from_bytes(self, sectors: int) -> None:
        """A sector has 512 bytes, whatever the device's blocks have."""
        assert to_sectors(to_bytes(Sectors(sectors))) == sectors
        assert to_bytes(Sectors(sectors)) == 512 * sectors

    @given(st.integers(0, 2**64).filter(lambda size: size % 512))
    def test_is_refused_when_it_is_no_whole_number_of_sectors(self, size: int) -> None:
        """Rounding would lose or invent data."""
        with pytest.raises(ValueError, match="whole number"):
            to_sectors(Bytes(size))
