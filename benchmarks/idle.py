"""
What does a manager cost while nothing happens, with 100 maps of 4 paths?

Strategy: a guest's own clocks count in ticks, and charge a program that wakes up at a tick for the whole of it. So the
machine's processors are asked how long they worked for the whole guest, the kernel's part included: `in_guest` marks
where a window begins and ends, and `measured` reads the time there. What the guest takes without any manager is
subtracted.
"""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from multipath import Host
from multipath.errors import LabError
from multipath.lab import Guest, Machine, Sinks
from multipath.lab.guest import luns

from . import udev_database
from .managers import MULTIPATHD, OURS, memory, write

SETTLE: Final = 60.0  # seconds: intervals of checks have grown to their longest by then
WINDOW: Final = 40.0  # seconds
_MARK: Final = b"mark\n"
_LONGEST: Final = 1800.0  # seconds of the guest


def measured(machine: Machine, file: Path) -> None:
    """
    Measure every manager in a guest, and write what it took of one processor, and its memory, to a file.

    Raises:
        LabError: there is no guest.
    """
    times: list[float] = []
    command = [sys.executable, "-m", "benchmarks.idle", str(file)]

    def heard(data: bytes) -> None:
        times.extend([guest.cpu_seconds] * data.count(_MARK))

    with Guest(command, replace(machine, timeout=_LONGEST), Sinks(stdout=heard)) as guest:
        if guest.wait():
            raise LabError("no manager could be measured in the guest")
    windows = [(end - begin) / WINDOW for begin, end in zip(times[::2], times[1::2], strict=True)]
    idle, *busy = windows
    rows = json.loads(file.read_text())
    write(file, [{**row, "cpu": each - idle} for row, each in zip(rows, busy, strict=True)])


def in_guest() -> None:
    """Let every manager in turn look after the same maps, and mark its window."""
    results: list[dict[str, Any]] = []
    units = luns()
    paths = sum(map(len, units))
    with Host() as host:
        udev_database.fill(host, paths)
    _window()
    for manager in (OURS, MULTIPATHD):
        print(f"idle: {manager.name}", file=sys.stderr, flush=True)
        with manager.running(maps=len(units), paths=paths) as process:
            time.sleep(SETTLE)
            _window()
            results.append({"manager": manager.name, "memory": memory(process)})
        write(sys.argv[1], results)


def _window() -> None:
    for wait in (WINDOW, 0.0):
        os.write(1, _MARK)
        time.sleep(wait)


if __name__ == "__main__":
    in_guest()
