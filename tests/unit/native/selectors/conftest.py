"""The kernels whose selectors have the last word."""

import pytest

from multipath.errors import KernelUnavailable

from .oracle.library import library
from .oracle.sources import ALWAYS, KERNELS


@pytest.fixture(scope="session", params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> str:
    """A kernel whose selectors are here; the newest one may be out of reach, as in the lab."""
    name: str = request.param
    try:
        library(name)
    except KernelUnavailable as error:
        if name == ALWAYS:
            raise
        pytest.skip(f"the selectors of the {name} kernel: {error}")
    return name
