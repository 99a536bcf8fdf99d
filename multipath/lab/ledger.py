"""
What may stand in each block of a load, and who is at it.

A block is lent to one thread at a time, so whatever is read had to be there as a whole: an older generation is a lost
write or a stale read, another number one that went astray, a wrong digest a torn block. A write that failed may have
been executed or not: until the next one is acknowledged, either generation may be found.
"""

import threading

from ..blocks import describe_block, make_block


class Ledger:
    """
    The blocks of one run.

    Args:
        run: The number that tells this run from others.
        written: How many blocks have been written, once each, before the load starts (`fill`).

    Synchronization: any thread.
    """

    def __init__(self, run: int, *, written: int = 0) -> None:
        self.run = run
        self._issued = dict.fromkeys(range(written), 1)
        self._expected = {number: {1} for number in range(written)}
        self._lent: set[int] = set()
        self._mutex = threading.Lock()

    def lend(self, number: int) -> bool:
        """Take a block for oneself until it is given back; return whether nobody else was at it."""
        with self._mutex:
            if number in self._lent:
                return False
            self._lent.add(number)
            return True

    def give_back(self, number: int) -> None:
        """Let others at the block."""
        with self._mutex:
            self._lent.discard(number)

    @property
    def numbers(self) -> list[int]:
        """The blocks of which it is known what may stand in them."""
        with self._mutex:
            return sorted(self._expected)

    def knows(self, number: int) -> bool:
        """Return whether it is known what may stand in a block."""
        return number in self._expected

    def issue(self, number: int) -> bytes:
        """Return the block that is to be written, of the next generation: from now on it may be found."""
        with self._mutex:
            generation = self._issued[number] = self._issued.get(number, 0) + 1
            if number in self._expected:
                self._expected[number] = self._expected[number] | {generation}
        return make_block(self.run, number, generation)

    def acknowledge(self, number: int) -> None:
        """Take note that the last write succeeded: it alone may be found."""
        with self._mutex:
            self._expected[number] = {self._issued[number]}

    def evidence(self, number: int, found: bytes) -> str:
        """Return what is wrong with what was read, as one sentence; nothing where it may stand there."""
        with self._mutex:
            expected = sorted(self._expected[number])
        if any(found == make_block(self.run, number, generation) for generation in expected):
            return ""
        wanted = " or ".join(map(str, expected))
        return f"at block {number}, generation {wanted}: found {describe_block(found, run=self.run)}"
