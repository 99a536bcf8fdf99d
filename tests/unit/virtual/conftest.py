"""A device-mapper on a bench, of each kernel."""

from collections.abc import Iterator

import pytest

from multipath import Control
from multipath.virtual.profile import PROFILES

from .bench import Bench


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
