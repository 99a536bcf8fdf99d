"""What every test on a real kernel starts from and must leave behind: an array of four paths, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Control, Host, Map, MultipathTable
from multipath.units import format_devt

UUID = "mpath-3600140500000000000000000000a11"


def cookies() -> list[str]:
    """Return the udev cookies that are outstanding on this host."""
    lines = Path("/proc/sysvipc/sem").read_text("ascii").splitlines()[1:]
    return [line for line in lines if int(line.split()[0]) & 0xFFFF0000 == 0x0D4D0000]


@pytest.fixture
def dm() -> Iterator[Control]:
    """Give a control, and remove what the test made with it; then no device, no node and no cookie is left."""
    with Control() as control:
        yield control
        for entry in reversed(control.devices()):
            control.resume(entry, flush=False) if control.info(entry).suspended else None
            control.remove(entry)
        assert control.devices() == []
    assert [path.name for path in Path("/dev/mapper").iterdir()] == ["control"]
    assert cookies() == []


@pytest.fixture
def host(dm: Control) -> Iterator[Host]:
    """Give a host on that control."""
    with Host(control=dm) as host:
        yield host


@pytest.fixture
def paths(host: Host) -> list[str]:
    """Give the numbers of the array's four paths."""
    return [format_devt(path.devt) for path in host.paths()]


@pytest.fixture
def table(paths: list[str]) -> MultipathTable:
    """Give a table of two groups with two paths each."""
    return MultipathTable.build([paths[:2], paths[2:]])


@pytest.fixture
def mpath(host: Host, table: MultipathTable) -> Iterator[Map]:
    """Give a map of that table."""
    created = host.create("mpatha", table, uuid=UUID)
    yield created
    created.remove()
