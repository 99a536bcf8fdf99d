"""A map whose logical unit grows or shrinks, in every world."""

from collections.abc import Iterator

import pytest

from multipath import Map, MultipathTable, errors
from multipath.wire.features import Features

from .world import BLOCK, GROWN, SIZE, World

UUID = "mpath-3600140500000000000000000000a11"


@pytest.fixture
def mpath(world: World, paths: tuple[str, ...]) -> Iterator[Map]:
    """Give a map of two groups with two paths each, which queues."""
    table = MultipathTable.build([paths[:2], paths[2:]], features=Features(queue_if_no_path=True))
    created = world.host.create("mpatha", table, uuid=UUID)
    yield created
    assert not created.info().suspended
    created.queue_if_no_path(False)
    created.remove()


def grow(world: World) -> None:
    """Let the unit grow, and every path know it."""
    world.grow()
    for path in world.paths:
        world.rescan(path)


class TestAUnitThatGrew:
    def test_gives_its_size_to_the_map(self, world: World, mpath: Map) -> None:
        """The table is the same but for its length, and the new end can be written."""
        before = mpath.table()
        grow(world)

        assert mpath.resize() == GROWN

        assert mpath.read().size == GROWN
        assert mpath.table() == before
        with world.open("mpatha") as disk:
            disk.write(GROWN * 512 - BLOCK, b"\x5a" * BLOCK)
            assert disk.read(GROWN * 512 - BLOCK, BLOCK) == b"\x5a" * BLOCK

    def test_is_asked_for_its_size_first(self, world: World, mpath: Map) -> None:
        """Nobody has to have scanned the paths; a second time nothing is left to do."""
        world.grow()

        assert mpath.resize() == GROWN

        before = mpath.read()
        assert mpath.resize() == mpath.resize(GROWN) == GROWN
        assert mpath.read() == before

    def test_keeps_the_size_of_its_map_while_a_path_is_not_up(
        self, world: World, mpath: Map, paths: tuple[str, ...]
    ) -> None:
        """The list says of each path how it is; none was scanned."""
        world.grow()
        mpath.fail_path(paths[1])
        world.lose(paths[2])

        with pytest.raises(errors.PathsDiffer, match="not every path is up, nothing was changed") as refused:
            mpath.resize()

        faults = [line.partition("): ")[2].partition(",")[0] for line in refused.value.evidence]
        assert faults == ["up", "failed in the map", "the kernel says offline", "up"]
        assert {path.size for path in world.host.paths()} == {mpath.read().size} == {SIZE}

    def test_may_bring_another_table(self, world: World, mpath: Map, paths: tuple[str, ...]) -> None:
        """One swap changes size and groups."""
        grow(world)

        mpath.resize(table=MultipathTable.build([paths], features=Features(queue_if_no_path=True)))

        assert (mpath.read().size, len(mpath.table().groups)) == (GROWN, 1)

    def test_changes_nothing_until_the_paths_know(self, world: World, mpath: Map) -> None:
        """What the kernel was not told of is no size yet, for who does not have it ask."""
        world.grow()

        assert mpath.resize(rescan=False) == SIZE

    def test_is_refused_with_the_evidence_while_one_path_has_the_old_size(
        self, world: World, mpath: Map, paths: tuple[str, ...]
    ) -> None:
        """A success means that every path has the size."""
        world.grow()
        for path in paths[1:]:
            world.rescan(path)

        with pytest.raises(errors.PathsDiffer, match="not one logical unit of one size") as refused:
            mpath.resize(rescan=False)

        assert [str(SIZE) in line for line in refused.value.evidence] == [True, False, False, False]
        assert mpath.read().size == SIZE

    def test_is_refused_while_a_path_cannot_tell(self, world: World, mpath: Map, paths: tuple[str, ...]) -> None:
        """A path that is offline may come back as anything."""
        grow(world)
        world.lose(paths[2])

        with pytest.raises(errors.PathsDiffer, match="cannot be verified"):
            mpath.resize(rescan=False)

        world.restore(paths[2])
        assert mpath.read().size == SIZE

    def test_is_refused_where_another_size_was_expected(self, world: World, mpath: Map) -> None:
        """Who names a size means that one."""
        grow(world)

        with pytest.raises(errors.PathsDiffer, match=f"{GROWN} sectors, not 4194304"):
            mpath.resize(SIZE * 32)  # type: ignore[arg-type]

    def test_is_refused_while_the_map_keeps_io_for_no_path(self, world: World, mpath: Map) -> None:
        """A flush would fail what is kept."""
        grow(world)
        for path in world.paths:
            mpath.fail_path(path)

        with pytest.raises(errors.PathsDiffer, match="no usable path and queues"):
            mpath.resize()

        assert mpath.table().features.queue_if_no_path


class TestAUnitThatShrank:
    @pytest.fixture
    def small(self, world: World, mpath: Map) -> Map:
        """Give a map whose unit grew and shrank again."""
        grow(world)
        mpath.resize()
        world.shrink()
        for path in world.paths:
            world.rescan(path)
        return mpath

    def test_is_refused_unless_it_is_asked_for(self, small: Map) -> None:
        """Whoever uses the end of the map would lose it."""
        with pytest.raises(errors.PathsDiffer, match="it would be cut short"):
            small.resize()

        assert small.read().size == GROWN

    def test_gives_its_size_to_the_map_where_it_is(self, small: Map) -> None:
        """The administrator knows."""
        assert small.resize(shrink=True) == SIZE

        assert small.read().size == SIZE


class TestAResizeThatTheKernelRefuses:
    def test_leaves_the_map_as_it_was(self, world: World, mpath: Map, paths: tuple[str, ...]) -> None:
        """Old table, old size, running, queueing."""
        before = mpath.table()
        grow(world)

        with pytest.raises(errors.TableLoadError, match="unknown path selector"):
            mpath.resize(table=MultipathTable.parse(f"0 0 1 1 no-such-selector 0 1 0 {paths[0]}"))

        info = mpath.info()
        assert (info.suspended, info.inactive_table) == (False, False)
        assert (mpath.read().size, mpath.table()) == (SIZE, before)

    def test_is_not_tried_beyond_the_end_of_the_paths(self, world: World, mpath: Map) -> None:
        """Kernels that do not measure a later table would make a map with nothing behind its end."""
        with pytest.raises(errors.PathsDiffer, match="sectors, not"):
            mpath.resize(GROWN, verify=False)

        assert mpath.read().size == SIZE
