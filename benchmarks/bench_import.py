"""
Is ``import multipath`` light enough for an installer: under half of ``import asyncio``?

Each import has an interpreter of its own, without site: nothing is there before it but what every interpreter loads.
The time is taken inside, round the import alone. A file that was never compiled is compiled before anything counts.
"""

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import multipath

from .contest import Contest

_PACKAGE: Final = "import multipath"
_NAMES: Final = "import multipath; multipath.Host; multipath.MultipathTable"
_PEER: Final = "import asyncio"
_SCRIPT: Final = """
import sys, time
sys.path += {places!r}
begin = time.perf_counter()
{statement}
end = time.perf_counter()
print(end - begin, *sys.modules)
"""


class _Imports:
    """Imports in fresh interpreters, and their timer: it goes on while one imports, and not while it starts."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def timer(self) -> float:
        """Return the seconds that all imports have taken."""
        return self._seconds

    def run(self, statement: str) -> set[str]:
        """Import; return the names of all modules that are there then."""
        places = [sysconfig.get_path("platlib"), str(Path(multipath.__file__).parents[1])]
        script = _SCRIPT.format(places=places, statement=statement)
        command = [sys.executable, "-I", "-S", "-c", script]
        seconds, *modules = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.split()
        self._seconds += float(seconds)
        return set(modules)


_IMPORTS: Final = _Imports()
pytestmark = pytest.mark.benchmark(timer=_IMPORTS.timer)


def test_import_of_the_package(benchmark: BenchmarkFixture) -> None:
    """The package alone, whose names are imported when they are first used."""
    package, asyncio = _IMPORTS.run(_PACKAGE), _IMPORTS.run(_PEER)
    assert "multipath" in package
    assert "multipath.dm.control" not in package
    assert "asyncio" in asyncio - package

    contest = Contest(f"`{_PACKAGE}`", f"`{_PEER}`", rounds=25, figure=2)
    contest.hold(benchmark, lambda: _IMPORTS.run(_PACKAGE), lambda: _IMPORTS.run(_PEER))


def test_import_of_its_names(benchmark: BenchmarkFixture) -> None:
    """Nearly all that is behind the names."""
    assert {"multipath.maps.host", "multipath.wire.table"} <= _IMPORTS.run(_NAMES)

    contest = Contest("the same, and the names `Host` and `MultipathTable` used", f"`{_PEER}`", rounds=25)
    contest.hold(benchmark, lambda: _IMPORTS.run(_NAMES), lambda: _IMPORTS.run(_PEER))
