"""One specification, every world: the virtual ones here, those of real kernels in the lab."""

from collections.abc import Iterator

import pytest

from multipath import Control
from multipath.lab.pytest_plugin import kernel_names
from multipath.virtual.profile import PROFILES

from .differences import Differences
from .kernel_world import KernelWorld
from .virtual_world import VirtualWorld
from .world import World


# Before the fixtures have parameters of their own, whenever this file was loaded: so a test has one name.
@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test in every world."""
    if "world" not in metafunc.fixturenames:
        return
    virtual = [pytest.param(release, id=f"virtual-{release}") for release in PROFILES]
    kernels = [
        pytest.param("", marks=pytest.mark.kernel(on=name, udev=False), id=f"kernel-{name}")
        for name in kernel_names(metafunc.config)
    ]
    metafunc.parametrize("world", virtual + kernels, indirect=True)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Give a world, and leave nothing in it."""
    world = VirtualWorld(request.param) if request.param else KernelWorld()
    yield world
    world.close()


@pytest.fixture
def dm(world: World) -> Control:
    """Give the world's device-mapper."""
    return world.control


@pytest.fixture
def paths(world: World) -> tuple[str, ...]:
    """Give the numbers of four paths to one logical unit."""
    return world.paths


@pytest.fixture
def kernel(dm: Control) -> Differences:
    """Give what this kernel does its own way."""
    return Differences.of(dm)


@pytest.fixture
def subject(dm: Control) -> Control:
    """Give the device-mapper with a fresh device, ``subject``."""
    dm.create("subject")
    return dm
