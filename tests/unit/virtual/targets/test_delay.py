"""The delay target on the clock of its world."""

import pytest

from multipath import Control
from multipath.virtual.bio import BlockStatus
from multipath.virtual.clock import VirtualClock
from multipath.virtual.mapped_device import MappedDevice

from ..bench import SECTOR, Bench, lines


@pytest.fixture
def delayed(bench: Bench) -> MappedDevice:
    """Give reads of 50 ms from ``sda``, writes of 100 ms to ``sdb``, flushes of 200 ms to ``sdc``."""
    return bench.live("delayed", *lines((64, "delay", "8:0 0 50 8:16 8 100 8:32 0 200")))


class TestADelay:
    def test_is_that_of_the_class(self, bench: Bench, delayed: MappedDevice) -> None:
        """Each I/O ends when its own time has come."""
        ends = [bench.submit(delayed, "read", 0, bytearray(SECTOR)), bench.submit(delayed, "write", 1, b"x" * SECTOR)]
        ends.append(bench.submit(delayed, "flush"))
        seen = []
        for _ in range(4):
            bench.clock.advance(0.05)
            seen.append([ended.times for ended in ends])

        assert seen == [[1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 1, 1]]
        assert [disk.seen for disk in bench.disks[:3]] == [[("read", 0, 1)], [("write", 9, 1)], [("flush", 0, 0)]]

    def test_is_seen_in_the_status(self, bench: Bench, dm: Control, delayed: MappedDevice) -> None:
        """How many of each class wait now."""
        bench.submit(delayed, "read", 0, bytearray(SECTOR))
        bench.submit(delayed, "flush")

        assert dm.status("delayed")[0].params == "1 0 1"
        bench.clock.advance(1)
        assert dm.status("delayed")[0].params == "0 0 0"

    def test_ends_with_a_suspension(self, bench: Bench, dm: Control, delayed: MappedDevice) -> None:
        """Which lets everything go at once, in no time; afterwards it is as before."""
        before, waiting = bench.clock.monotonic_ns(), bench.submit(delayed, "read", 0, bytearray(SECTOR))
        dm.suspend("delayed")
        assert (waiting.status, bench.clock.monotonic_ns()) == (BlockStatus.OK, before)

        dm.resume("delayed")
        assert bench.submit(delayed, "read", 0, bytearray(SECTOR)).times == 0

    @pytest.mark.parametrize(
        "params", ["8:0 0 50", "8:0 0 50 8:16 8 100", "8:0 0 50 8:16 8 100 8:32 0 200", "8:0 0 0 8:0 0 0"]
    )
    def test_is_printed_as_it_was_given(self, bench: Bench, dm: Control, params: str) -> None:
        """One class, two or three."""
        bench.live("device", *lines((64, "delay", params)))

        assert dm.table("device")[0].params == params

    def test_of_nothing_passes_at_once(self, bench: Bench) -> None:
        """No timer is made."""
        device = bench.live("device", *lines((64, "delay", "8:0 0 0")))

        assert bench.submit(device, "read", 0, bytearray(SECTOR)).status is BlockStatus.OK

    def test_goes_by_without_help_where_somebody_waits(self, bench: Bench, delayed: MappedDevice) -> None:
        """A clock that jumps needs nobody to move it."""
        assert isinstance(bench.clock, VirtualClock)
        ended = bench.submit(delayed, "read", 0, bytearray(SECTOR))

        assert bench.clock.wait_for(lambda: ended.times == 1)
