"""What a cell of the matrix starts from: a map over an array with short time limits, and a load on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Control, Host, Map
from multipath.lab import guest
from multipath.lab.disk import DirectDisk
from multipath.lab.load import Load, fill

from .cells import SEPARATE_STORES, Cell, chosen, marked
from .table import NAME, table

UUID = "mpath-36001405a11a000000000000000000000"
BLOCKS = 64
RUN = 11


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each cell and kernel, in a guest with that array."""
    if "cell" in metafunc.fixturenames:
        metafunc.parametrize("cell", [marked(*each) for each in chosen(metafunc.config)])


def hurry(disk: Path) -> None:
    """Have the kernel wait no longer than a second for a path, and try nothing again."""
    if (disk / "queue/io_timeout").exists():
        (disk / "queue/io_timeout").write_text("1000\n")
    for limit in (*disk.glob("device/timeout"), *Path("/sys/class/iscsi_session").glob("*/recovery_tmo")):
        limit.write_text("1\n")
    for retries in disk.glob("device/scsi_disk/*/max_retries"):
        retries.write_text("0\n")


@pytest.fixture
def mpath() -> Iterator[Map]:
    """Give a map over all paths of the first unit; their time limit is a second, and nothing is tried again."""
    for name in guest.luns()[0]:
        hurry(Path("/sys/block") / name)
    with Control() as dm, Host(control=dm) as host:
        created = host.create(NAME, table(), uuid=UUID)
        yield created
        created.remove()
        assert [entry.name for entry in dm.devices() if not entry.name.startswith("lab-")] == []
    assert {path.read_text() for path in Path("/sys/block").glob("*/device/state")} <= {"running\n", "live\n"}


@pytest.fixture
def load(cell: Cell, mpath: Map) -> Iterator[Load]:
    """Give a load on that map; it reads only where the paths do not lead to the same bytes."""
    separate = cell.backend in SEPARATE_STORES
    if separate:
        for name in guest.luns()[0]:
            with DirectDisk(f"/dev/{name}") as disk:
                fill(disk, RUN, BLOCKS)
    writers, readers = (0, 3) if separate else (2, 1)
    with Load(
        f"/dev/mapper/{mpath.name}", blocks=BLOCKS, run=RUN, filled=separate, writers=writers, readers=readers
    ) as load:
        yield load
