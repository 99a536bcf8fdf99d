"""I/O through the tables of a mapped device."""

import errno
import threading

import pytest

from multipath import Control, errors
from multipath.virtual.bio import BlockStatus
from multipath.virtual.mapped_device import MappedDevice

from .bench import SECTOR, Bench, lines


@pytest.fixture
def striped(bench: Bench) -> MappedDevice:
    """Give a device of two lines: eight sectors of ``sda``, then eight of ``sdb``, from 100 on."""
    return bench.live("striped", *lines((8, "linear", "8:0 0"), (8, "linear", "8:16 100")))


class TestABio:
    def test_goes_to_the_device_of_its_line(self, bench: Bench, striped: MappedDevice) -> None:
        """With the sector that it has there."""
        assert bench.submit(striped, "write", 9, b"x" * SECTOR).status is BlockStatus.OK

        assert (bench.disks[0].seen, bench.disks[1].seen) == ([], [("write", 101, 1)])

    def test_is_cut_at_the_border_of_two_lines(self, bench: Bench, striped: MappedDevice) -> None:
        """Each part goes its way, and the bio ends once."""
        data = bytes(range(256)) * 8
        written = bench.submit(striped, "write", 6, data)
        back = bytearray(len(data))
        bench.submit(striped, "read", 6, back)

        assert (written.status, written.times, bytes(back)) == (BlockStatus.OK, 1, data)
        assert [disk.seen[0] for disk in bench.disks[:2]] == [("write", 6, 2), ("write", 100, 2)]

    def test_ends_with_the_first_error_of_its_parts(self, bench: Bench) -> None:
        """And only when all have ended."""
        device = bench.live("half", *lines((8, "error", ""), (8, "linear", "8:0 0")))
        bench.disks[0].silent = True
        ended = bench.submit(device, "read", 4, bytearray(8 * SECTOR))
        assert ended.times == 0

        bench.disks[0].answer()
        assert (ended.status, ended.times) == (BlockStatus.IOERR, 1)

    @pytest.mark.parametrize(("sector", "sectors"), [(16, 1), (15, 2), (1 << 40, 1)])
    def test_beyond_the_end_fails(self, bench: Bench, striped: MappedDevice, sector: int, sectors: int) -> None:
        """Nothing of it reaches a disk."""
        ended = bench.submit(striped, "read", sector, bytearray(sectors * SECTOR))

        assert (ended.status, bench.disks[1].seen) == (BlockStatus.IOERR, [])

    def test_that_flushes_goes_to_every_line(self, bench: Bench, striped: MappedDevice) -> None:
        """And ends once."""
        ended = bench.submit(striped, "flush")

        assert (ended.status, ended.times) == (BlockStatus.OK, 1)
        assert [disk.seen[0][0] for disk in bench.disks[:2]] == ["flush", "flush"]

    def test_that_flushes_what_has_nothing_to_flush_succeeds(self, bench: Bench) -> None:
        """An error target fails data, not a flush."""
        device = bench.live("error", *lines((8, "error", "")))

        assert bench.submit(device, "flush").status is BlockStatus.OK

    def test_without_a_live_table_fails(self, bench: Bench, dm: Control) -> None:
        """Also when a table is loaded."""
        dm.create("empty")
        dm.load("empty", lines((8, "linear", "8:0 0")))

        assert bench.submit(bench.device("empty"), "read", 0, bytearray(SECTOR)).status is BlockStatus.IOERR


class TestASuspendedDevice:
    def test_keeps_io_until_it_is_resumed(self, bench: Bench, dm: Control, striped: MappedDevice) -> None:
        """In order, and through the table that is live then."""
        dm.suspend("striped")
        waiting = [bench.submit(striped, "write", sector, b"x" * SECTOR) for sector in (3, 1, 2)]
        assert [ended.status for ended in waiting] == [None] * 3

        dm.load("striped", lines((8, "linear", "8:32 0")))
        dm.resume("striped")

        assert [ended.status for ended in waiting] == [BlockStatus.OK] * 3
        assert [sector for _, sector, _ in bench.disks[2].seen] == [3, 1, 2]

    def test_has_waited_for_what_was_on_its_way(self, bench: Bench, dm: Control, striped: MappedDevice) -> None:
        """And moved the time on, where only time could bring the answer."""
        bench.disks[0].silent = True
        ended = bench.submit(striped, "read", 0, bytearray(SECTOR))
        bench.clock.call_later(30, bench.disks[0].answer)
        before = bench.clock.monotonic_ns()

        assert dm.suspend("striped").suspended
        assert (ended.status, bench.clock.monotonic_ns() - before) == (BlockStatus.OK, 30_000_000_000)

    def test_waits_for_an_answer_from_another_thread(self, bench: Bench, dm: Control, striped: MappedDevice) -> None:
        """Without a timer there is nothing to jump to."""
        bench.disks[0].silent = True
        ended = bench.submit(striped, "read", 0, bytearray(SECTOR))
        suspending = threading.Thread(target=dm.suspend, args=("striped",))
        suspending.start()
        bench.disks[0].answer()
        suspending.join(10)

        assert (suspending.is_alive(), ended.status, dm.info("striped").suspended) == (False, BlockStatus.OK, True)

    def test_serves_io_again_when_the_wait_is_given_up(self, bench: Bench, dm: Control, striped: MappedDevice) -> None:
        """Both tables stay where they were, and what came meanwhile goes the old way."""
        bench.disks[0].silent = True
        bench.submit(striped, "read", 0, bytearray(SECTOR))
        dm.load("striped", lines((8, "linear", "8:32 0")))

        def give_up() -> None:
            late.append(bench.submit(striped, "read", 8, bytearray(SECTOR)))
            raise InterruptedError

        late: list[object] = []
        bench.clock.call_later(1, give_up)
        with pytest.raises(errors.DeviceMapperError):
            dm.resume("striped")

        info = dm.info("striped")
        assert (info.suspended, info.inactive_table, len(dm.table("striped"))) == (False, True, 2)
        assert bench.disks[1].seen == [("read", 100, 1)]

    @pytest.mark.parametrize(
        ("features", "flush", "status"),
        [
            ("1 queue_if_no_path", False, BlockStatus.OK),
            ("1 queue_if_no_path", True, BlockStatus.IOERR),
            ("3 queue_if_no_path queue_mode bio", False, BlockStatus.IOERR),
            ("3 queue_if_no_path queue_mode bio", True, BlockStatus.IOERR),
        ],
    )
    def test_may_have_lost_what_was_queued_when_the_wait_is_given_up(
        self, bench: Bench, features: str, flush: bool, status: BlockStatus
    ) -> None:
        """Requests are held on, unless a flush gave them up; a map of bios no longer queues, as seen on 6.12."""
        device = bench.live("mpath", *lines((64, "multipath", f"{features} 0 1 1 round-robin 0 2 0 8:0 8:16")))
        bench.disks[0].silent = True
        on_its_way = bench.submit(device, "read", 0, bytearray(SECTOR))
        for path in ("8:0", "8:16"):
            bench.dm.message("mpath", f"fail_path {path}")
        queued = bench.submit(device, "read", 8, bytearray(SECTOR))
        assert (on_its_way.times, queued.times) == (0, 0)

        bench.clock.call_later(1, _give_up)
        with pytest.raises(errors.DeviceMapperError):
            bench.dm.suspend("mpath", flush=flush)
        bench.dm.message("mpath", "reinstate_path 8:16")
        bench.disks[0].answer()

        assert bench.clock.wait_for(lambda: bool(on_its_way.times and queued.times))
        assert (on_its_way.status, on_its_way.times, queued.times) == (BlockStatus.OK, 1, 1)
        assert queued.status is status
        assert ("queue_if_no_path" in bench.dm.table("mpath")[0].params) is (status is BlockStatus.OK)


def _give_up() -> None:
    raise InterruptedError


class TestAnOpenDevice:
    def test_is_not_removed(self, dm: Control, striped: MappedDevice) -> None:
        """The error says that this process has it."""
        striped.open()
        with pytest.raises(errors.DeviceBusy, match="held by process"):
            dm.remove("striped", timeout=0)

        striped.close()
        dm.remove("striped")
        with pytest.raises(OSError, match="No such device") as gone:
            striped.open()
        assert gone.value.errno == errno.ENXIO

    def test_takes_itself_away_when_its_removal_was_deferred(self, dm: Control, striped: MappedDevice) -> None:
        """With its last user; a poller hears of it."""
        striped.open()
        dm.remove("striped", deferred=True)
        assert dm.info("striped").deferred_remove
        dm.arm_poll()

        striped.close()
        assert (dm.poll(0), dm.devices()) == (True, [])

    def test_stays_when_the_deferral_is_taken_back(self, dm: Control, striped: MappedDevice) -> None:
        """A message to device-mapper itself does it."""
        striped.open()
        dm.remove("striped", deferred=True)
        dm.message("striped", "@cancel_deferred_remove")
        striped.close()

        assert not dm.info("striped").deferred_remove

    def test_is_not_opened_for_writing_when_it_is_read_only(self, bench: Bench, dm: Control) -> None:
        """EACCES, as the kernel says."""
        dm.create("ro")
        dm.load("ro", lines((8, "linear", "8:0 0")), read_only=True)
        dm.resume("ro")

        bench.device("ro").open()
        with pytest.raises(PermissionError):
            bench.device("ro").open(write=True)
