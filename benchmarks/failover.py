"""
How long do applications wait when a path fails, and who shortens it?

``python -m benchmarks.failover FILE [FAULT…]``, in a guest: each fault that its array can have, or those named, with
each manager in turn on the same array, under reads; of those named with the two that matter most. What happened to the
reads is written to the file.
"""

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any, Final

from multipath import Host
from multipath.lab import guest
from multipath.lab.faults import injected
from multipath.units import format_devt

from .managers import BUDGET, MULTIPATHD, OURS, TUNED, Manager, write
from .reads import Reads, gap

LIMIT: Final = 30.0  # seconds after which nobody waits any longer for a read
_BEFORE: Final = 2.0  # seconds of reads before the fault
_QUIET: Final = 3.0  # seconds without a slow read after which it is over
_MOST_TELLING: Final = 2  # managers, from the left
_AWAY: Final = 5.0  # seconds for which all paths are lost

# What is tried: on which array, with whom. The last one takes all paths away and brings them back.
FAULTS: Final[dict[str, dict[str, tuple[Manager, ...]]]] = {
    "scsi_debug_per_path": {
        "offline": (BUDGET, TUNED, OURS, MULTIPATHD),
        "lost": (BUDGET, TUNED, OURS, MULTIPATHD),
        "held": (BUDGET, TUNED, OURS, MULTIPATHD),
    },
    "tcm_loop": {
        "port_down": (BUDGET, TUNED, OURS, MULTIPATHD),
        "alua_state": (BUDGET, TUNED, OURS, MULTIPATHD),
        "all_paths": (BUDGET, TUNED, OURS, MULTIPATHD),
    },
}


def main() -> int:
    """Try every fault of this guest's array with every manager."""
    results, named = [], sys.argv[2:]
    for fault, managers in FAULTS[guest.backend_name()].items():
        if named and fault not in named:
            continue
        for manager in managers[:_MOST_TELLING] if named else managers:
            print(f"failover: {fault}, {manager.name}", file=sys.stderr, flush=True)
            results.append({"fault": fault, "manager": manager.name, **_tried(fault, manager)})
            write(sys.argv[1], results)
    return 0


def _tried(fault: str, manager: Manager) -> dict[str, Any]:
    names = guest.luns()[0]
    with manager.running(maps=1, paths=len(names)), Host() as host:
        (found,) = host.maps()
        with Reads(f"/dev/dm-{os.minor(found.snapshot.devt)}") as reads, ExitStack() as broken:
            reads.wait_calm(time.monotonic(), quiet=_BEFORE, limit=LIMIT)
            if fault == "all_paths":
                at = _all_away(names)
            else:
                broken.enter_context(injected(fault, _in_use(host)))
                at = time.monotonic()
            reads.wait_calm(at, quiet=_QUIET, limit=LIMIT)
            seen = gap(reads, at)
        _wait_healed(host, len(names))
    return asdict(seen)


def _in_use(host: Host) -> str:
    """Return the name of a path that the map sends its I/O down."""
    (found,) = host.maps()
    status = found.status()
    group = status.groups[max(status.current_group, 1) - 1]
    numbers = {path.device for path in group.paths}
    return next(path.name for path in host.paths() if format_devt(path.devt) in numbers)


def _all_away(names: list[str]) -> float:
    """Take all paths away for a while; return when they came back."""
    with ExitStack() as broken:
        for name in names:
            broken.enter_context(injected("offline", name))
        time.sleep(_AWAY)
        return time.monotonic()


def _wait_healed(host: Host, paths: int) -> None:
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        if sum(path.active for each in host.maps() for path in each.status().paths) == paths:
            return
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
