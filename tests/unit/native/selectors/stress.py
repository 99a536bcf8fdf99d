"""
Use one selector in several threads at once: batches without the GIL beside each other, and single calls beside them.

Run by ``test_threads`` in a process of its own, with modules that were built with ThreadSanitizer::

    python -m tests.unit.native.selectors.stress <number of rounds>

Each thread takes and gives back as many I/Os as it takes, so that in the end nothing is on its way.
"""

import sys
from array import array
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Final

from multipath import Selector
from multipath._native.selector import END, FAIL, REINSTATE, START

from .models import NO_PATH
from .setups import NAMES, plain

_PATHS: Final = 8
_BATCH: Final = 500


def batches(selector: Selector, rounds: int) -> None:
    """Start many I/Os at a time, and end them one by one."""
    sizes, times, out = array("Q", [4096] * _BATCH), array("Q", range(_BATCH)), array("i", [0] * _BATCH)
    for _ in range(rounds):
        selector.select_batch(sizes, times, out, start=True)
        for path in out:
            if path != NO_PATH:
                selector.end_io(path, 4096, 0, _BATCH)


def traces(selector: Selector, rounds: int) -> None:
    """Let whole traces run, in which a path fails and comes back."""
    ops = bytes([FAIL, *(START, END) * _BATCH, REINSTATE])
    steps = len(ops)
    args = array("q", [1, *(arg for step in range(_BATCH) for arg in (0, 2 * step + 1)), 1])
    zeroes, out = array("Q", bytes(8 * steps)), array("i", bytes(4 * steps))
    for _ in range(rounds):
        selector.replay(ops, args, zeroes, zeroes, out)


def calls(selector: Selector, rounds: int) -> None:
    """Call everything that there is, once at a time."""
    for number in range(rounds * 20):
        path = selector.select(512, number)
        if path != NO_PATH:
            selector.start_io(path, 512)
            selector.end_io(path, 512, number, number + 1)
        selector.fail(number % _PATHS)
        selector.status()
        selector.group_status()
        assert len(selector.usable) == _PATHS
        selector.reinstate(number % _PATHS)


def used_by_all(selector: Selector, rounds: int) -> None:
    """Run them all at once, two of each."""
    together = Barrier(6)

    def run(work: Callable[[Selector, int], None]) -> None:
        together.wait()
        work(selector, rounds)

    threads = [Thread(target=run, args=(work,)) for work in (batches, traces, calls) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(rounds: int) -> None:
    """Use each selector; print what it still counts as on its way."""
    for name in NAMES:
        selector = plain(name, _PATHS).native()
        used_by_all(selector, rounds)
        on_its_way = [row[1 if name == "historical-service-time" else 0] for row in selector.status() if row]
        print(name, 0 if name == "io-affinity" else sum(on_its_way), sum(selector.usable))


if __name__ == "__main__":
    main(int(sys.argv[1]))
