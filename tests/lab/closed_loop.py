"""A closed loop on real devices: threads that read directly, one block after the other, and what each read took."""

import mmap
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

BLOCK = 4096
_BLOCKS = 1024
_WARM_UP = 0.1


@dataclass
class ClosedLoopRun:
    """
    Threads that read a device until the time is up; their first tenth of it counts for nothing.

    Attributes:
        device: Its node.
        depth: How many threads.
        seconds: The time.
        latencies: What the reads took, in nanoseconds.
    """

    device: str
    depth: int
    seconds: float
    latencies: list[int] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> Self:
        """Begin to read."""
        begin = time.perf_counter_ns()
        self._threads += [threading.Thread(target=self._read, args=(number, begin)) for number in range(self.depth)]
        for thread in self._threads:
            thread.start()
        return self

    def wait(self) -> Self:
        """Wait for the end; return the run."""
        for thread in self._threads:
            thread.join()
        return self

    def _read(self, number: int, begin: int) -> None:
        buffer = mmap.mmap(-1, BLOCK)
        warm, end = (begin + int(self.seconds * part * 1e9) for part in (_WARM_UP, 1))
        fd = os.open(self.device, os.O_RDONLY | os.O_DIRECT)
        now = time.perf_counter_ns()
        while now < end:
            os.preadv(fd, [buffer], number % _BLOCKS * BLOCK)
            before, now = now, time.perf_counter_ns()
            number += self.depth
            if before > warm:
                self.latencies.append(now - before)
        os.close(fd)


def reads_done(device_number: str) -> int:
    """Return how many reads a block device has served."""
    return int(Path(f"/sys/dev/block/{device_number}/stat").read_text().split()[0])
