"""
I/O that proves that a map keeps its promises while everything breaks.

Theory of operation: several threads write numbered blocks, each thread its own ones, now and then flush, and read back
what must be there. Every call and every answer goes into a `History`, and the unit's own writes go into the same one.
At the end the history is read for contradictions, and every block of the unit is compared with what was executed last.
A write that was reported as failed may have been executed or not, but not later; that, too, is in the history.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from ..blocks import BLOCK_SIZE, describe_block, make_block
from ..units import SECTOR_SIZE
from .bio import Bio, BlockStatus, Operation
from .disk import Disk
from .history import Fact, History, contradictions, last_executed

_MOST_EVIDENCE: Final = 10
_FLUSHES: Final = 0.1  # the share of all calls
_READS: Final = 0.3
_UNKNOWN: Final = 0  # the generation of a block that no write of ours has reached for certain
_BLOCK_SECTORS: Final = BLOCK_SIZE // SECTOR_SIZE


@dataclass(frozen=True, slots=True)
class CheckReport:
    """
    What was done and found.

    Attributes:
        acknowledged: Writes that succeeded.
        failed: Writes that were reported as failed.
        flushes: Flushes that succeeded.
        reads: Reads that were compared.
        evidence: One sentence for each of the first things that must not be.
    """

    acknowledged: int
    failed: int
    flushes: int
    reads: int
    evidence: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether something was written, and nothing contradicts anything."""
        return self.acknowledged > 0 and not self.evidence


class BlockChecker:
    """
    Numbered blocks on one disk, written by several threads; a context manager that ends them.

    What stood in the first ``blocks`` blocks of the disk is lost.

    Args:
        disk: Where to write.
        history: What the unit below notes its writes in, see `RecordedStore`.
        blocks: How many blocks are used.
        threads: How many threads write.
        seed: What decides which blocks are written, flushed and read, and when.
        calls: How many I/Os each thread does at most; without end when absent.

    Synchronization: `finish` once, any number of asks.
    """

    def __init__(
        self,
        disk: Disk,
        history: History,
        *,
        blocks: int = 64,
        threads: int = 4,
        seed: int = 0,
        calls: int | None = None,
    ) -> None:
        self._disk, self._history, self._blocks = disk, history, blocks
        self._evidence: list[str] = []
        self._stopping = self._finished = False
        self._calls = calls
        self._reads = 0
        self._threads = [
            threading.Thread(target=self._work, args=(_Share(number, threads, blocks, seed),), daemon=True)
            for number in range(threads)
        ]

    def __enter__(self) -> Self:
        """Start."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; I/O that hangs is left to its thread."""
        self._stopping = True
        if not self._finished:
            for thread in self._threads:
                thread.join(1.0)

    @property
    def acknowledged(self) -> int:
        """How many writes have succeeded so far."""
        return self._history.count(Fact.ACKNOWLEDGED)

    def finish(self, read: Callable[[int, int], bytes], *, timeout: float = 30.0) -> CheckReport:
        """
        End the I/O, after its ``calls`` where their number was given, and tell what was found.

        Args:
            read: Reads the unit itself, past all paths: bytes at an offset, as many as asked for.
            timeout: Seconds of real time; a thread whose I/O has not ended by then is evidence.
        """
        self._stopping, self._finished = self._calls is None, True
        for thread in self._threads:
            thread.join(timeout)
        stuck = [f"{thread.name}: an I/O does not end" for thread in self._threads if thread.is_alive()]
        entries, count = self._history.entries(), self._history.count
        evidence = [*stuck, *self._evidence, *contradictions(entries)]
        for number, generation in sorted(last_executed(entries).items()):
            evidence += self._compared(number, generation, read(number * BLOCK_SIZE, BLOCK_SIZE))
        return CheckReport(
            count(Fact.ACKNOWLEDGED),
            count(Fact.FAILED),
            count(Fact.FLUSH_ACKNOWLEDGED),
            self._reads,
            tuple(evidence[:_MOST_EVIDENCE]),
        )

    def _compared(self, number: int, generation: int, found: bytes) -> list[str]:
        if found == make_block(self._history.run, number, generation):
            return []
        what = describe_block(found, run=self._history.run)
        return [f"at block {number}, where generation {generation} was written last: {what}"]

    # In a thread.

    def _work(self, share: "_Share") -> None:
        done = 0
        while not self._stopping and done != self._calls:
            chance = share.random.random()
            if chance < _FLUSHES:
                self._flush(share)
            elif chance < _FLUSHES + _READS:
                self._read(share)
            else:
                self._write(share)
            done += 1

    def _write(self, share: "_Share") -> None:
        number = share.random.choice(share.numbers)
        generation = share.generations[number] = share.generations.get(number, 0) + 1
        note = self._history.note
        note(Fact.ISSUED, number, generation)

        def ended(bio: Bio) -> None:
            good = bio.status is BlockStatus.OK
            note(Fact.ACKNOWLEDGED if good else Fact.FAILED, number, generation)

        block = memoryview(make_block(self._history.run, number, generation))
        if self._done("write", number, block, ended) is BlockStatus.OK:
            share.expected[number] = {generation}
        else:
            share.expected.setdefault(number, {_UNKNOWN}).add(generation)

    def _flush(self, share: "_Share") -> None:
        share.flushes += 1
        flush = share.flushes * len(self._threads) + share.number
        note = self._history.note
        note(Fact.FLUSH_ISSUED, flush)

        def ended(bio: Bio) -> None:
            note(Fact.FLUSH_ACKNOWLEDGED if bio.status is BlockStatus.OK else Fact.FLUSH_FAILED, flush)

        self._done("flush", 0, memoryview(b""), ended)

    def _read(self, share: "_Share") -> None:
        number = share.random.choice(share.numbers)
        buffer = bytearray(BLOCK_SIZE)
        expected = share.expected.get(number)
        status = self._done("read", number, memoryview(buffer), _nothing)
        if status is not BlockStatus.OK or not expected or _UNKNOWN in expected:
            return
        self._reads += 1
        found, run = bytes(buffer), self._history.run
        if found not in {make_block(run, number, generation) for generation in expected}:
            wanted = " or ".join(map(str, sorted(expected)))
            self._evidence.append(f"read at block {number}, generation {wanted}: {describe_block(found, run=run)}")

    def _done(self, op: Operation, number: int, buffer: memoryview, note: Callable[[Bio], None]) -> BlockStatus:
        """Do an I/O, have its end noted by whoever ends it, at once, and return its status."""
        clock = self._disk.clock
        ends: list[BlockStatus] = []

        def ended(bio: Bio) -> None:
            note(bio)
            ends.append(bio.status or BlockStatus.IOERR)
            clock.notify()

        self._disk.device.submit(Bio(op, number * _BLOCK_SECTORS, buffer, ended))
        clock.wait_for(lambda: bool(ends))
        return ends[0]


class _Share:
    """
    What one thread knows of its blocks.

    Attributes:
        number: Which thread.
        numbers: Its blocks.
        generations: The last generation of each that it issued.
        expected: What may stand in each: one generation, or more after a write that failed.
        flushes: How many it has issued.
    """

    def __init__(self, number: int, threads: int, blocks: int, seed: int) -> None:
        self.number, self.numbers = number, range(number, blocks, threads)
        self.random = random.Random(f"{seed} {number}")
        self.generations: dict[int, int] = {}
        self.expected: dict[int, set[int]] = {}
        self.flushes = 0


def _nothing(bio: Bio) -> None:
    """A read is in no history."""
