"""
How long does it take to plan a whole host, and to make its maps?

To plan is pure, so it is measured on the machine, in seconds of its processor: 1,600 units down four paths each, where
every map is as it should be, against the same units without any map. To make maps is measured in a guest: a hundred
units down four paths each, as processes from the same cold start, which is what a person runs; the peer is Debian's
``multipath``. Neither finds a udev daemon to wait for, and both find its database filled: multipath takes no disk
that is not in it.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Control, Host
from multipath.lab import multipath_tools
from multipath.maps.planned_map import Action
from multipath.maps.planner import plan_maps
from tests.unit.maps.world import inputs, made, units

from . import udev_database
from .contest import Contest
from .managers import RELEASE, lay_plugins

_UNITS: Final = 1600
_MAPS: Final = 100
_ROUNDS: Final = 20
_BUILDS: Final = 4
_SCSI_DEBUG: Final = Path("/sys/bus/pseudo/drivers/scsi_debug/max_luns")
_CONFIGURATION: Final = "defaults {\n user_friendly_names yes\n find_multipaths off\n}\n"
_APPLY: Final = ("-m", "multipath.frontends.cli.main", "apply", "--yes")


@pytest.mark.benchmark(timer=process_time)
def test_plan_of_a_whole_host(benchmark: BenchmarkFixture) -> None:
    """Nothing to be done, found out against everything to be made; seconds of the processor."""
    fresh = inputs(units(_UNITS))
    first = plan_maps(fresh)
    settled = inputs(units(_UNITS), **made(first.maps))
    assert {planned.action for planned in first.maps} == {Action.CREATE}
    assert len(first.maps) == _UNITS
    assert plan_maps(settled).changes == ()

    task = f"A plan of {_UNITS:,} maps of 4 paths that are as they should be, in CPU time"
    peer = "the same paths without any map"
    contest = Contest(task, peer, rounds=_ROUNDS, limit=1.0)
    contest.hold(benchmark, lambda: plan_maps(settled), lambda: plan_maps(fresh))


@pytest.fixture
def many_units(control: Control) -> Iterator[Control]:
    """A hundred units, in udev's database, and a configuration under which each gets a map; nobody is asked twice."""
    _SCSI_DEBUG.write_text(str(_MAPS))
    for host in Path("/sys/class/scsi_host").iterdir():
        (host / "scan").write_text("- - -")
    with Host(control=control) as machine:
        udev_database.fill(machine, 4 * _MAPS)
    Path("/etc/multipath").mkdir(exist_ok=True)
    Path("/etc/multipath.conf").write_text(_CONFIGURATION)
    lay_plugins()
    yield control
    _cold(control)


def _cold(control: Control) -> None:
    """Leave no map, no link and no state file."""
    for entry in control.devices():
        control.remove(entry)
    for folder in ("/etc/multipath", "/dev/mapper"):
        for file in Path(folder).iterdir():
            if file.name != "control":
                file.unlink()


def test_hundred_maps_from_a_cold_start(many_units: Control, benchmark: BenchmarkFixture) -> None:
    """One process each: it starts, finds 400 paths, decides, and makes 100 maps."""
    ours, theirs = [sys.executable, *_APPLY], [*multipath_tools.program(RELEASE), "-v1"]
    tables = []
    for command in (ours, theirs):
        _cold(many_units)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with Host(control=many_units) as host:
            tables.append({each.uuid: frozenset(each.snapshot.table.devices) for each in host.maps()})
    # The order of groups is another one: multipath asks each path for its priority, which a plan does not.
    assert tables[0] == tables[1]
    assert len(tables[0]) == _MAPS

    contest = Contest(
        f"{_MAPS} maps of 4 paths, by `mpath apply`",
        f"`multipath` {RELEASE}",
        rounds=_BUILDS,
        figure=1,
        warm_up=0,
    )
    contest.hold(benchmark, lambda: _run(ours), lambda: _run(theirs), before=lambda: _cold(many_units))


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
