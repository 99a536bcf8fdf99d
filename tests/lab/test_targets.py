"""Every typed target against the kernel that has it: loaded, and read back as dmsetup prints it."""

import os

import pytest

from multipath import Control, Target
from multipath.dm.targets import STATUSES
from multipath.units import Sectors

from .oracle import dmsetup

pytestmark = pytest.mark.kernel
LENGTH = 16384

# The target, its parameters with {0}..{3} for the paths.
TARGETS = [
    ("linear", "{0} 2048"),
    ("striped", "2 128 {0} 0 {1} 2048"),
    ("error", ""),
    ("zero", ""),
    ("delay", "{0} 0 10"),
    ("delay", "{0} 0 10 {1} 0 20"),
    ("flakey", "{0} 0 60 0"),
    ("flakey", "{0} 0 60 1 1 drop_writes"),
    ("mirror", "core 1 1024 2 {0} 0 {1} 0 1 handle_errors"),
    ("mirror", "core 2 1024 nosync 2 {0} 0 {1} 0"),
    ("snapshot-origin", "{0}"),
    ("snapshot", "{0} {1} N 16"),
    ("snapshot", "{0} {1} P 16"),
    ("dust", "{0} 0 512"),
    ("multipath", "1 queue_if_no_path 0 2 1 round-robin 0 2 1 {0} 1 {1} 1 queue-length 0 2 1 {2} 1 {3} 1"),
]


@pytest.fixture(autouse=True)
def _fresh_store(paths: list[str]) -> None:
    """Have no exception store of another test where a persistent snapshot looks for its own."""
    with open(f"/dev/block/{paths[1]}", "r+b", buffering=0) as disk:
        disk.write(bytes(1 << 16))
        os.fsync(disk)


def read_back(dm: Control, line: Target) -> None:
    """Load a line; then its table must be the one that dmsetup prints, and both table and status type without loss."""
    dm.load(dm.create("typed"), [line])
    dm.resume("typed")

    table, status = dm.table("typed")[0], dm.status("typed")[0]
    assert str(table) == dmsetup("table", "typed").removesuffix("\n")
    assert str(table.typed) == table.params
    assert type(table.typed) is type(line.typed)
    if line.type in STATUSES:
        assert str(STATUSES[line.type].parse(status.params)) == status.params


class TestATypedTarget:
    @pytest.mark.parametrize(("kind", "params"), TARGETS)
    def test_loads_and_reads_back(self, dm: Control, paths: list[str], kind: str, params: str) -> None:
        """The kernel takes the typed text, prints what dmsetup prints, and that types again without loss."""
        line = Target.parse(f"0 {LENGTH} {kind} {params.format(*paths)}")
        assert Target.of(Sectors(0), Sectors(LENGTH), line.typed) == line

        read_back(dm, line)

    def test_that_merges_a_snapshot_loads_and_reads_back(self, dm: Control, paths: list[str]) -> None:
        """A merge needs the origin of its snapshot beside it."""
        origin = dm.create("origin")
        dm.load(origin, [Target.parse(f"0 {LENGTH} snapshot-origin {paths[0]}")])
        dm.resume(origin)

        read_back(dm, Target.parse(f"0 {LENGTH} snapshot-merge {paths[0]} {paths[1]} P 16"))
