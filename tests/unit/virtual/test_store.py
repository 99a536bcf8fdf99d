"""What a unit keeps its bytes in."""

from collections.abc import Iterator
from pathlib import Path as Folder

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.errors import Closed
from multipath.virtual.store import FileStore, MemoryStore, Store

SIZE = 1 << 18


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Folder) -> Iterator[Store]:
    """Give a store of each kind."""
    made: Store = MemoryStore() if request.param == "memory" else FileStore(tmp_path / "unit")
    made.resize(SIZE)
    yield made
    made.close()


class TestAStore:
    def test_is_zeros_where_nothing_was_written(self, store: Store) -> None:
        """However much of it."""
        assert store.read(SIZE - 300_000 % SIZE, 1000) == bytes(1000)

    @pytest.mark.parametrize("offset", [0, 65_000, 65_536, 131_000])
    def test_reads_what_was_written(self, store: Store, offset: int) -> None:
        """Across the borders of its parts, and nothing beside it."""
        data = bytes(range(256)) * 4
        store.write(offset, data)
        store.flush()

        assert store.read(offset, len(data)) == data
        assert store.read(offset + len(data), 16) == bytes(16)

    def test_forgets_what_is_cut_off(self, store: Store) -> None:
        """A unit that shrinks and grows again has zeros there."""
        store.write(0, b"a" * SIZE)
        store.resize(70_000)
        store.resize(SIZE)

        assert store.read(69_990, 20) == b"a" * 10 + bytes(10)
        assert store.read(SIZE - 10, 10) == bytes(10)

    def test_may_be_closed_twice(self, store: Store) -> None:
        """Whoever closes it."""
        store.close()
        store.close()


class TestMemory:
    @given(st.lists(st.tuples(st.integers(0, 200_000), st.binary(max_size=70_000)), max_size=6))
    def test_is_as_good_as_one_piece(self, writes: list[tuple[int, bytes]]) -> None:
        """Compared with a single array of bytes."""
        store, model = MemoryStore(), bytearray(300_000)
        for offset, data in writes:
            store.write(offset, data)
            model[offset : offset + len(data)] = data

        assert store.read(0, len(model)) == model


class TestAFile:
    def test_outlives_the_store(self, tmp_path: Folder) -> None:
        """It has the bytes when it is opened again, and no more blocks than were written."""
        first = FileStore(tmp_path / "unit")
        first.resize(1 << 30)
        first.write(4096, b"kept")
        first.close()

        assert FileStore(tmp_path / "unit").read(4096, 4) == b"kept"
        assert (tmp_path / "unit").stat().st_blocks < 100

    def test_that_is_closed_is_refused(self, tmp_path: Folder) -> None:
        """With its name."""
        store = FileStore(tmp_path / "unit")
        store.close()

        with pytest.raises(Closed, match="unit is closed"):
            store.read(0, 1)
