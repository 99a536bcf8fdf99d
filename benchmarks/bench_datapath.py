"""
Does a read through multipath in user space take at most 1.15 times a plain one?

The map has two paths, both of them one file, and the selector service-time. Both sides read the same 4 KiB past the
page cache into the same memory, one read at a time. What the engine itself takes shows where the file costs nothing:
in memory.
"""

# mypy: untyped-calls-exclude=pytest_benchmark

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Host, MultipathTable
from multipath.errors import PathError
from multipath.virtual import Disk, VirtualHost

from . import FOLDER
from .contest import Contest

_SIZE: Final = 1 << 20
_BLOCK: Final = 4096
_WANTED: Final = 0.87  # theirs / ours: 1 / 1.15
_MEMORY: Final = Path("/dev/shm")
_PEER: Final = "`os.preadv` of the file"


@contextmanager
def opened(folder: Path, *, direct: bool = True, name: str = "mpatha") -> Iterator[tuple[Disk, int]]:
    """Make a file; yield a map over it (or what else has that name), opened, and a descriptor of the file."""
    if folder == FOLDER:
        folder.mkdir(parents=True, exist_ok=True)
    elif not folder.is_dir():
        pytest.skip(f"no {folder}")
    with NamedTemporaryFile(dir=folder) as file, VirtualHost() as world, Host(**world.seams()) as host:
        file.write(os.urandom(_SIZE))
        file.flush()
        try:
            paths = [world.add_file_path(file.name, direct=direct).name for _ in range(2)]
        except PathError:
            pytest.skip(f"no direct I/O below {folder}")
        host.create("mpatha", MultipathTable.build([paths]))
        fd = os.open(file.name, os.O_RDONLY | (os.O_DIRECT if direct else 0))
        try:
            with world.open(name) as disk:
                yield disk, fd
        finally:
            os.close(fd)


def hold(contest: Contest, benchmark: BenchmarkFixture, disk: Disk, fd: int) -> None:
    """Let both read, when both have read the same."""
    ours, theirs = mmap.mmap(-1, _BLOCK), mmap.mmap(-1, _BLOCK)
    assert disk.readinto(_BLOCK, ours) == os.preadv(fd, (theirs,), _BLOCK) == _BLOCK
    assert ours[:] == theirs[:]

    contest.hold(benchmark, lambda: disk.readinto(_BLOCK, ours), lambda: os.preadv(fd, (theirs,), _BLOCK))


def test_read_from_a_disk(benchmark: BenchmarkFixture) -> None:
    """The figure that the project promises."""
    contest = Contest("a read of 4 KiB through a map over two paths to a file", _PEER, 100, calls=50, figure=_WANTED)
    with opened(FOLDER) as (disk, fd):
        hold(contest, benchmark, disk, fd)


def test_read_from_memory(benchmark: BenchmarkFixture) -> None:
    """The difference is what the engine takes."""
    contest = Contest("the same, and the file is in memory (`/dev/shm`)", _PEER, 100, calls=1000)
    with opened(_MEMORY, direct=False) as (disk, fd):
        hold(contest, benchmark, disk, fd)


def test_read_of_bytes(benchmark: BenchmarkFixture) -> None:
    """With memory of its own, and a copy."""
    contest = Contest("the same as `bytes`: `Disk.read`", "`os.pread` of the file", 100, calls=1000)
    with opened(_MEMORY, direct=False) as (disk, fd):
        assert disk.read(_BLOCK, _BLOCK) == os.pread(fd, _BLOCK, _BLOCK)

        contest.hold(benchmark, lambda: disk.read(_BLOCK, _BLOCK), lambda: os.pread(fd, _BLOCK, _BLOCK))


def test_path_alone(benchmark: BenchmarkFixture) -> None:
    """What of it is the open disk and the path, without a map."""
    benchmark.extra_info["task"] = "a read of 4 KiB from the path itself, opened, in memory"
    buffer = mmap.mmap(-1, _BLOCK)
    with opened(_MEMORY, direct=False, name="file0") as (path, _):
        benchmark.pedantic(path.readinto, (0, buffer), rounds=100, iterations=1000, warmup_rounds=2)
