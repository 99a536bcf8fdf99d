"""One thread of a load: turn after turn, until it is told to stop or an I/O fails."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from ..blocks import BLOCK_SIZE
from .disk import Disk
from .ledger import Ledger
from .tally import Tally

_STRIDE: Final = 31  # odd, so that the older blocks are visited in another order than the written ones
_REST: Final = 0.01  # seconds: after an I/O that failed, or where another thread is at the block
Turn = Callable[[Disk], bool]


@dataclass(frozen=True, slots=True)
class LoadThread:
    """
    What a thread of a load works with.

    Attributes:
        open_disk: How the device is opened.
        ledger: What may stand where.
        tally: Where it is counted.
        stopping: Set when it is to end.
        blocks: How many blocks are used.
        lasting: Whether it goes on after an I/O that fails.
        pause: Seconds that it rests after a turn.
    """

    open_disk: Callable[[], Disk]
    ledger: Ledger
    tally: Tally
    stopping: threading.Event
    blocks: int
    lasting: bool
    pause: float

    def run(self, turn: Turn) -> None:
        """Take turns until the end; the last thread then reads all blocks once more."""
        failure = ""
        try:
            with self.open_disk() as disk:
                self._take_turns(turn, disk)
                if self.tally.is_last():
                    for number in self.ledger.numbers:
                        self._compare(disk, number)
        except OSError as error:
            failure = str(error.strerror)
        self.tally.ended(failure)

    def writer(self, number: int, writers: int) -> Turn:
        """Return the turn of a writer: write a block of its own, read it back, read an older one of its own."""
        own = range(number, self.blocks, writers)
        steps = count()

        def turn(disk: Disk) -> bool:
            step = next(steps)
            done = self._with(own[step % len(own)], lambda block: self._write_and_compare(disk, block))
            older = own[step * _STRIDE % len(own)]
            return self._with(older, lambda block: self._compare(disk, block)) and done

        return turn

    def reader(self, number: int) -> Turn:
        """Return the turn of a reader: read any block."""
        chance = random.Random(f"{self.ledger.run} {number}")
        return lambda disk: self._with(chance.randrange(self.blocks), lambda block: self._compare(disk, block))

    def _take_turns(self, turn: Turn, disk: Disk) -> None:
        while not self.stopping.is_set():
            try:
                done = turn(disk)
            except OSError:
                if not self.lasting:
                    raise
                done = False
            if self.pause or not done:
                self.stopping.wait(self.pause if done else _REST)

    def _with(self, number: int, use: Callable[[int], None]) -> bool:
        """Do something with a block that nobody else is at, and return whether it was so."""
        if not self.ledger.lend(number):
            return False
        try:
            use(number)
        finally:
            self.ledger.give_back(number)
        return True

    def _write_and_compare(self, disk: Disk, number: int) -> None:
        block = self.ledger.issue(number)
        with self.tally.timed():
            disk.write(number * BLOCK_SIZE, block)
        self.ledger.acknowledge(number)
        self.tally.wrote()
        self._compare(disk, number)

    def _compare(self, disk: Disk, number: int) -> None:
        if not self.ledger.knows(number):
            return
        with self.tally.timed():
            found = disk.read(number * BLOCK_SIZE, BLOCK_SIZE)
        self.tally.compared(self.ledger.evidence(number, found))
