"""What the simple targets do with I/O."""

import errno

import pytest

from multipath.units import format_devt

from .pending import eventually
from .world import BLOCK, World, line, make

PATTERN = bytes(range(256)) * (BLOCK // 256)


def write(world: World, device: str, offset: int, data: bytes) -> None:
    """Write, and have it kept."""
    with world.open(device) as disk:
        disk.write(offset, data)
        disk.flush()


def read(world: World, device: str, offset: int, length: int = BLOCK) -> bytes:
    """Read."""
    with world.open(device) as disk:
        return disk.read(offset, length)


class TestLinear:
    def test_maps_to_a_part_of_its_device(self, world: World, paths: tuple[str, ...]) -> None:
        """What is written through it stands behind the offset."""
        make(world, "subject", line("linear", f"{paths[0]} 64", length=2048))
        write(world, "subject", BLOCK, PATTERN)

        assert read(world, paths[0], 64 * 512 + BLOCK) == PATTERN

    def test_splits_what_crosses_two_lines(self, world: World, paths: tuple[str, ...]) -> None:
        """Both halves come from where they belong."""
        write(world, paths[0], 0, b"\1" * BLOCK)
        write(world, paths[0], 1 << 20, b"\2" * BLOCK)
        two = (line("linear", f"{paths[0]} 2048", length=8), line("linear", f"{paths[0]} 0", start=8, length=8))
        make(world, "subject", *two)

        assert read(world, "subject", 0, 2 * BLOCK) == b"\2" * BLOCK + b"\1" * BLOCK

    def test_ends_where_its_table_ends(self, world: World, paths: tuple[str, ...]) -> None:
        """A read at the end returns nothing."""
        make(world, "subject", line("linear", f"{paths[0]} 0", length=8))

        assert read(world, "subject", 0, 2 * BLOCK) == read(world, "subject", 0)
        assert read(world, "subject", BLOCK) == b""

    def test_passes_the_error_of_its_device_on(self, world: World, paths: tuple[str, ...]) -> None:
        """A path that is offline fails it."""
        make(world, "subject", line("linear", f"{paths[1]} 0"))
        world.lose(paths[1])

        with pytest.raises(OSError) as failed:  # noqa: PT011 - the errno is what counts
            read(world, "subject", 0)
        assert failed.value.errno == errno.EIO
        world.restore(paths[1])
        assert len(read(world, "subject", 0)) == BLOCK

    def test_stacks_on_others(self, world: World, paths: tuple[str, ...]) -> None:
        """Offsets add up."""
        below = make(world, "below", line("linear", f"{paths[0]} 8", length=2048))
        make(world, "subject", line("linear", f"{format_devt(below.devt)} 8", length=8))
        write(world, "subject", 0, PATTERN)

        assert read(world, paths[0], 16 * 512) == PATTERN

    def test_that_is_read_only_takes_no_write(self, world: World, paths: tuple[str, ...]) -> None:
        """It is not even opened for one, or the write is refused."""
        make(world, "subject", line("linear", f"{paths[0]} 0"), read_only=True)

        with pytest.raises(OSError) as failed:  # noqa: PT011 - the errno is what counts
            write(world, "subject", 0, PATTERN)
        assert failed.value.errno in (errno.EPERM, errno.EROFS, errno.EACCES)
        with world.open("subject", write=False) as disk:
            assert len(disk.read(0, BLOCK)) == BLOCK


class TestError:
    def test_fails_whatever_comes(self, world: World) -> None:
        """EIO for reads and writes."""
        make(world, "subject", line("error"))

        with world.open("subject") as disk:
            with pytest.raises(OSError, match="Input/output"):
                disk.read(0, BLOCK)
            with pytest.raises(OSError, match="Input/output"):
                disk.write(0, PATTERN)

    def test_beside_another_fails_its_own_part(self, world: World) -> None:
        """The rest is read."""
        make(world, "subject", line("zero", length=8), line("error", start=8, length=8))

        assert read(world, "subject", 0) == bytes(BLOCK)
        with pytest.raises(OSError, match="Input/output"):
            read(world, "subject", BLOCK)


class TestZero:
    def test_reads_as_zeros_and_forgets_what_is_written(self, world: World) -> None:
        """Without an error."""
        make(world, "subject", line("zero"))
        write(world, "subject", 0, PATTERN)

        assert read(world, "subject", 0) == bytes(BLOCK)


class TestDelay:
    def test_does_what_linear_does_later(self, world: World, paths: tuple[str, ...]) -> None:
        """Data and offset are right."""
        make(world, "subject", line("delay", f"{paths[0]} 8 5", length=2048))
        write(world, "subject", 0, PATTERN)

        assert read(world, "subject", 0) == PATTERN == read(world, paths[0], 8 * 512)

    def test_may_write_elsewhere(self, world: World, paths: tuple[str, ...]) -> None:
        """Three parameters for reads, three for writes."""
        make(world, "subject", line("delay", f"{paths[0]} 0 0 {paths[0]} 2048 0", length=2048))
        write(world, paths[0], 0, bytes(BLOCK))
        write(world, "subject", 0, PATTERN)

        assert read(world, "subject", 0) == bytes(BLOCK)
        assert read(world, paths[0], 1 << 20) == PATTERN

    def test_counts_what_it_holds(self, world: World, paths: tuple[str, ...]) -> None:
        """Reads, writes, flushes; nothing at rest."""
        make(world, "subject", line("delay", f"{paths[0]} 0 0"))

        assert world.control.status("subject")[0].params == "0 0 0"

    def test_lets_a_suspension_have_what_it_holds(self, world: World, paths: tuple[str, ...]) -> None:
        """A suspension does not wait for the delay: what is held is sent at once."""
        make(world, "subject", line("delay", f"{paths[0]} 0 60000"))
        reading = world.start(lambda: read(world, "subject", 0))
        # A virtual minute may be over before anybody looks.
        assert eventually(lambda: reading.ended or world.control.status("subject")[0].params == "1 0 0")
        world.control.suspend("subject")
        world.control.resume("subject")

        assert len(reading.result()) == BLOCK


class TestATableOfManyLines:
    def test_is_searched_to_its_end(self, world: World, paths: tuple[str, ...]) -> None:
        """Each line serves its own sectors."""
        order = [5, 3, 1, 4, 0, 2]
        for place in order:
            write(world, paths[0], place * BLOCK, bytes([place]) * BLOCK)
        make(
            world,
            "subject",
            *[line("linear", f"{paths[0]} {place * 8}", start=at * 8, length=8) for at, place in enumerate(order)],
        )

        assert [block[0] for block in (read(world, "subject", at * BLOCK) for at in range(6))] == order
