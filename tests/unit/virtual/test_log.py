"""The kernel log of a world."""

from multipath.units import devt
from multipath.virtual.log import VirtualLog, VirtualLogReader

LINE = "device-mapper: table: 253:0: linear: Device lookup failed (-ENXIO)"


class TestAReader:
    def test_sees_what_came_after_it(self) -> None:
        """Of its device alone, as the real reader filters it."""
        log = VirtualLog()
        log.write(LINE)
        with VirtualLogReader(log) as reader:
            assert reader.reason(devt(253, 0)) is None
            log.write(LINE)
            log.write("device-mapper: ioctl: error adding target to table")

            assert reader.reason(devt(253, 0)) == "linear: Device lookup failed (-ENXIO)"
            assert reader.reason(devt(253, 1)) is None

    def test_sees_the_newest_lines_of_a_log_that_ran_over(self) -> None:
        """The oldest ones are gone, and nothing else."""
        log = VirtualLog()
        reader = VirtualLogReader(log)
        for number in range(10_001):
            log.write(str(number))

        lines = log.since(0)
        assert (lines[0], lines[-1], len(lines)) == ("1", "10000", 10_000)
        assert reader.reason(devt(253, 0)) is None
