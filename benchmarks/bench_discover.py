"""
How long does it take to learn all about every path of a large host, and does it grow with the paths alone?

The host is a synthetic sysfs in memory: an array of 1,600 units behind two Fibre Channel adapters, four paths to each,
and in one case udev's database beside it. The peer is ``lsblk``, which is C and reads the same tree for fewer facts:
no pages of vital product data, no ALUA state, no ports. For growth the peer is ourselves, four times over a quarter.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path as Folder
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Path
from multipath.lab.guest import inside
from multipath.paths.discover import discover
from multipath.paths.wwid import identify_wwid
from multipath.units import SECTOR_SIZE, format_devt
from tests.unit.paths.array_tree import array_tree

from .contest import Contest

_UNITS: Final = 1600
_PATHS: Final = 4
_WANTED: Final = 2.0  # seconds
_ROUNDS: Final = 8
_MEMORY: Final = "/dev/shm"
_LSBLK: Final = shutil.which("lsblk") or "lsblk"
_COLUMNS: Final = "NAME,MAJ:MIN,SIZE,RO,VENDOR,MODEL,REV,HCTL,STATE"

pytestmark = pytest.mark.skipif(inside(), reason="nothing of it depends on the kernel: asked on the machine alone")


@pytest.fixture(scope="module")
def memory() -> Iterator[Folder]:
    """A folder in memory; removed at the end, because it gets three hundred thousand files."""
    with TemporaryDirectory(dir=_MEMORY) as folder:
        yield Folder(folder)


@pytest.fixture(scope="module", params=["without udev", "with udev"])
def sysfs(request: pytest.FixtureRequest, memory: Folder) -> Folder:
    """The host."""
    return array_tree(memory / request.param / "sys", _UNITS, _PATHS, udev=request.param == "with udev")


def test_discovery(sysfs: Folder, benchmark: BenchmarkFixture) -> None:
    """All facts of 6,400 paths."""
    paths, told = discover(sysfs), _lsblk(sysfs)
    assert len({identify_wwid(path, "ID_SERIAL") for path in paths}) == _UNITS
    assert {path.target_port for path in paths} == {f"{0x5000_0000_0000_0100 + path:#018x}" for path in range(_PATHS)}
    assert {path.name: _as_lsblk(path) for path in paths} == {row.pop("name"): row for row in told}

    with_udev = "with" if (sysfs.parent / "run").is_dir() else "without"
    task = f"`discover` of {_UNITS:,} units x {_PATHS} paths, {with_udev} a database of udev"
    contest = Contest(task, "`lsblk --json`, fewer facts", _ROUNDS, limit=_WANTED)
    contest.hold(benchmark, lambda: discover(sysfs), lambda: _lsblk(sysfs))


def test_growth(memory: Folder, benchmark: BenchmarkFixture) -> None:
    """A ratio of 1 is a discovery that grows with its paths and nothing else."""
    large, small = (array_tree(memory / f"{units}/sys", units, _PATHS) for units in (_UNITS, _UNITS // 4))
    assert len(discover(large)) == 4 * len(discover(small))

    contest = Contest("`discover` of 6,400 paths", "`discover` of 1,600 paths, four times", _ROUNDS, figure=0.8)
    contest.hold(benchmark, lambda: discover(large), lambda: [discover(small) for _ in range(4)])


def _lsblk(sysfs: Folder) -> list[dict[str, Any]]:
    command = [_LSBLK, "--sysroot", str(sysfs.parent), "--json", "--nodeps", "--bytes", "--output", _COLUMNS]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    rows: list[dict[str, Any]] = json.loads(output)["blockdevices"]
    return rows


def _as_lsblk(path: Path) -> dict[str, Any]:
    """Return what lsblk tells of a path."""
    return {
        "maj:min": format_devt(path.devt),
        "size": path.size * SECTOR_SIZE,
        "ro": path.read_only,
        "vendor": f"{path.vendor:8}",
        "model": f"{path.model:16}",
        "rev": f"{path.revision:4}",
        "hctl": path.hctl,
        "state": path.state,
    }
