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

import multipath

from .rounds import Turn
from .survey import Survey, Task

_ROUNDS: Final = 25
_PACKAGE: Final = "import multipath"
_NAMES: Final = "import multipath; multipath.Host; multipath.MultipathTable"
_PEER: Final = "import asyncio"
_SCRIPT: Final = """
import sys, time
sys.path += {places!r}
begin = time.perf_counter_ns()
{statement}
end = time.perf_counter_ns()
print(end - begin, *sys.modules)
"""


def test_import(survey: Survey) -> None:
    """The package alone, whose names are imported when they are first used, and nearly all that is behind them."""
    package, names, asyncio = (_run(statement)[1] for statement in (_PACKAGE, _NAMES, _PEER))
    assert "multipath" in package
    assert "multipath.dm.control" not in package
    assert {"multipath.maps.host", "multipath.wire.table"} <= names
    assert "asyncio" in asyncio - package

    survey.compare(
        [
            Task(f"`{_PACKAGE}`", _turn(_PACKAGE), figure=2),
            Task("the same, and the names `Host` and `MultipathTable` used", _turn(_NAMES)),
        ],
        f"`{_PEER}`",
        _turn(_PEER),
        rounds=_ROUNDS,
    )


def _turn(statement: str) -> Turn:
    return lambda: _run(statement)[0]


def _run(statement: str) -> tuple[float, set[str]]:
    """Return the nanoseconds of an import in a fresh interpreter, and the names of what it then holds."""
    places = [sysconfig.get_path("platlib"), str(Path(multipath.__file__).parents[1])]
    script = _SCRIPT.format(places=places, statement=statement)
    words = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], stdout=subprocess.PIPE, check=True, text=True
    ).stdout.split()
    return float(words[0]), set(words[1:])
