"""A reload that is given up, in a world where that happens on time."""

import errno
from collections.abc import Iterator

import pytest

from multipath import Features, Host, Map, MultipathTable, errors
from multipath.virtual import VirtualHost
from multipath.virtual.array import VirtualArray

BIOS = Features(queue_if_no_path=True, queue_mode="bio")


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
def mpath(world: VirtualHost, array: VirtualArray) -> Iterator[Map]:
    """Give a map of bios over its first path that keeps I/O while no path is left."""
    with Host(**world.seams()) as host:
        yield host.create("mpatha", MultipathTable.build([[array.paths[0].name]], features=BIOS))


def give_up() -> None:
    """Do what the exception of a signal handler does to a command that waits."""
    raise InterruptedError(errno.EINTR, "interrupted")


class TestAReloadThatIsInterrupted:
    @pytest.fixture
    def wanted(self, world: VirtualHost, array: VirtualArray) -> MultipathTable:
        """Give a table without queueing; its swap waits for an I/O, and is interrupted while it does."""
        with world.open("mpatha") as disk:
            array.paths[0].silence()
            disk.submit("read", 0, bytearray(512))
        world.clock.call_later(1, give_up)
        return MultipathTable.build([[array.paths[1].name]], features=Features(queue_mode="bio"))

    def test_leaves_the_map_with_its_table_and_its_queueing(
        self, world: VirtualHost, mpath: Map, wanted: MultipathTable
    ) -> None:
        """The kernel turns the queueing off when it gives up; the map has it again."""
        before = mpath.table()

        with pytest.raises(errors.DeviceMapperError, match="EINTR"):
            mpath.reload(wanted, verify=False)  # a silent path would be asked first

        info = mpath.info()
        assert (info.suspended, info.inactive_table) == (False, False)
        assert mpath.table() == before
        assert mpath.table().features.queue_if_no_path


class TestAReloadThatIsDone:
    def test_does_not_bring_back_the_queueing_of_the_old_table(self, mpath: Map, array: VirtualArray) -> None:
        """The new table says what happens without a path."""
        mpath.reload(MultipathTable.build([[array.paths[1].name]], features=Features(queue_mode="bio")))

        assert not mpath.table().features.queue_if_no_path
