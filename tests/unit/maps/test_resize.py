"""A resize that is given up, and one of a map that has no paths."""

import errno
from collections.abc import Iterator

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
            mpath.resize(verify=False)  # a silent path would be asked first

        info = mpath.info()
        assert (info.suspended, info.inactive_table) == (False, False)
        assert (mpath.read().size, mpath.table()) == (before.size, before.table)


class TestAMapWithoutPaths:
    def test_gets_the_size_that_it_is_given(self, host: Host) -> None:
        """There is nothing to take it from, and nobody reads what is there."""
        empty = host.create("empty", MultipathTable(), size=Sectors(2048))

        with pytest.raises(errors.PathsDiffer, match="give size="):
            empty.resize()

        assert empty.resize(Sectors(4096)) == 4096
