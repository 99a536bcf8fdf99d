"""A disk in every trouble, and out of it again: what its I/O comes to."""

import threading

import pytest

from multipath.virtual.bio import BlockStatus
from multipath.virtual.path import VirtualPath
from multipath.virtual.reservations import ReservationType
from multipath.virtual.scsi.reply import HostStatus, ScsiStatus

from .san import Io, San

TUR = bytes(6)


@pytest.fixture
def disk(san: San) -> VirtualPath:
    """Give the first of two paths to one unit, each through a target port of its own."""
    return san.fabric.add_array(paths=2, size=2048).paths[0]


def other(disk: VirtualPath) -> VirtualPath:
    """Return the second of the two."""
    return disk.array.paths[1]


class TestAHealthyPath:
    def test_does_io_at_once(self, san: San, disk: VirtualPath) -> None:
        """No time passes; what one path wrote the other one reads."""
        assert san.write(disk, b"a" * 1024, sector=3).status is BlockStatus.OK
        assert san.flush(disk).status is BlockStatus.OK

        read = san.read(other(disk), sector=3, sectors=2)
        assert (read.status, bytes(read.buffer), read.took) == (BlockStatus.OK, b"a" * 1024, 0)
        assert (disk.writes_seen, disk.flushes_seen, disk.commands_seen, other(disk).reads_seen) == (1, 1, 2, 1)

    @pytest.mark.parametrize(("sector", "length"), [(2048, 512), (2047, 1024), (0, 511)])
    def test_refuses_what_is_no_part_of_it(self, san: San, disk: VirtualPath, sector: int, length: int) -> None:
        """Beyond its end, or no whole blocks: the array is not asked."""
        assert san.write(disk, bytes(length), sector).status is BlockStatus.IOERR
        assert disk.commands_seen == 0

    def test_may_have_large_blocks(self, san: San) -> None:
        """An I/O has to have whole ones."""
        (disk,) = san.fabric.add_array(paths=1, block_size=4096).paths

        assert san.write(disk, b"b" * 8192, sector=8).status is BlockStatus.OK
        assert bytes(san.read(disk, sector=8, sectors=8).buffer) == b"b" * 4096
        assert san.read(disk, sector=4, sectors=8).status is BlockStatus.IOERR

    def test_may_be_larger_than_a_short_command_reaches(self, san: San) -> None:
        """Then the long one is sent."""
        (disk,) = san.fabric.add_array(paths=1, size=1 << 33).paths

        assert san.write(disk, b"c" * 512, sector=(1 << 32) + 5).status is BlockStatus.OK
        assert bytes(san.read(disk, sector=(1 << 32) + 5).buffer) == b"c" * 512


class TestABrokenCable:
    def test_fails_io_at_once_until_it_is_plugged_in(self, san: San, disk: VirtualPath) -> None:
        """The other path goes on."""
        disk.break_cable()

        assert (san.write(disk).status, san.write(other(disk)).status) == (BlockStatus.TRANSPORT, BlockStatus.OK)
        disk.plug_cable()
        assert san.write(disk).status is BlockStatus.OK

    def test_carries_every_lun(self, san: San) -> None:
        """It lies between an adapter and a target port."""
        array = san.fabric.add_array(paths=2, units=2)
        array.paths[0].break_cable()

        assert [san.read(path).status is BlockStatus.OK for path in array.paths] == [False, False, True, True]

    def test_ends_what_is_in_flight(self, san: San, disk: VirtualPath) -> None:
        """The adapter gives the commands back; nothing waits for its time."""
        disk.silence()
        write = san.write(disk)
        disk.break_cable()

        assert (write.status, write.took) == (BlockStatus.TRANSPORT, 0)

    def test_may_be_waited_for(self, san: San, disk: VirtualPath) -> None:
        """As long as ``fast_io_fail_tmo`` says: what a program writes into sysfs counts."""
        rport = san.root / "class/fc_remote_ports/rport-0:0-0"
        (rport / "fast_io_fail_tmo").write_text("5\n")
        disk.break_cable()
        write = san.write(disk)
        state = san.root / disk.folder / "state"

        san.clock.advance(4)
        assert (write.status, state.read_text(), (rport / "port_state").read_text()) == (None, "blocked\n", "Blocked\n")
        san.clock.advance(1)
        assert (write.status, write.took, state.read_text()) == (BlockStatus.TRANSPORT, 5, "transport-offline\n")

    def test_that_is_plugged_in_in_time_costs_nothing_but_time(self, san: San, disk: VirtualPath) -> None:
        """What was held goes through, and the failure does not come any more."""
        (san.root / "class/fc_remote_ports/rport-0:0-0/fast_io_fail_tmo").write_text("5\n")
        disk.break_cable()
        write = san.write(disk)
        san.clock.advance(4)
        disk.plug_cable()
        san.clock.advance(100)

        assert (write.status, write.took, disk.state) == (BlockStatus.OK, 4, "running")

    def test_is_seen_in_sysfs(self, san: San, disk: VirtualPath) -> None:
        """The remote port is gone when ``dev_loss_tmo`` is over; the disk stays."""
        port = san.root / "class/fc_remote_ports/rport-0:0-0/port_state"
        disk.break_cable()
        assert port.read_text() == "Blocked\n"
        san.clock.advance(60)
        assert port.read_text() == "Not Present\n"
        assert san.read(disk).status is BlockStatus.TRANSPORT
        disk.plug_cable()
        assert port.read_text() == "Online\n"

    def test_is_not_waited_for_when_the_disk_is_deleted(self, san: San, disk: VirtualPath) -> None:
        """Nobody would plug it in."""
        (san.root / "class/fc_remote_ports/rport-0:0-0/fast_io_fail_tmo").write_text("5\n")
        disk.break_cable()
        write = san.write(disk)
        disk.delete()

        assert (write.status, san.write(disk).status) == (BlockStatus.IOERR, BlockStatus.IOERR)

    def test_keeps_what_was_executed_and_nothing_else(self, san: San, disk: VirtualPath) -> None:
        """A command that ended is not executed after that: the other path's write stays."""
        disk.latency = 1
        old = san.write(disk, b"o" * 512)
        disk.break_cable()
        assert old.status is BlockStatus.TRANSPORT
        san.write(other(disk), b"n" * 512)
        san.clock.advance(60)
        disk.plug_cable()

        assert bytes(san.read(other(disk)).buffer) == b"n" * 512


class TestATargetPortThatGoesDown:
    def test_takes_every_path_through_it_along(self, san: San) -> None:
        """And no other; they are back when it is up."""
        array = san.fabric.add_array(paths=4)
        array.ports[0].down()

        assert [san.read(path).status is BlockStatus.OK for path in array.paths] == [False, True, False, True]
        array.ports[0].up()
        assert [san.read(path).status for path in array.paths] == [BlockStatus.OK] * 4

    def test_does_not_mend_a_cable(self, san: San, disk: VirtualPath) -> None:
        """Both have to be in order."""
        disk.break_cable()
        disk.port.down()
        disk.port.up()

        assert san.read(disk).status is BlockStatus.TRANSPORT


class TestASilentPath:
    def test_keeps_io_for_three_minutes(self, san: San, disk: VirtualPath) -> None:
        """Thirty seconds, six times: what was measured on a real kernel."""
        disk.silence()
        write = san.write(disk)

        san.clock.advance(179)
        assert not write.is_over
        san.clock.advance(1)
        assert (write.status, write.took, disk.timeouts_seen) == (BlockStatus.IOERR, 180, 6)
        assert disk.array.units[0].writes_seen == 0

    def test_keeps_it_shorter_where_a_program_says_so(self, san: San, disk: VirtualPath) -> None:
        """By the timeout and the number of retries in sysfs."""
        (san.root / disk.folder / "timeout").write_text("2\n")
        (san.root / f"class/scsi_disk/{disk.hctl}/max_retries").write_text("0\n")
        disk.silence()
        write = san.write(disk)
        san.clock.advance(10)

        assert (write.status, write.took) == (BlockStatus.IOERR, 2)

    def test_that_speaks_again_does_what_is_sent_again(self, san: San, disk: VirtualPath) -> None:
        """At the next attempt, once."""
        disk.silence()
        write = san.write(disk)
        san.clock.advance(1)
        disk.unsilence()

        assert san.write(disk).status is BlockStatus.OK
        san.clock.advance(30)
        assert (write.status, write.took, disk.array.units[0].writes_seen) == (BlockStatus.OK, 30, 2)

    def test_may_have_lost_the_answer_only(self, san: San, disk: VirtualPath) -> None:
        """The write was executed; nobody here knows."""
        disk.silence(executed=True)
        write = san.write(disk, b"x" * 512)

        assert not write.is_over
        assert bytes(san.read(other(disk)).buffer) == b"x" * 512

    def test_shows_in_sysfs_how_many_commands_wait(self, san: San, disk: VirtualPath) -> None:
        """Sent, done, given up: how a program sees a hang without asking the disk."""

        def counters() -> list[int]:
            names = ("iorequest_cnt", "iodone_cnt", "iotmo_cnt")
            return [int((san.root / disk.folder / name).read_text(), 16) for name in names]

        assert counters() == [0, 0, 0]
        san.write(disk)
        disk.silence()
        san.write(disk)
        assert counters() == [2, 1, 0]
        san.clock.advance(30)
        assert counters() == [3, 2, 1]
        disk.break_cable()
        assert counters() == [3, 3, 1]

    def test_may_be_one_of_a_silent_port(self, san: San, disk: VirtualPath) -> None:
        """Then every path through it is silent."""
        disk.port.silence()
        write = san.write(disk)
        disk.port.unsilence()

        assert (write.status, san.write(disk).status) == (None, BlockStatus.OK)

    def test_gives_a_command_of_ones_own_up_after_its_time(self, san: San, disk: VirtualPath) -> None:
        """One attempt; time moves on for who waits."""
        disk.silence()
        before = san.clock.monotonic_ns()

        assert disk.execute(TUR, timeout=5).host_status is HostStatus.TIME_OUT
        assert san.clock.monotonic_ns() - before == 5_000_000_000

    def test_that_is_taken_offline_meanwhile_is_not_tried_again(self, san: San, disk: VirtualPath) -> None:
        """What is in flight has to wait for its time; the next attempt is refused."""
        disk.silence()
        write = san.write(disk)
        disk.offline()
        assert not write.is_over
        san.clock.advance(30)

        assert (write.status, write.took) == (BlockStatus.IOERR, 30)


class TestALatency:
    def test_delays_answers(self, san: San, disk: VirtualPath) -> None:
        """The array has done the work by then."""
        disk.latency = 0.25
        write = san.write(disk)

        assert (write.is_over, disk.array.units[0].writes_seen) == (False, 1)
        san.clock.advance(1)
        assert (write.status, write.took) == (BlockStatus.OK, 0.25)

    def test_may_be_another_for_each_command(self, san: San, disk: VirtualPath) -> None:
        """So a later one may be answered first."""
        delays = iter([2.0, 1.0])
        disk.latency = lambda: next(delays)
        first, second = san.write(disk), san.write(disk)
        san.clock.advance(2)

        assert (first.took, second.took) == (2, 1)

    def test_beyond_the_timeout_is_silence(self, san: San, disk: VirtualPath) -> None:
        """The answer comes too late to be one."""
        disk.latency = 31
        write = san.write(disk)
        san.clock.advance(180)

        assert (write.status, disk.timeouts_seen) == (BlockStatus.IOERR, 6)


class TestABusyPath:
    def test_is_asked_again_soon(self, san: San, disk: VirtualPath) -> None:
        """As often as it takes."""
        disk.busy(3)
        write = san.write(disk)
        san.clock.advance(1)

        assert (write.status, write.took) == (BlockStatus.OK, 0.009)

    def test_that_stays_busy_fails_in_the_end(self, san: San, disk: VirtualPath) -> None:
        """When all attempts together could have taken as long."""
        (san.root / disk.folder / "timeout").write_text("1\n")
        disk.busy()
        write = san.write(disk)
        san.clock.advance(10)

        assert write.status is BlockStatus.IOERR
        assert write.took == pytest.approx(6, abs=0.01)
        disk.ready()
        assert san.write(disk).status is BlockStatus.OK


class TestADeviceState:
    def test_of_offline_refuses_io(self, san: San, disk: VirtualPath) -> None:
        """And lets it pass again when it is running."""
        disk.offline()

        assert san.write(disk).status is BlockStatus.IOERR
        assert disk.execute(TUR).host_status is HostStatus.NO_CONNECT
        assert (san.root / disk.folder / "state").read_text() == "offline\n"
        disk.online()
        assert san.write(disk).status is BlockStatus.OK

    def test_may_be_set_by_a_program(self, san: San, disk: VirtualPath) -> None:
        """By writing into sysfs, however often."""
        state = san.root / disk.folder / "state"
        for _ in range(3):
            state.write_text("offline\n")
            assert san.write(disk).status is BlockStatus.IOERR
            state.write_text("running\n")
            assert san.write(disk).status is BlockStatus.OK


class TestAUnitInTrouble:
    def test_is_no_fault_of_the_path(self, san: San, disk: VirtualPath) -> None:
        """A bad block, and its repair."""
        disk.array.units[0].medium_error(7)

        assert san.read(disk, sectors=8).status is BlockStatus.MEDIUM
        assert san.read(disk, sectors=7).status is BlockStatus.OK
        disk.array.units[0].repair(7, 1)
        assert san.read(disk, sectors=8).status is BlockStatus.OK

    def test_may_be_reserved_for_another_host(self, san: San, disk: VirtualPath) -> None:
        """Until that gives it back."""
        host = disk.array.other_host()
        host.register(0xB)
        host.reserve(0xB, ReservationType.WRITE_EXCLUSIVE)

        assert (san.write(disk).status, san.read(disk).status) == (BlockStatus.RESV_CONFLICT, BlockStatus.OK)
        host.release(0xB, ReservationType.WRITE_EXCLUSIVE)
        assert san.write(disk).status is BlockStatus.OK

    def test_may_be_protected(self, san: San, disk: VirtualPath) -> None:
        """It says so itself."""
        disk.array.units[0].write_protected = True

        assert san.write(disk).status is BlockStatus.TARGET

    def test_that_tells_something_is_asked_again(self, san: San, disk: VirtualPath) -> None:
        """The I/O does not notice."""
        disk.array.units[0].resize(4096)

        assert (san.write(disk).status, disk.commands_seen) == (BlockStatus.OK, 2)

    def test_that_was_reset_goes_on(self, san: San, disk: VirtualPath) -> None:
        """With its bytes."""
        san.write(disk, b"k" * 512)
        disk.array.units[0].reset()

        assert disk.execute(TUR).status is ScsiStatus.CHECK_CONDITION
        assert bytes(san.read(other(disk)).buffer) == b"k" * 512

    def test_may_have_gone_from_its_lun(self, san: San, disk: VirtualPath) -> None:
        """Which Linux takes for a failure of the path."""
        disk.array.remap(0, None)

        assert san.write(disk).status is BlockStatus.IOERR
        disk.array.remap(0, disk.array.units[0])
        assert san.write(disk).status is BlockStatus.OK

    def test_may_have_been_replaced_by_another(self, san: San) -> None:
        """The same disk writes to another unit: nothing but page 0x83 tells."""
        array = san.fabric.add_array(paths=1, units=2)
        array.remap(0, array.units[1])

        assert san.write(array.paths[0], b"x" * 512).status is BlockStatus.OK
        assert (array.units[0].writes_seen, array.units[1].writes_seen) == (0, 1)

    @pytest.mark.parametrize(("size", "status"), [(4096, BlockStatus.OK), (1024, BlockStatus.IOERR)])
    def test_may_have_another_size(self, san: San, disk: VirtualPath, size: int, status: BlockStatus) -> None:
        """Which the disk knows when it was scanned again."""
        disk.array.units[0].resize(size)
        assert disk.size == 2048

        disk.rescan()
        assert disk.size == size
        assert (san.root / "block" / disk.name / "size").read_text() == f"{size}\n"
        assert san.read(disk, sector=2048).status is status

    def test_that_shrank_is_the_units_to_refuse(self, san: San, disk: VirtualPath) -> None:
        """While the disk still has its old size."""
        disk.array.units[0].resize(1024)

        assert san.read(disk, sector=1024).status is BlockStatus.TARGET


class TestAStorm:
    @pytest.mark.slow
    def test_ends_every_io_once(self, san: San, disk: VirtualPath) -> None:
        """Faults from one thread, time from another, I/O from two: a second end would raise."""
        disk.latency = 0.001
        over = threading.Event()
        faults = threading.Thread(target=self.rage, args=(disk, over))
        time = threading.Thread(target=self.tick, args=(san, over))
        done: list[Io] = []
        writers = [threading.Thread(target=self.work, args=(san, disk, done)) for _ in range(2)]
        for thread in (faults, time, *writers):
            thread.start()
        for writer in writers:
            writer.join()
        over.set()
        faults.join()
        time.join()

        disk.plug_cable()
        disk.unsilence()
        san.clock.advance(400)
        assert len(done) == 600
        assert all(io.status is BlockStatus.OK or (io.status and io.status.is_path_error) for io in done)

    @staticmethod
    def rage(disk: VirtualPath, over: threading.Event) -> None:
        """Break and mend."""
        while not over.is_set():
            for fault in ("break_cable", "silence", "plug_cable", "offline", "unsilence", "online"):
                getattr(disk, fault)()

    @staticmethod
    def tick(san: San, over: threading.Event) -> None:
        """Let time pass, slowly enough that nothing times out for good."""
        while not over.is_set():
            san.clock.advance(0.001)

    @staticmethod
    def work(san: San, disk: VirtualPath, done: list[Io]) -> None:
        """Write."""
        done.extend(san.write(disk, sector=number) for number in range(300))


class TestACommandOfOnesOwn:
    def test_gets_its_answer_cut_to_the_room(self, disk: VirtualPath) -> None:
        """As much as the caller has."""
        inquiry = bytes((0x12, 0, 0, 0, 96, 0))

        assert disk.execute(inquiry, length=8).data == disk.execute(inquiry).data[:8]

    def test_is_told_what_happened(self, san: San, disk: VirtualPath) -> None:
        """Nothing is tried again for it."""
        disk.array.units[0].resize(4096)

        assert disk.execute(TUR).status is ScsiStatus.CHECK_CONDITION
        assert disk.execute(TUR).is_good

    @pytest.mark.slow
    def test_ends_when_another_thread_ends_it(self, san: San, disk: VirtualPath) -> None:
        """Though no time passes."""
        san.clock.autojump = False
        disk.silence()
        puller = threading.Timer(0.05, disk.break_cable)
        puller.start()

        assert disk.execute(TUR).host_status is HostStatus.TRANSPORT_DISRUPTED
        puller.join()

    def test_fails_with_the_link(self, disk: VirtualPath) -> None:
        """At once."""
        disk.break_cable()

        assert disk.execute(TUR).host_status is HostStatus.TRANSPORT_FAILFAST
