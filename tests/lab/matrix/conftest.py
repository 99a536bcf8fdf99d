"""What a cell of the matrix starts from: a map over an array with short time limits, and a load on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Control, Host, Map
from multipath.lab import guest
from multipath.lab.disk import DirectDisk
from multipath.lab.load import Load, fill

from .cells import SEPARATE_STORES, Cell, chosen
from .table import NAME, table

UUID = "mpath-36001405a11a000000000000000000000"
BLOCKS = 64
RUN = 11


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each cell and kernel, in a guest with that array."""
    if "cell" in metafunc.fixturenames:
        metafunc.parametrize(
            "cell",
            [
                pytest.param(cell, id=f"{cell}-{kernel}", marks=pytest.mark.kernel(backend=cell.backend, on=kernel))
                for kernel, cell in chosen(metafunc.config)
            ],
        )


@pytest.fixture
def mpath() -> Iterator[Map]:
    """Give a map over all paths of the first unit; their time limit is a second, and nothing is tried again."""
    for name in guest.luns()[0]:
        disk = Path("/sys/block") / name / "device"
        (disk / "timeout").write_text("1\n")
        next(disk.glob("scsi_disk/*/max_retries")).write_text("0\n")
    for session in Path("/sys/class/iscsi_session").glob("*/recovery_tmo"):
        session.write_text("1\n")
    with Control() as dm, Host(control=dm) as host:
        created = host.create(NAME, table(), uuid=UUID)
        yield created
        created.remove()
        assert [entry.name for entry in dm.devices() if not entry.name.startswith("lab-")] == []
    assert {path.read_text() for path in Path("/sys/block").glob("sd*/device/state")} == {"running\n"}


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
