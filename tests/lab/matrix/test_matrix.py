"""Every fault on every array: no byte wrong, the path as the kernel must see it, and all well afterwards."""

import threading
import time
from collections.abc import Callable

import pytest

from multipath import Map
from multipath.errors import WaitTimeout
from multipath.lab import guest
from multipath.lab.disk import DirectDisk
from multipath.lab.faults import Effect, injected, slow
from multipath.lab.faults.medium_error import FIRST_SECTOR
from multipath.lab.load import Load
from multipath.units import SECTOR_SIZE

from .cells import Cell
from .table import NAME, table

ENOUGH = 60
BLOCK = 4096
PATIENCE = 25.0
NODE = f"/dev/mapper/{NAME}"


def test_one_fault(cell: Cell, mpath: Map, load: Load) -> None:
    """The load goes on as it must while the fault lasts, and after it; no I/O fails, no byte is wrong."""
    victim, devt = guest.luns()[0][0], mpath.table().groups[0].paths[0].device
    load.wait_verified(ENOUGH)

    with injected(cell.fault, victim):
        DURING[cell.effect](mpath, load, devt)
    restore(cell, mpath)

    load.wait_verified(ENOUGH)
    report = load.finish()
    assert (report.evidence, report.failure, report.failed) == ((), "", 0)
    assert mpath.status().failed_paths == set()


def test_one_fault_with_a_monitor(cell: Cell, watched: Map, watched_load: Load) -> None:
    """The monitor takes the path out where the kernel does not, and brings it back, whatever its number is by then."""
    paths = len(guest.luns()[0])
    victim, node = guest.luns()[0][0], f"/dev/mapper/{watched.name}"
    watched_load.wait_verified(ENOUGH)

    with injected(cell.fault, victim):
        if cell.effect in (Effect.ERROR, Effect.SILENCE, Effect.HELD):
            until(lambda: watched.status().paths_active < paths)
            assert is_read_in_time(node)
        else:
            watched_load.wait_verified(ENOUGH)
    until(lambda: watched.status().paths_active == watched.status().paths_total == paths)

    watched_load.wait_verified(ENOUGH, timeout=PATIENCE)
    report = watched_load.finish()
    assert (report.evidence, report.failure, report.failed) == ((), "", 0)
    until(lambda: watched.status().failed_paths == set())  # what was lost may come back late, and fail the path again


def is_read_in_time(node: str) -> bool:
    """Return whether a new read through the map ends, by a thread that may hang."""
    done = threading.Event()

    def read() -> None:
        with DirectDisk(node) as disk:
            disk.read(0, BLOCK)
            done.set()

    threading.Thread(target=read, daemon=True).start()
    return done.wait(PATIENCE)


def fails(mpath: Map, load: Load, devt: str) -> None:
    """The kernel fails the path, and the I/O goes elsewhere."""
    load.wait_verified(ENOUGH, timeout=PATIENCE)
    until(lambda: devt in mpath.status().failed_paths)
    load.wait_verified(ENOUGH, timeout=PATIENCE)


def is_held(mpath: Map, load: Load, devt: str) -> None:
    """The kernel waits, for ever; once the path is failed by hand, new I/O goes elsewhere."""
    with pytest.raises(WaitTimeout, match="hangs"):
        load.wait_verified(100_000, timeout=0.5)
    assert mpath.status().failed_paths == set()

    mpath.fail_path(devt)

    with DirectDisk(NODE) as disk:
        assert len(disk.read(0, BLOCK)) == BLOCK


def is_late(mpath: Map, load: Load, _: str) -> None:
    """I/O is slow, and the path is well."""
    until(lambda: load.report.longest > slow.MILLISECONDS * 1_000_000)
    load.wait_verified(ENOUGH, timeout=PATIENCE)
    assert mpath.status().failed_paths == set()


def reaches_the_reader(mpath: Map, load: Load, _: str) -> None:
    """Who reads the bad sectors is told so; nobody else is, and no path is failed."""
    with DirectDisk(NODE) as disk, pytest.raises(OSError, match=r"No data available|Input/output error"):
        disk.read(FIRST_SECTOR * SECTOR_SIZE // BLOCK * BLOCK, BLOCK)
    load.wait_verified(ENOUGH)
    assert mpath.status().failed_paths == set()


def goes_on(mpath: Map, load: Load, _: str) -> None:
    """Nothing happens to I/O."""
    load.wait_verified(ENOUGH)
    assert mpath.status().failed_paths == set()


DURING = {
    Effect.ERROR: fails,
    Effect.SILENCE: fails,
    Effect.HELD: is_held,
    Effect.LATE: is_late,
    Effect.MEDIUM: reaches_the_reader,
    Effect.NONE: goes_on,
}


def restore(cell: Cell, mpath: Map) -> None:
    """Take the path back: as it is, or under the number that it has now."""
    if cell.fault in {"hba_pulled", "unmapped", "unplug"}:
        mpath.reload(table())
    for path in mpath.status().failed_paths:
        mpath.reinstate_path(path)


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
