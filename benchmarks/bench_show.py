"""
How much sooner does one see what all maps are like than by multipath-tools: 500 maps of 4 paths?

First from the shell: two processes from their start to their last line, ours with the bytecode that an installation
has. `multipath -ll` and `mpath show` find out everything as they go. `multipathd show maps json` is a client in C, to
which a daemon that has been at it all the time tells what it remembers. Then from a program that runs, which is how a
library is used: it lists the maps, or runs that client and reads its JSON.

Needs a guest of that many units, which `benchmarks.run` makes for it.
"""

# mypy: untyped-calls-exclude=pytest_benchmark

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Host
from multipath.lab import multipath_tools
from multipath.lab.guest import inside

from . import FOLDER, udev_database
from .contest import Contest
from .managers import MULTIPATHD, RELEASE, lay_plugins

UNITS: Final = 500
_PATHS: Final = 4 * UNITS
_UNITS_FILE: Final = Path("/sys/bus/pseudo/drivers/scsi_debug/max_luns")
_CONFIGURATION: Final = "defaults {\n user_friendly_names yes\n find_multipaths off\n}\n"
_SCRIPT: Final = "import sys; from multipath.frontends.cli.main import main; sys.exit(main())"  # as pip writes it
_MPATH: Final = (sys.executable, "-c", _SCRIPT)
_BYTECODE: Final = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPYCACHEPREFIX": str(FOLDER / "bytecode"),
}
_MAP: Final = re.compile(r"^\S+ \((?:mpath-)?(\w+)\)", re.ASCII)
_PATH: Final = re.compile(r" sd[a-z]+ +(\d+:\d+) ", re.ASCII)
_TASK: Final = f"{UNITS} maps of 4 paths"
_DAEMON: Final = f"`multipathd show maps json` {RELEASE}"

Seen = dict[str, frozenset[str]]


@pytest.fixture(scope="module")
def maps() -> int:
    """As many maps as there are units; nobody looks after them."""
    if not (inside() and _UNITS_FILE.exists() and int(_UNITS_FILE.read_text()) == UNITS):
        pytest.skip(f"needs a guest of {UNITS} units: make bench")
    with Host() as host:
        udev_database.fill(host, _PATHS)
    Path("/etc/multipath").mkdir(exist_ok=True)
    Path("/etc/multipath.conf").write_text(_CONFIGURATION)
    lay_plugins()
    _output([*_MPATH, "apply", "--yes"])
    return UNITS


@pytest.fixture(scope="module")
def daemon(maps: int) -> Iterator[list[str]]:
    """The client of a multipathd that looks after the maps, and knows them all."""
    client = [*multipath_tools.program(RELEASE, "multipathd"), "show", "maps", "json"]
    with MULTIPATHD.running(maps, _PATHS):
        while not _is_whole(client):
            time.sleep(1)
        yield client


def test_show_beside_multipath(maps: int, benchmark: BenchmarkFixture) -> None:
    """Nobody looks after the maps; both find out everything."""
    ours, theirs = [*_MPATH, "show"], [*multipath_tools.program(RELEASE), "-ll"]
    assert len(_seen(_output(ours))) == maps
    assert _seen(_output(ours)) == _seen(_output(theirs))

    contest = Contest(f"{_TASK}: `mpath show`", f"`multipath -ll` {RELEASE}", rounds=3, figure=20, warm_up=0)
    contest.hold(benchmark, lambda: _output(ours), lambda: _output(theirs))


def test_show_beside_multipathd(daemon: list[str], benchmark: BenchmarkFixture) -> None:
    """A new process, which asks the kernel, and one that has it from a daemon."""
    ours = [*_MPATH, "show"]
    assert _seen(_output(ours)) == _seen_by_daemon(daemon)

    contest = Contest("the same, where multipathd runs", _DAEMON, rounds=10, figure=5)
    contest.hold(benchmark, lambda: _output(ours), lambda: _output(daemon))


def test_list_in_a_program(daemon: list[str], benchmark: BenchmarkFixture) -> None:
    """What a program does that wants to know of every map and path."""
    with Host() as host:
        found = {
            m.uuid.removeprefix("mpath-"): frozenset(path.device for path in m.snapshot.status.paths)
            for m in host.maps()
        }
        assert found == _seen_by_daemon(daemon)

        contest = Contest("in a program: `Host.maps`", f"{_DAEMON}, and `json.loads`", rounds=40, figure=5)
        contest.hold(benchmark, host.maps, lambda: json.loads(_output(daemon)))


def test_typed_list_in_a_program(daemon: list[str], benchmark: BenchmarkFixture) -> None:
    """The same, with every table and status parsed."""
    with Host() as host:
        assert len(_typed(host)) == UNITS
        contest = Contest("the same, and every status typed", f"{_DAEMON}, and `json.loads`", rounds=40)
        contest.hold(benchmark, lambda: _typed(host), lambda: json.loads(_output(daemon)))


@pytest.mark.usefixtures("maps")
def test_start_of_python(benchmark: BenchmarkFixture) -> None:
    """What no program in Python is quicker than."""
    benchmark.extra_info["task"] = "a Python that does nothing, from start to end"
    benchmark.pedantic(_output, args=([sys.executable, "-c", "pass"],), rounds=10, warmup_rounds=1)


def test_client_of_multipathd(daemon: list[str], benchmark: BenchmarkFixture) -> None:
    """The least that multipathd's client takes."""
    benchmark.extra_info["task"] = "`multipathd show daemon`: its client, which prints one line"
    benchmark.pedantic(_output, args=([*daemon[:-3], "show", "daemon"],), rounds=10, warmup_rounds=1)


def _is_whole(client: list[str]) -> bool:
    """Tell whether the daemon has every path, and has checked it."""
    try:
        answer = _output(client)
        return list(map(len, _seen_by_daemon(client).values())) == [4] * UNITS and "pending" not in answer
    except (subprocess.CalledProcessError, ValueError):  # it is busy still
        return False


def _typed(host: Host) -> list[Any]:
    return [found.snapshot.status for found in host.maps()]


def _output(command: list[str]) -> str:
    process = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True, env=_BYTECODE
    )
    return process.stdout


def _seen(text: str) -> Seen:
    """Return the paths of each map by its WWID, from either tree."""
    found: dict[str, set[str]] = {}
    paths: set[str] = set()
    for line in text.splitlines():
        if head := _MAP.match(line):
            paths = found.setdefault(head[1], set())
        elif path := _PATH.search(line):
            paths.add(path[1])
    return {wwid: frozenset(paths) for wwid, paths in found.items()}


def _seen_by_daemon(client: list[str]) -> Seen:
    return {
        each["uuid"]: frozenset(path["dev_t"] for group in each["path_groups"] for path in group["paths"])
        for each in json.loads(_output(client))["maps"]
    }
