"""An open disk, as a program has it."""

import errno
import mmap
import threading

import pytest

from multipath import errors
from multipath.units import DevT, Sectors
from multipath.virtual.bio import Bio, BlockDevice, BlockStatus
from multipath.virtual.clock import VirtualClock
from multipath.virtual.disk import Disk

SECTORS = 64


class Memory(BlockDevice):
    """A device of bytes, which answers with ``status``; ``None`` keeps what comes."""

    def __init__(self) -> None:
        self.devt, self.name, self.size = DevT(0x800), "sda", Sectors(SECTORS)
        self.data = bytearray(SECTORS * 512)
        self.status: BlockStatus | None = BlockStatus.OK
        self.kept: list[Bio] = []

    def submit(self, bio: Bio) -> None:
        """Do it."""
        if self.status is None:
            self.kept.append(bio)
            return
        start, end = bio.sector * 512, bio.sector * 512 + len(bio.buffer)
        if bio.op == "write":
            self.data[start:end] = bio.buffer
        elif bio.op == "read":
            bio.buffer[:] = self.data[start:end]
        bio.end(self.status)


@pytest.fixture
def memory() -> Memory:
    """Return the device."""
    return Memory()


@pytest.fixture
def disk(memory: Memory) -> Disk:
    """Return it, opened."""
    return Disk(memory, VirtualClock())


class TestADisk:
    def test_reads_what_was_written(self, disk: Disk) -> None:
        """At its offset."""
        assert disk.write(1024, b"x" * 512) == 512

        assert disk.read(512, 1536) == bytes(512) + b"x" * 512 + bytes(512)

    def test_reads_into_memory_of_the_caller(self, disk: Disk) -> None:
        """Of any kind that can be written."""
        disk.write(0, b"y" * 4096)
        with mmap.mmap(-1, 4096) as mapped:
            for buffer in (bytearray(4096), memoryview(bytearray(4096)), mapped):
                assert disk.readinto(0, buffer) == 4096
                assert bytes(buffer) == b"y" * 4096

    def test_reads_less_at_its_end(self, disk: Disk) -> None:
        """As pread does; and nothing beyond it."""
        assert len(disk.read((SECTORS - 1) * 512, 4096)) == 512
        assert disk.read(SECTORS * 512, 4096) == b""
        assert disk.read(SECTORS * 1024, 4096) == b""
        assert disk.read(0, 0) == b""

    def test_reads_more_than_fits_a_spare_buffer(self, memory: Memory) -> None:
        """In one I/O."""
        memory.size, memory.data = Sectors(1024), bytearray(b"z" * 1024 * 512)

        assert Disk(memory, VirtualClock()).read(0, 1024 * 512) == memory.data

    def test_flushes(self, disk: Disk) -> None:
        """And says how it ended."""
        disk.flush()

    @pytest.mark.parametrize(("offset", "length"), [(1, 512), (0, 511), (-512, 512), (512, 1)])
    def test_takes_whole_blocks_alone(self, disk: Disk, offset: int, length: int) -> None:
        """EINVAL, as for O_DIRECT."""
        for act in (lambda: disk.read(offset, length), lambda: disk.write(offset, bytes(length))):
            with pytest.raises(errors.BlockError, match="whole blocks of 512 bytes") as error:
                act()
            assert error.value.errno == errno.EINVAL

    def test_takes_blocks_of_its_own_size(self, memory: Memory) -> None:
        """Also where they are larger than a sector."""
        with pytest.raises(errors.BlockError, match="whole blocks of 4096 bytes"):
            Disk(memory, VirtualClock(), block_size=4096).read(0, 512)

    def test_refuses_a_write_beyond_its_end(self, disk: Disk, memory: Memory) -> None:
        """ENOSPC, and nothing was written."""
        with pytest.raises(errors.BlockError) as error:
            disk.write((SECTORS - 1) * 512, b"x" * 1024)

        assert error.value.errno == errno.ENOSPC
        assert memory.data.count(b"x") == 0

    def test_reads_into_nothing_that_is_fixed(self, disk: Disk) -> None:
        """TypeError, as for readinto of a file."""
        with pytest.raises(TypeError, match="writable"):
            disk.submit("read", 0, bytes(512))

    @pytest.mark.parametrize("status", [status for status in BlockStatus if status is not BlockStatus.OK])
    def test_fails_with_the_errno_of_the_status(self, disk: Disk, memory: Memory, status: BlockStatus) -> None:
        """As a program would get it."""
        memory.status = status

        for act in (lambda: disk.read(0, 512), lambda: disk.write(0, bytes(512)), disk.flush):
            with pytest.raises(errors.BlockError, match=f"ended it with {status.name}") as error:
                act()
            assert error.value.errno == status.value

    def test_refuses_use_after_its_end(self, memory: Memory) -> None:
        """And tells its device once."""
        told: list[str] = []
        with Disk(memory, VirtualClock(), closed=lambda: told.append("closed")) as disk:
            pass
        disk.close()

        with pytest.raises(errors.Closed, match="open another"):
            disk.read(0, 512)
        assert told == ["closed"]

    def test_says_what_it_is(self, disk: Disk) -> None:
        """Name and sizes."""
        assert (disk.name, disk.devt, disk.size, disk.size_bytes) == ("sda", 0x800, SECTORS, SECTORS * 512)
        assert repr(disk) == "<Disk sda of 64 sectors>"


class TestAnIOOnItsWay:
    def test_is_waited_for(self, disk: Disk, memory: Memory) -> None:
        """Until somebody ends it."""
        memory.status = None
        pending = disk.submit("write", 0, b"x" * 512)
        assert not pending.done
        assert not pending.wait(timeout=5)

        threading.Thread(target=lambda: memory.kept[0].end(BlockStatus.OK)).start()

        assert pending.wait()
        assert (pending.done, pending.result()) == (True, 512)

    def test_that_does_not_end_in_time_is_told(self, disk: Disk, memory: Memory) -> None:
        """In the time of the world; nothing is waited for."""
        memory.status = None
        begin = disk.clock.monotonic_ns()

        with pytest.raises(errors.WaitTimeout, match="did not end in time"):
            disk.submit("flush").result(timeout=180)

        assert disk.clock.monotonic_ns() - begin == 180 * 10**9

    def test_that_failed_says_so_when_asked(self, disk: Disk, memory: Memory) -> None:
        """Each time."""
        memory.status = BlockStatus.MEDIUM
        pending = disk.submit("read", 4096, bytearray(512))

        for _ in range(2):
            with pytest.raises(errors.BlockError, match="read of 512 bytes at 4096 on sda"):
                pending.result()

    def test_ends_once(self, disk: Disk, memory: Memory) -> None:
        """A device that ends it twice is told."""
        memory.status = None
        disk.submit("flush")
        memory.kept[0].end(BlockStatus.OK)

        with pytest.raises(RuntimeError, match="ended already"):
            memory.kept[0].end(BlockStatus.IOERR)

    def test_keeps_a_reader_waiting_in_another_thread(self, disk: Disk, memory: Memory) -> None:
        """A read blocks as a program's would."""
        memory.status, found = None, list[bytes]()
        reader = threading.Thread(target=lambda: found.append(disk.read(0, 512)))
        reader.start()
        disk.clock.wait_for(lambda: bool(memory.kept))
        while not memory.kept:
            pass

        memory.kept[0].buffer[:] = b"r" * 512
        memory.kept[0].end(BlockStatus.OK)
        reader.join(5)

        assert found == [b"r" * 512]
