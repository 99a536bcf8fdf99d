"""A device-mapper on a bench, of each kernel."""

from collections.abc import Iterator
from pathlib import Path as Folder

import pytest

from multipath import Control
from multipath.virtual.profile import PROFILES

from .bench import Bench
from .san import San


@pytest.fixture(params=sorted(PROFILES))
def every(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Give a bench of each kernel."""
    bench = Bench(request.param)
    yield bench
    bench.dm.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Give a bench of the newest kernel."""
    bench = Bench()
    yield bench
    bench.dm.close()


@pytest.fixture
def dm(bench: Bench) -> Control:
    """Give the control of `bench`."""
    return bench.dm


@pytest.fixture
def san(tmp_path: Folder) -> Iterator[San]:
    """Give a storage network."""
    network = San(tmp_path / "sys")
    yield network
    network.fabric.close()
