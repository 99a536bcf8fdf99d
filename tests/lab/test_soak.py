"""
Random faults on all paths for a long time, with a monitor that looks after the map: no byte wrong, nothing left behind.

A minute of the guest's time here; ``make soak``, or ``-o soak_seconds=3600 -o soak_seed=7``, for longer. A run that
fails prints its seed, and what the storm did last.
"""

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from multipath import Control, Host, Map
from multipath.lab import guest
from multipath.lab.guest import inside
from multipath.lab.load import Load
from multipath.lab.pytest_plugin import kernel_names

from .caretaker import looked_after
from .footprint import Footprint, resident
from .storm import Storm

FAULTS = {
    "stuck": ("alua_state", "held", "offline", "port_down", "slow", "stuck", "unplug"),
    "tcm_loop": ("alua_state", "held", "offline", "port_down", "unplug"),
}
# For the calm after the storm, and what surrounds it.
MARGIN = 120.0
# What memory may grow by from a third of the storm on: measured, a long run settles within it.
MEMORY_KIB = 4096


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one soak for each array, on the first kernel; in a guest, on its own."""
    seconds = float(metafunc.config.getini("soak_seconds"))
    kernels = kernel_names(metafunc.config)[: None if inside() else 1]
    marks = [
        (name, kernel, pytest.mark.kernel(backend=name, on=kernel, timeout=seconds + MARGIN))
        for name in FAULTS
        for kernel in kernels
    ]
    metafunc.parametrize("backend", [pytest.param(name, id=f"{name}-{on}", marks=mark) for name, on, mark in marks])


@pytest.mark.slow
def test_a_storm_of_faults(backend: str, pytestconfig: pytest.Config, tmp_path: Path) -> None:
    """The load never fails, every byte is right, and the map is as it was configured."""
    seconds = float(pytestconfig.getini("soak_seconds"))
    seed = int(pytestconfig.getini("soak_seed") or int.from_bytes(os.urandom(4), "little"))
    storm = Storm(seed, FAULTS[backend])
    before = Footprint.now()
    with Control() as dm, Host(control=dm) as host:
        with (
            looked_after(host, tmp_path) as mpath,
            Load(f"/dev/mapper/{mpath.name}", writers=3, readers=2, pause=0.005) as load,
        ):
            load.wait_verified(100)
            growth = raged(storm, seconds)
            until(lambda: mpath.status().paths_active == len(guest.luns()[0]), storm, mpath)
            load.wait_verified(500, timeout=MARGIN / 2)
            report = load.finish()
            told = f"seed {seed}: {dict(storm.count)}, memory +{growth} KiB, {report}"
            print(told)
            assert (report.evidence, report.failure, report.failed) == ((), "", 0), told
            assert not mpath.info().suspended
            assert "queue_if_no_path" in str(mpath.table())
            assert growth < MEMORY_KIB, told
        mpath.remove()
    gc.collect()
    # What was told to end may take a moment to.
    wait_until(lambda: Footprint.now() == before)
    assert Footprint.now() == before


def raged(storm: Storm, seconds: float) -> int:
    """Let the storm rage, and return what memory grew by after the first third, in KiB."""
    storm.rage(seconds / 3)
    gc.collect()
    early = resident()
    storm.rage(seconds * 2 / 3)
    gc.collect()
    return resident() - early


def until(condition: Callable[[], bool], storm: Storm, mpath: Map) -> None:
    """Wait until something is so, and tell what the storm did last where it is not."""
    last = "\n".join(storm.told[-12:])
    assert wait_until(condition, MARGIN / 2), f"seed {storm.seed}: {mpath.status()} with {guest.luns()}\n{last}"


def wait_until(condition: Callable[[], bool], timeout: float = 5.0) -> bool:
    """Wait until something is so, and return whether it was in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
