"""I/O that proves itself, on a file in the place of a device."""

import os
from pathlib import Path

import pytest

from multipath.errors import WaitTimeout
from multipath.frontends.cli.verified_io import IOReport, VerifiedIO
from multipath.virtual.numbered import BLOCK_SIZE, describe_block

BLOCKS = 8


@pytest.fixture
def device(tmp_path: Path) -> str:
    """Give a file that takes direct I/O, in the place of a device."""
    path = tmp_path / "device"
    path.write_bytes(bytes(BLOCKS * BLOCK_SIZE))
    try:
        os.close(os.open(path, os.O_RDWR | os.O_DIRECT))
    except OSError:
        pytest.skip("the file system of the temporary folder has no direct I/O")
    return str(path)


class TestVerifiedIO:
    def test_compares_every_byte_that_it_reads(self, device: str) -> None:
        """And tells how much, and how long the longest I/O took."""
        with VerifiedIO(device, blocks=BLOCKS) as io:
            io.wait_verified(100)
            report = io.finish()

        assert report.is_good
        assert report.bytes_compared == report.blocks_read * BLOCK_SIZE >= 100 * BLOCK_SIZE
        assert report.blocks_written >= BLOCKS
        assert report.longest > 0

    def test_leaves_the_newest_generation_of_every_block(self, device: str) -> None:
        """What is on the device at the end was all written by it."""
        with VerifiedIO(device, blocks=BLOCKS, run=5) as io:
            io.wait_verified(100)
            io.finish()

        data = Path(device).read_bytes()
        for number in range(BLOCKS):
            block = data[number * BLOCK_SIZE :][:BLOCK_SIZE]
            assert describe_block(block, run=5).startswith(f"block {number}, generation ")

    def test_finds_a_block_that_is_another(self, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A read that went astray is evidence, with both blocks named."""
        read = os.preadv
        monkeypatch.setattr(os, "preadv", lambda fd, buffers, at: read(fd, buffers, 0 if at else at))
        with VerifiedIO(device, blocks=BLOCKS) as io:
            io.wait_verified(20)
            report = io.finish()

        assert not report.is_good
        assert report.blocks_wrong > 0
        assert report.evidence[0] == "at block 1, generation 1: found block 0, generation 1"

    def test_that_fails_says_why(self, device: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The waiter is told at once, not at the deadline."""

        def refuse(*_: object) -> int:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, "pwritev", refuse)
        with VerifiedIO(device) as io, pytest.raises(WaitTimeout, match="Input/output error after 0 writes") as caught:
            io.wait_verified(1, timeout=60)

        assert isinstance(caught.value.seen, IOReport)
        assert not caught.value.seen.is_good

    def test_on_no_device_says_so(self, tmp_path: Path) -> None:
        """Opening is part of the I/O."""
        with VerifiedIO(str(tmp_path / "none")) as io:
            assert io.finish().failure.startswith("No such file")


def test_a_report_of_nothing_is_not_good() -> None:
    """Nothing compared, nothing proved."""
    assert not IOReport().is_good
