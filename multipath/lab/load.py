"""
A load that proves itself: numbered blocks, written and read back past the page cache by several threads.

Theory of operation: each writer has blocks of its own. It writes one that says what it is (`multipath.blocks`), reads
it back, and reads an older one, for ever; readers read any block. What may stand where is in a `Ledger`, so a lost
write, a stale read, a block that went astray and a torn one are all found, and told apart. At the end every block is
read once more. An I/O that hangs holds up its thread and its block, and nothing else.
"""

import os
import threading
from collections.abc import Callable
from typing import Self

from ..blocks import BLOCK_SIZE, make_block
from ..errors import WaitTimeout
from .disk import DirectDisk, Disk
from .latencies import Moment
from .ledger import Ledger
from .load_report import LoadReport
from .load_thread import LoadThread
from .tally import Tally


def fill(disk: Disk, run: int, blocks: int) -> None:
    """Write the first ``blocks`` blocks of a disk, for loads of that ``run`` that find them ``filled``."""
    for number in range(blocks):
        disk.write(number * BLOCK_SIZE, make_block(run, number, 1))


class Load:
    """
    Verified I/O on one device, in threads of its own; a context manager that ends it.

    What stood in the first ``blocks`` blocks of the device is lost, unless nobody writes.

    Args:
        name: The device, as it is called where the I/O fails.
        open_disk: How it is opened, in each thread; `DirectDisk` of the node when absent.
        blocks: How many blocks are used.
        run: A number that tells this run from others.
        writers: How many threads write and read.
        readers: How many threads read only.
        filled: Whether `fill` has written the blocks of this ``run``.
        lasting: Whether the load goes on after an I/O that fails.
        pause: Seconds that each thread rests after a turn.

    Synchronization: any thread may ask and wait.  Units: blocks of `BLOCK_SIZE` bytes.
    """

    def __init__(
        self,
        name: str,
        open_disk: Callable[[], Disk] | None = None,
        *,
        blocks: int = 256,
        run: int | None = None,
        writers: int = 1,
        readers: int = 0,
        filled: bool = False,
        lasting: bool = False,
        pause: float = 0.0,
    ) -> None:
        run = int.from_bytes(os.urandom(8), "little") if run is None else run
        self._name, self._stopping, self._tally = name, threading.Event(), Tally(writers + readers)
        ledger = Ledger(run, written=blocks if filled else 0)
        open_disk = open_disk or (lambda: DirectDisk(name))
        each = LoadThread(open_disk, ledger, self._tally, self._stopping, blocks, lasting, pause)
        turns = [each.writer(number, writers) for number in range(writers)]
        turns += [each.reader(number) for number in range(readers)]
        self._threads = [
            threading.Thread(target=each.run, args=(turn,), name=f"load on {name}", daemon=True) for turn in turns
        ]

    def __enter__(self) -> Self:
        """Start."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop; I/O that hangs is left to its thread."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(1.0)

    @property
    def report(self) -> LoadReport:
        """What was done and found so far."""
        return self._tally.report

    def moment(self) -> Moment:
        """Return what this load will see after now."""
        return self._tally.moment()

    def wait_verified(self, blocks: int, *, timeout: float = 10.0) -> LoadReport:
        """
        Wait until so many more reads were compared.

        Raises:
            WaitTimeout: they were not; ``.seen`` is the report, which tells whether the I/O failed or hangs.
        """
        if not self._tally.wait_read(blocks, timeout):
            raise self._stalled(f"{blocks} more blocks were not verified")
        return self.report

    def finish(self, *, timeout: float = 30.0) -> LoadReport:
        """
        End the I/O after every block was read once more, and return the final report.

        Raises:
            WaitTimeout: an I/O hangs.
        """
        self._stopping.set()
        if not self._tally.wait_ended(timeout):
            raise self._stalled("the last blocks were not read")
        return self.report

    def _stalled(self, what: str) -> WaitTimeout:
        report = self.report
        why = report.failure or "an I/O hangs, or is slow"
        return WaitTimeout(f"I/O on {self._name}: {what} in time: {why}", report)
