"""What a cell of the matrix starts from: a map over an array with short time limits, and a load on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Control, Host, Map
from multipath.lab import fc_port, guest
from multipath.lab.disk import DirectDisk
from multipath.lab.load import Load, fill

from ..caretaker import looked_after
from .cells import SEPARATE_STORES, Cell, chosen, marked
from .table import NAME, table

UUID = "mpath-36001405a11a000000000000000000000"
BLOCKS = 64
RUN = 11


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each cell and kernel, in a guest with that array."""
    if "cell" in metafunc.fixturenames:
        cells = chosen(metafunc.config, monitored="watched" in metafunc.fixturenames)
        metafunc.parametrize("cell", [marked(*each) for each in cells])


def hurry(disk: Path) -> None:
    """Have the kernel wait no longer than a second for a path, and try nothing again."""
    if (disk / "queue/io_timeout").exists():
        (disk / "queue/io_timeout").write_text("1000\n")
    sessions = Path("/sys/class/iscsi_session").glob("*/recovery_tmo")
    device = (disk / "device").resolve()
    ports = [fc_port.remote(device) / "fast_io_fail_tmo"] if fc_port.is_of(device) else []
    for limit in (*disk.glob("device/timeout"), *sessions, *ports):
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
def watched(tmp_path: Path) -> Iterator[Map]:
    """Give a map of that unit that a monitor looks after."""
    for name in guest.luns()[0]:
        hurry(Path("/sys/block") / name)
    with Control() as dm, Host(control=dm) as host:
        with looked_after(host, tmp_path) as found:
            yield found
        found.remove()


@pytest.fixture
def load(cell: Cell, mpath: Map) -> Iterator[Load]:
    """Give a load on the map that nobody looks after."""
    with loaded(cell, mpath) as load:
        yield load


@pytest.fixture
def watched_load(cell: Cell, watched: Map) -> Iterator[Load]:
    """Give a load on the map that a monitor looks after."""
    with loaded(cell, watched) as load:
        yield load


def loaded(cell: Cell, mpath: Map) -> Load:
    """Return a load on a map; it reads only where the paths do not lead to the same bytes."""
    separate = cell.backend in SEPARATE_STORES
    if separate:
        for name in guest.luns()[0]:
            with DirectDisk(f"/dev/{name}") as disk:
                fill(disk, RUN, BLOCKS)
    writers, readers = (0, 3) if separate else (2, 1)
    node = f"/dev/mapper/{mpath.name}"
    return Load(node, blocks=BLOCKS, run=RUN, filled=separate, writers=writers, readers=readers)
