"""A history of numbered blocks, and what it must not tell."""

import pytest

from multipath.blocks import make_block
from multipath.virtual.history import Entry, Fact, History, RecordedStore, contradictions, last_executed
from multipath.virtual.store import MemoryStore

RUN = 7
ISSUED, EXECUTED, ACKED = (Entry(fact, 3, 1) for fact in (Fact.ISSUED, Fact.EXECUTED, Fact.ACKNOWLEDGED))
FAILED = Entry(Fact.FAILED, 3, 1)
FLUSH, FLUSHED, FLUSH_ACKED = Entry(Fact.FLUSH_ISSUED, 1), Entry(Fact.FLUSHED), Entry(Fact.FLUSH_ACKNOWLEDGED, 1)
FLUSH_FAILED = Entry(Fact.FLUSH_FAILED, 1)


class TestAHistory:
    @pytest.mark.parametrize(
        "entries",
        [
            [ISSUED, EXECUTED, ACKED],
            [ISSUED, EXECUTED, EXECUTED, ACKED],
            [ISSUED, FAILED],
            [ISSUED, EXECUTED, FAILED],
            [ISSUED, EXECUTED, ACKED, FLUSH, FLUSHED, FLUSH_ACKED],
            [ISSUED, FLUSH, FLUSHED, EXECUTED, FLUSH_ACKED, ACKED],
            [ISSUED, EXECUTED, ACKED, FLUSH, FLUSH_FAILED],
            [FLUSH, FLUSHED, FLUSHED, FLUSH_ACKED],
            [],
        ],
    )
    def test_may_tell_this(self, entries: list[Entry]) -> None:
        """A second attempt before the answer, a failure of unknown outcome, a write beside a flush."""
        assert contradictions(entries) == []

    @pytest.mark.parametrize(
        ("entries", "why"),
        [
            ([ISSUED, ACKED], "block 3, generation 1: acknowledged, but not executed before"),
            ([ISSUED, ACKED, EXECUTED], "block 3, generation 1: acknowledged, but not executed before"),
            ([ISSUED, EXECUTED, ACKED, EXECUTED], "block 3, generation 1: executed after it was acknowledged"),
            ([ISSUED, FAILED, EXECUTED], "block 3, generation 1: executed after it was reported as failed"),
            ([EXECUTED], "block 3, generation 1: executed, but nobody issued it"),
            ([FLUSH, FLUSH_ACKED], "flush 1: acknowledged, but the unit did not flush meanwhile"),
            ([FLUSHED, FLUSH, FLUSH_ACKED], "flush 1: acknowledged, but the unit did not flush meanwhile"),
        ],
    )
    def test_must_not_tell_this(self, entries: list[Entry], why: str) -> None:
        """A lost write, a late copy, a flush that did nothing."""
        assert why in contradictions(entries)

    def test_tells_what_must_stand_in_each_block(self) -> None:
        """The last generation that was executed."""
        entries = [EXECUTED, Entry(Fact.EXECUTED, 3, 2), Entry(Fact.EXECUTED, 4, 1)]

        assert last_executed(entries) == {3: 2, 4: 1}


class TestARecordedStore:
    def test_notes_what_reaches_the_store(self) -> None:
        """Blocks of this run, by their headers, and flushes."""
        history = History(RUN)
        store = RecordedStore(MemoryStore(), history)

        store.write(0, make_block(RUN, 0, 5) + make_block(RUN, 1, 6))
        store.write(8192, make_block(RUN + 1, 2, 1) + bytes(512))
        store.flush()

        assert history.entries() == (Entry(Fact.EXECUTED, 0, 5), Entry(Fact.EXECUTED, 1, 6), Entry(Fact.FLUSHED))

    def test_is_a_store_in_all_else(self) -> None:
        """What goes in comes out."""
        store = RecordedStore(MemoryStore(), History(RUN))
        store.write(512, b"x" * 512)

        assert store.read(0, 1024) == bytes(512) + b"x" * 512
        store.resize(512)
        assert store.read(512, 512) == bytes(512)
        store.close()
