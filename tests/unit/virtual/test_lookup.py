"""The words that mean a device, and the numbers in them."""

import errno

import pytest

from multipath.units import devt
from multipath.virtual.profile import PROFILES

from .bench import Bench, lines

OLD, MIDDLE, NEW = "6.1", "6.12", "7.2"


class TestANumber:
    @pytest.mark.parametrize(
        ("digits", "bits", "old", "new"),
        [
            ("0", 32, 0, 0),
            ("007", 32, 7, 7),
            (str(2**32 + 1), 32, 1, 1),
            (str(2**64 - 1), 32, 2**32 - 1, 2**32 - 1),
            (str(2**64 + 5), 32, 5, 2**32 - 1),
            (str(2**64 + 5), 64, 5, 2**64 - 1),
            ("9" * 5000, 32, 10**64 % 2**32 - 1 & 2**32 - 1, 2**32 - 1),
            ("0" * 5000 + "7", 64, 7, 7),
        ],
    )
    def test_is_cut_or_the_greatest(self, digits: str, bits: int, old: int, new: int) -> None:
        """As each kernel reads it."""
        assert [PROFILES[release].number(digits, bits) for release in (OLD, MIDDLE, NEW)] == [old, old, new]

    @pytest.mark.parametrize("word", ["", "+1", "-1", "0x1", "1a", "1.0", "\u0661"])
    def test_is_digits_alone(self, word: str) -> None:
        """Nothing else is read."""
        with pytest.raises(ValueError, match="not a number"):
            PROFILES[NEW].number(word)


class TestAWord:
    @pytest.mark.parametrize("word", ["8:16", "08:016", f"{2**32 + 8}:16", "/dev/sdb"])
    def test_means_a_disk_everywhere(self, every: Bench, word: str) -> None:
        """Its number, or its node."""
        assert every.kernel.lookup.number(word) == devt(8, 16)

    @pytest.mark.parametrize("word", ["810", "0x810", "8:16:1"])
    def test_means_a_disk_to_old_kernels(self, every: Bench, word: str) -> None:
        """Newer ones look for a file of that name."""
        if every.kernel.profile.hex_numbers:
            assert every.kernel.lookup.number(word) == devt(8, 16)
        else:
            assert _code(every, word) == errno.ENOENT

    @pytest.mark.parametrize(
        ("word", "old", "new"),
        [
            ("4096:0", errno.EOVERFLOW, errno.EOVERFLOW),
            ("8:1048576", errno.EOVERFLOW, errno.EOVERFLOW),
            ("/dev/sdz", errno.ENODEV, errno.ENOENT),
            ("sdb", errno.ENODEV, errno.ENOENT),
            ("/dev/null", errno.ENODEV, errno.ENOTBLK),
            ("/dev", errno.ENODEV, errno.ENOTBLK),
            ("/dev/mapper/none", errno.ENODEV, errno.ENOENT),
        ],
    )
    def test_means_nothing(self, every: Bench, word: str, old: int, new: int) -> None:
        """In each kernel's way."""
        assert _code(every, word) == (new if every.kernel.profile.lookup_tells else old)

    def test_means_a_map_by_its_link_or_node(self, bench: Bench) -> None:
        """Once it has had a table."""
        bench.dm.create("low")
        assert bench.kernel.lookup.behind("/dev/mapper/low") is None

        bench.dm.load("low", lines((8, "zero", "")))
        assert [bench.kernel.lookup.behind(node) for node in ("/dev/mapper/low", "/dev/dm-0")] == [devt(253, 0)] * 2


def _code(bench: Bench, word: str) -> int | None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the errno is what counts
        bench.kernel.lookup.number(word)
    return caught.value.errno
