"""
What every benchmark stands on: a shallow stack, the question, the kernel's device-mapper, and the peer.

A benchmark that takes the device-mapper makes maps of disks that nobody may miss: it runs in a guest of the lab only.
"""

import gc
import platform
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from inspect import signature

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Control
from multipath.lab.guest import inside

from . import FOLDER
from .libdevmapper import Libdevmapper


def pytest_benchmark_generate_machine_info() -> dict[str, str]:
    """Return where this runs; of the machine nothing is told that would name it."""
    return {"place": f"guest, Linux {platform.release()}" if inside() else "machine"}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """
    Run a benchmark with two things of pytest kept away from it: its deep stack and its objects.

    CPython 3.11 keeps frames in chunks of 16 KiB, and a call that begins the next chunk maps it, and unmaps it on its
    return. Under pytest's own frames about one depth in ten made a parse up to 24 times slower; a thread begins a chunk
    of its own. The objects, through which the garbage collector would walk, are put out of its sight.
    """
    arguments = {name: pyfuncitem.funcargs[name] for name in signature(pyfuncitem.obj).parameters}
    gc.collect()
    gc.freeze()
    try:
        with ThreadPoolExecutor(1) as shallow:
            shallow.submit(pyfuncitem.obj, **arguments).result()
    finally:
        gc.unfreeze()
    return True


@pytest.fixture
def benchmark(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> BenchmarkFixture:
    """pytest-benchmark's, in the group of the question: the first line of the benchmark's file."""
    benchmark.group = (request.module.__doc__ or "").strip().partition("\n")[0]
    assert benchmark.group.endswith("?"), f"{request.module.__name__} asks nothing on its first line"
    return benchmark


@pytest.fixture
def control() -> Iterator[Control]:
    """The guest's device-mapper, with nobody making nodes in ``/dev``."""
    if not inside():
        pytest.skip("needs a guest of the lab: make bench")
    with Control(nodes="none") as control:
        yield control


@pytest.fixture
def libdevmapper() -> Libdevmapper:
    """The peer."""
    return Libdevmapper(FOLDER)
