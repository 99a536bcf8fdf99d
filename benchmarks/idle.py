"""
What does a manager cost while nothing happens, with 100 maps of 4 paths?

``python -m benchmarks.idle FILE``, in a guest with such an array and without udevd: seconds of a CPU in a minute, and
memory, of each manager in turn with the same maps; written to the file.
"""

import subprocess
import sys
import time
from typing import Any, Final

from multipath import Host
from multipath.lab import guest

from . import udev_database
from .managers import BUDGET, MULTIPATHD, OURS, TUNED, cpu_seconds, footprint, write

_SETTLE: Final = 45.0  # seconds: intervals of checks have grown to their longest by then
_WINDOW: Final = 60.0  # seconds


def main() -> int:
    """Measure every manager."""
    results = []
    units = guest.luns()
    paths = sum(map(len, units))
    with Host() as host:
        udev_database.fill(host, paths)
    for manager in (OURS, MULTIPATHD, BUDGET, TUNED):
        print(f"idle: {manager.name}", file=sys.stderr, flush=True)
        with manager.running(maps=len(units), paths=paths) as process:
            results.append({"manager": manager.name, **_measured(process)})
        write(sys.argv[1], results)
    return 0


def _measured(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    time.sleep(_SETTLE)
    pids, _ = footprint(process)
    before, began = cpu_seconds(*pids), time.monotonic()
    time.sleep(_WINDOW)
    after, seconds = cpu_seconds(*pids), time.monotonic() - began
    return {"cpu": (after - before) / seconds, "memory": footprint(process)[1]}


if __name__ == "__main__":
    sys.exit(main())
