"""I/O that proves itself, on a file in the place of a device."""

import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from multipath.blocks import BLOCK_SIZE, describe_block
from multipath.errors import WaitTimeout
from multipath.lab.load import Load, fill
from multipath.lab.load_report import LoadReport

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


class TestLoad:
    def test_compares_every_byte_that_it_reads(self, device: str) -> None:
        """And tells how much, and how long the longest I/O took."""
        with Load(device, blocks=BLOCKS) as io:
            io.wait_verified(100)
            report = io.finish()

        assert report.is_good
        assert report.bytes_compared == report.blocks_read * BLOCK_SIZE >= 100 * BLOCK_SIZE
        assert report.blocks_written >= BLOCKS
        assert report.longest > 0

    def test_leaves_the_newest_generation_of_every_block(self, device: str) -> None:
        """What is on the device at the end was all written by it."""
        with Load(device, blocks=BLOCKS, run=5) as io:
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
        with Load(device, blocks=BLOCKS) as io:
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
        with Load(device) as io, pytest.raises(WaitTimeout, match="Input/output error after 0 writes") as caught:
            io.wait_verified(1, timeout=60)

        assert isinstance(caught.value.seen, LoadReport)
        assert not caught.value.seen.is_good

    def test_on_no_device_says_so(self, tmp_path: Path) -> None:
        """Opening is part of the I/O."""
        with Load(str(tmp_path / "none")) as io:
            assert io.finish().failure.startswith("No such file")


def test_a_report_of_nothing_is_not_good() -> None:
    """Nothing compared, nothing proved."""
    assert not LoadReport().is_good


class Memory:
    """A disk in memory, for each thread the same bytes, that can be made to lie."""

    def __init__(self, blocks: int = BLOCKS) -> None:
        self.data = bytearray(blocks * BLOCK_SIZE)
        self.keeps: Callable[[int], bool] = lambda _: True
        self.reads: Callable[[bytes], bytes] = lambda found: found
        self.refuses = threading.Event()
        self.open = threading.Event()
        self.open.set()

    def __enter__(self) -> Self:
        """Return the disk."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing is to be closed."""

    def read(self, offset: int, length: int) -> bytes:
        """Return what is there, or says that it is."""
        self.open.wait()
        if self.refuses.is_set():
            raise OSError(5, "Input/output error")
        return self.reads(bytes(self.data[offset : offset + length]))

    def write(self, offset: int, data: bytes) -> None:
        """Write, or say so."""
        self.open.wait()
        if self.refuses.is_set():
            raise OSError(5, "Input/output error")
        if self.keeps(offset // BLOCK_SIZE):
            self.data[offset : offset + len(data)] = data


class TestSeveralThreads:
    def test_never_disturb_each_other(self) -> None:
        """Three write, two read, and every byte is right."""
        memory = Memory(64)
        with Load("memory", lambda: memory, blocks=64, writers=3, readers=2) as load:
            load.wait_verified(2000)
            report = load.finish()

        assert report.is_good
        assert report.blocks_written > 64

    @pytest.mark.parametrize("writers", [1, 3])
    def test_find_a_write_that_was_lost(self, writers: int) -> None:
        """An older generation stands where it was acknowledged."""
        memory = Memory()
        with Load("memory", lambda: memory, blocks=BLOCKS, writers=writers) as load:
            load.wait_verified(100)
            memory.keeps = lambda number: number != 4
            wait_for(lambda: load.report.blocks_wrong > 0)
            report = load.finish()

        assert report.evidence
        assert all(
            re.match(r"at block 4, generation (\d+): found block 4, generation \d+$", line) for line in report.evidence
        )

    def test_find_a_torn_block(self) -> None:
        """Half of one generation and half of another has no digest that fits."""
        memory = Memory()
        with Load("memory", lambda: memory, blocks=BLOCKS, readers=1) as load:
            load.wait_verified(50)
            memory.reads = lambda found: found[:2048] + bytes(2048)
            load.wait_verified(50)
            report = load.finish()

        assert "damaged" in report.evidence[0]


class TestALoadThatLasts:
    def test_goes_on_after_errors(self) -> None:
        """They are counted; a write that failed may have been executed or not."""
        memory = Memory()
        with Load("memory", lambda: memory, blocks=BLOCKS, writers=2, lasting=True) as load:
            load.wait_verified(50)
            memory.refuses.set()
            wait_for(lambda: load.report.failed >= 4)
            memory.refuses.clear()
            load.wait_verified(50)
            report = load.finish()

        assert report.is_good
        assert report.failed >= 4


class TestAMoment:
    def test_tells_new_io_from_what_was_under_way(self) -> None:
        """What hangs is last; what began later is first."""
        memory = Memory(64)
        with Load("memory", lambda: memory, blocks=64, writers=2) as load:
            load.wait_verified(50)
            memory.open.clear()
            wait_for(lambda: load.moment().waiting == 2)
            moment = load.moment()
            assert moment.first is None
            memory.open.set()
            load.wait_verified(50)
            load.finish()

        assert moment.waiting == 0
        assert moment.first is not None
        assert moment.last > 0


class TestALoadThatOnlyReads:
    def test_compares_with_what_was_filled_in(self) -> None:
        """For arrays whose paths do not lead to the same bytes."""
        memory = Memory()
        fill(memory, 7, BLOCKS)
        with Load("memory", lambda: memory, blocks=BLOCKS, run=7, writers=0, readers=2, filled=True) as load:
            load.wait_verified(100)
            report = load.finish()

        assert report.is_good
        assert report.blocks_written == 0


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.001)
