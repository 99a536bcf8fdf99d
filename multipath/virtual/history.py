"""
The history of numbered blocks: what a program asked and was told, what the unit did, in one order; and whether it fits.

Strategy: both ends append to one list, so that the place in the list is the order. A write is *issued* and then
*acknowledged* or *failed*, as the program sees it; the unit *executes* it. The same goes for flushes. What must hold is
then a matter of reading the list once:

- what was acknowledged was executed before;
- nothing is executed once it was acknowledged or reported as failed: a late copy would overwrite what came after it;
- between the call of a flush that succeeds and its return the unit flushes, after all that was acknowledged before it;
- nothing is executed that nobody issued.
"""

import enum
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..blocks import BLOCK_SIZE, block_header
from .store import Store

_NOT_YET: Final = -1


class Fact(enum.Enum):
    """What an entry tells."""

    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "reported as failed"
    EXECUTED = "executed"
    FLUSH_ISSUED = "flush issued"
    FLUSH_ACKNOWLEDGED = "flush acknowledged"
    FLUSH_FAILED = "flush reported as failed"
    FLUSHED = "flushed"


class Entry(NamedTuple):
    """
    One entry.

    Attributes:
        fact: What happened.
        number: Of which block; of a flush which flush, and 0 for ``FLUSHED``.
        generation: The how manyth write of that block.
    """

    fact: Fact
    number: int = 0
    generation: int = 0


class History:
    """
    What happened to the numbered blocks of one run, in order.

    Args:
        run: The number that tells this run's blocks from others.

    Synchronization: any number of threads.
    """

    def __init__(self, run: int) -> None:
        self.run = run
        self._entries: list[Entry] = []

    def note(self, fact: Fact, number: int = 0, generation: int = 0) -> None:
        """Append an entry."""
        self._entries.append(Entry(fact, number, generation))

    def executed(self, data: bytes | memoryview) -> None:
        """Note that the unit wrote ``data``, one block or several."""
        for start in range(0, len(data), BLOCK_SIZE):
            if header := block_header(data[start : start + BLOCK_SIZE], run=self.run):
                self.note(Fact.EXECUTED, *header)

    def entries(self) -> tuple[Entry, ...]:
        """Return what was noted so far."""
        return tuple(self._entries)

    def count(self, fact: Fact) -> int:
        """Return how often something was noted."""
        return sum(entry.fact is fact for entry in self.entries())


class RecordedStore:
    """
    A store that notes every write and every flush.

    Args:
        store: Where the bytes really go.
        history: Where it is noted.

    Synchronization: any number of threads; a write and its note are one step.
    """

    def __init__(self, store: Store, history: History) -> None:
        self._store, self._history = store, history
        self._lock = threading.Lock()

    def read(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes."""
        return self._store.read(offset, length)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Write ``data`` and note it."""
        with self._lock:
            self._store.write(offset, data)
            self._history.executed(data)

    def flush(self) -> None:
        """Flush and note it."""
        with self._lock:
            self._store.flush()
            self._history.note(Fact.FLUSHED)

    def resize(self, size: int) -> None:
        """Set the size in bytes."""
        self._store.resize(size)

    def close(self) -> None:
        """Close what is below."""
        self._store.close()


def contradictions(entries: Iterable[Entry]) -> list[str]:
    """
    Return what in a history must not be, one sentence each; empty when everything fits.

    >>> contradictions([Entry(Fact.ISSUED, 7, 1), Entry(Fact.ACKNOWLEDGED, 7, 1)])
    ['block 7, generation 1: acknowledged, but not executed before']
    """
    reader = _Reader()
    return [sentence for place, entry in enumerate(entries) for sentence in reader.read(place, entry)]


def last_executed(entries: Iterable[Entry]) -> dict[int, int]:
    """Return for each block the generation that was executed last: what must stand there now."""
    return {entry.number: entry.generation for entry in entries if entry.fact is Fact.EXECUTED}


@dataclass(slots=True)
class _Write:
    executed: int = _NOT_YET
    told: Fact | None = None


@dataclass(slots=True)
class _Reader:
    """What was read of a history so far."""

    writes: dict[tuple[int, int], _Write] = field(default_factory=dict)
    last_acknowledged: int = _NOT_YET  # the latest place at which a write was executed that is acknowledged by now
    needed: dict[int, tuple[int, int]] = field(default_factory=dict)  # by flush: its call, and that place at its call
    flushed: list[int] = field(default_factory=list)

    def read(self, place: int, entry: Entry) -> Iterator[str]:
        """Yield what the next entry contradicts."""
        if entry.fact in (Fact.ISSUED, Fact.ACKNOWLEDGED, Fact.FAILED, Fact.EXECUTED):
            what = f"block {entry.number}, generation {entry.generation}"
            yield from (f"{what}: {why}" for why in self._write(place, entry))
        elif entry.fact is Fact.FLUSHED:
            self.flushed.append(place)
        elif entry.fact is Fact.FLUSH_ISSUED:
            self.needed[entry.number] = place, self.last_acknowledged
        elif entry.fact is Fact.FLUSH_ACKNOWLEDGED:
            yield from self._flush(entry.number)

    def _write(self, place: int, entry: Entry) -> Iterator[str]:
        key = entry.number, entry.generation
        if entry.fact is Fact.ISSUED:
            self.writes[key] = _Write()
            return
        write = self.writes.get(key)
        if write is None:
            yield f"{entry.fact.value}, but nobody issued it"
        elif entry.fact is Fact.EXECUTED:
            if write.told is not None:
                yield f"executed after it was {write.told.value}"
            write.executed = place
        else:
            write.told = entry.fact
            if entry.fact is Fact.ACKNOWLEDGED and write.executed == _NOT_YET:
                yield "acknowledged, but not executed before"
            if entry.fact is Fact.ACKNOWLEDGED:
                self.last_acknowledged = max(self.last_acknowledged, write.executed)

    def _flush(self, number: int) -> Iterator[str]:
        issued, needed = self.needed[number]
        if not self.flushed or self.flushed[-1] < issued:
            yield f"flush {number}: acknowledged, but the unit did not flush meanwhile"
        elif self.flushed[-1] < needed:
            yield f"flush {number}: it passed a write that was acknowledged before it"
