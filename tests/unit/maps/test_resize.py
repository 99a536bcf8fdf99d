"""A resize that is given up, and one of a map that has no paths."""

import asyncio
import errno
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from multipath import Features, Host, Map, MultipathTable, errors
from multipath.units import Sectors
from multipath.virtual import VirtualHost
from multipath.virtual.array import VirtualArray

GROWN = Sectors(1 << 18)


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world with an array of two paths."""
    with VirtualHost("6.12") as world:
        world.add_array(paths=2)
        yield world


@pytest.fixture
def array(world: VirtualHost) -> VirtualArray:
    """Give that array."""
    return world.arrays[0]


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the machine."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def mpath(host: Host, array: VirtualArray) -> Map:
    """Give a map of bios, whose queueing a suspend that is given up turns off."""
    features = Features(queue_if_no_path=True, queue_mode="bio")
    return host.create("mpatha", MultipathTable.build([[path.name for path in array.paths]], features=features))


def write_partition(world: VirtualHost, *, length: int) -> None:
    """Write a DOS partition table with one partition, from sector 8 on."""
    entry = bytes((0, 0, 0, 0, 0x83, 0, 0, 0)) + (8).to_bytes(4, "little") + length.to_bytes(4, "little")
    with world.open("mpatha") as disk:
        disk.write(0, bytes(446) + entry + bytes(48) + b"\x55\xaa")


class Ticking:
    """Lets the time of a world pass while somebody waits in that of the machine."""

    def __init__(self, world: VirtualHost) -> None:
        self._world, self._ended = world, threading.Event()
        self._thread = threading.Thread(target=self._tick)

    def __enter__(self) -> None:
        """Begin."""
        self._thread.start()

    def __exit__(self, *exc: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _tick(self) -> None:
        while not self._ended.wait(0.01):
            self._world.clock.advance(0.1)


def give_up() -> None:
    """Do what the exception of a signal handler does to a command that waits."""
    raise InterruptedError(errno.EINTR, "interrupted")


class TestAResizeThatIsInterrupted:
    @pytest.fixture
    def pending(self, world: VirtualHost, mpath: Map, array: VirtualArray) -> None:
        """Let the flush wait for an I/O that does not come back, until a signal ends that."""
        array.luns[0].resize(GROWN)
        for path in array.paths:
            path.rescan()
        with world.open("mpatha") as disk:
            array.paths[0].silence()
            disk.submit("read", 0, bytearray(512))
        world.clock.call_later(1, give_up)

    def test_leaves_size_table_and_queueing(self, pending: None, mpath: Map) -> None:
        """The map runs on with all that it had."""
        before = mpath.read()

        with pytest.raises(errors.DeviceMapperError, match="EINTR"):
            mpath.resize(rescan=False, verify=False)  # a silent path would be asked first

        info = mpath.info()
        assert (info.suspended, info.inactive_table) == (False, False)
        assert (mpath.read().size, mpath.table()) == (before.size, before.table)


class TestAResizeOverASilentPath:
    def test_is_refused_in_time(self, world: VirtualHost, array: VirtualArray) -> None:
        """It is asked whether it works, with a deadline, before anybody could wait for its scan."""
        with Host(**world.seams(), asker=world.asker()) as host:
            mpath = host.create("mpatha", MultipathTable.build([[path.name for path in array.paths]]))
            array.luns[0].resize(GROWN)
            array.paths[1].silence()
            begun = world.clock.monotonic_ns()
            ticking = Ticking(world)

            with ticking, pytest.raises(errors.PathsDiffer, match="not every path is up") as refused:
                mpath.resize(timeout=4)

            assert refused.value.evidence == ("sda (8:0): up", "sdb (8:16): timeout, no answer in 4 s (deadline)")
            assert world.clock.monotonic_ns() - begun < 6_000_000_000
            assert mpath.read().size < GROWN

    def test_is_refused_where_the_time_of_the_world_stands_still(self, world: VirtualHost, array: VirtualArray) -> None:
        """Nobody moves it while a program waits in the machine's."""
        with Host(**world.seams(), asker=world.asker()) as host:
            mpath = host.create("mpatha", MultipathTable.build([[path.name for path in array.paths]]))
            array.paths[1].silence()

            with pytest.raises(errors.PathsDiffer, match=r"sdb \(8:16\): no answer in 0.05 s"):
                mpath.resize(timeout=0.05)


class TestAResizeThatRunsAhead:
    def test_is_told(self, array: VirtualArray, mpath: Map, monkeypatch: pytest.MonkeyPatch) -> None:
        """The array goes on growing: the map has a size that its paths do not have any more."""
        array.luns[0].resize(GROWN)
        exchange = Map._exchange

        def grow(self: Map, *args: Any, **options: Any) -> None:
            exchange(self, *args, **options)
            array.luns[0].resize(2 * GROWN)
            array.paths[1].rescan()

        monkeypatch.setattr(Map, "_exchange", grow)
        with pytest.raises(errors.PathsDiffer, match=f"was given {GROWN} sectors .* not all have them now") as told:
            mpath.resize()

        assert told.value.evidence == (f"253:0: {GROWN} sectors", f"8:0: {GROWN} sectors", f"8:16: {2 * GROWN} sectors")


class TestAMapWithPartitions:
    def test_takes_them_along(self, world: VirtualHost, host: Host, array: VirtualArray, mpath: Map) -> None:
        """Another host has written a longer one meanwhile; what nobody changed stays."""
        write_partition(world, length=1024)
        mpath.partitions().add()
        array.luns[0].resize(GROWN)
        write_partition(world, length=GROWN - 8)

        mpath.resize()

        assert [each.size for each in mpath.partitions()] == [GROWN - 8]
        before = [each.info for each in mpath.partitions()]
        mpath.resize()
        assert [each.info for each in mpath.partitions()] == before

    def test_that_nobody_has_maps_over_gets_none(self, world: VirtualHost, array: VirtualArray, mpath: Map) -> None:
        """A virtual machine's disk is nobody's business here."""
        write_partition(world, length=1024)
        array.luns[0].resize(GROWN)

        mpath.resize()

        assert len(mpath.partitions()) == 0


class TestATask:
    def test_resizes_beside_others(self, array: VirtualArray, mpath: Map) -> None:
        """The loop goes on meanwhile."""
        array.luns[0].resize(GROWN)

        assert asyncio.run(mpath.resize_async(GROWN)) == GROWN

    @pytest.mark.parametrize("timeout", [-1, float("nan")])
    def test_gives_a_time_that_is_one(self, mpath: Map, timeout: float) -> None:
        """No number is no deadline."""
        with pytest.raises(ValueError, match="a timeout is 0 or more seconds"):
            asyncio.run(mpath.resize_async(timeout=timeout))


class TestAMapWithoutPaths:
    def test_gets_the_size_that_it_is_given(self, host: Host) -> None:
        """There is nothing to take it from, and nobody reads what is there."""
        empty = host.create("empty", MultipathTable(), size=Sectors(2048))

        with pytest.raises(errors.PathsDiffer, match="give size="):
            empty.resize()

        assert empty.resize(Sectors(4096)) == 4096
