"""A load on a map while one of its paths goes silent: how long any I/O had to wait."""

import asyncio
import mmap
import os
import random
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from multipath import Host, Map
from multipath.maps.keeper import TimeoutKeeper
from multipath.paths.knobs import Knob, knob_files, knob_values
from multipath.paths.path import Path
from multipath.paths.timeout_journal import TimeoutJournal
from multipath.policy.stall import StallPlan
from multipath.units import format_devt

_BLOCK: Final = 4096
_READERS: Final = 4
_MOST: Final = 400  # fresh readers that may be caught at a time
_EVERY: Final = 0.05  # seconds between two fresh reads
_PATIENCE: Final = 30.0  # seconds until all I/O is back after a fault
_SLOW: Final = 0.4  # seconds that no read of a healthy guest takes


@dataclass(frozen=True, slots=True)
class Stall:
    """
    What a fault did to the load, in seconds.

    Attributes:
        caught: The longest wait of any I/O.
        new: After the fault, the last moment at which an I/O was sent that was slow.
        errors: How many I/Os failed.
        reads: How many there were.
        stuck: How many had not come back at the end.
    """

    caught: float
    new: float
    errors: int
    reads: int
    stuck: int


class Load:
    """
    Readers that read block after block, and one that begins every so often, whatever became of those before it.

    A ``lonely`` load is one read every second: the queue is idle before it.
    """

    def __init__(self, node: str, *, lonely: bool = False) -> None:
        self._every = 1.0 if lonely else _EVERY
        self._fd = os.open(node, os.O_RDONLY | os.O_DIRECT | os.O_CLOEXEC)
        self._blocks = os.lseek(self._fd, 0, os.SEEK_END) // _BLOCK
        self._lock, self._stop = threading.Lock(), False
        self._out: dict[object, float] = {}
        self._reads: list[tuple[float, float, int]] = []
        loops = (self._loop,) * (0 if lonely else _READERS) + (self._fresh,)
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin no more."""
        self._stop = True

    def close(self) -> None:
        """Wait until all is back, and close the map."""
        self._stop, end = True, time.monotonic() + _PATIENCE
        while self.stuck(time.monotonic()) or any(thread.is_alive() for thread in self._threads):
            assert time.monotonic() < end, "I/O does not come back"
            time.sleep(0.05)
        os.close(self._fd)

    def stuck(self, since: float) -> int:
        """Return how many are out that began before a moment."""
        with self._lock:
            return sum(began < since for began in self._out.values())

    def stall(self, fault: float) -> Stall:
        """Return what became of the load."""
        now = time.monotonic()
        with self._lock:
            out = [(began, now, 0) for began in self._out.values()]
            reads = self._reads + out
        slow = [began for began, end, _ in reads if end > fault and end - began > _SLOW]
        return Stall(
            max(end - max(began, 0) for began, end, _ in reads if end > fault),
            max([began - fault for began in slow], default=0.0),
            sum(error != 0 for _, _, error in reads),
            len(reads),
            len(out),
        )

    def _loop(self) -> None:
        while not self._stop:
            self._read()
            time.sleep(0.01)

    def _fresh(self) -> None:
        while not self._stop:
            if len(self._out) < _MOST:
                threading.Thread(target=self._read, daemon=True).start()
            time.sleep(self._every)

    def _read(self) -> None:
        buffer, key, error, began = mmap.mmap(-1, _BLOCK), object(), 0, time.monotonic()
        with self._lock:
            self._out[key] = began
        try:
            os.preadv(self._fd, [buffer], random.randrange(self._blocks) * _BLOCK)
        except OSError as failed:
            error = failed.errno or -1
        end = time.monotonic()
        with self._lock:
            del self._out[key]
            self._reads.append((began, end, error))


@asynccontextmanager
async def kept(host: Host, paths: list[Path], budget: float, journal: TimeoutJournal) -> AsyncIterator[StallPlan]:
    """Keep the timeouts of the paths of a map, and watch for silence, while the context lasts."""
    keeper = TimeoutKeeper(host, max_stall=budget, journal=journal)
    for path in paths:
        await keeper.adopt(path)
    try:
        yield keeper.plans[paths[0].devt]
    finally:
        for path in paths:
            await keeper.let_go(path)


async def stall_of(
    host: Host,
    mpath: Map,
    load: Load,
    budget: float,
    inject: Callable[[str], None],
    *,
    most: float,
    journal: TimeoutJournal,
) -> tuple[Stall, StallPlan]:
    """
    Break the path that a map uses, and return what that did, when nothing waits any more or after ``most`` seconds.

    The fault stays.
    """
    members = mpath.snapshot.status.active_paths
    paths = [path for path in host.paths() if format_devt(path.devt) in members]
    victim = paths[0]
    # The timer of an iSCSI connection runs for as long as it was told before, whatever it is told meanwhile.
    interval = max(knob_values(knob_files(path)).get(Knob.NOOP_INTERVAL, 0.0) for path in paths)
    async with kept(host, paths, budget, journal) as plan:
        await asyncio.sleep(1.0 + interval)
        await asyncio.get_running_loop().run_in_executor(None, inject, victim.name)
        fault = time.monotonic()
        end = fault + most
        while time.monotonic() < end:
            await asyncio.sleep(0.25)
            moment = time.monotonic()
            if moment > fault + 2.0 and not load.stuck(moment - _SLOW):
                break
        load.stop()
        await asyncio.sleep(0.1)
        return load.stall(fault), plan
