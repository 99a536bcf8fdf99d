"""For all tests."""

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]

# A machine that pauses is no fault of the code: what takes long is measured by benchmarks.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings that make a run longer; as ini settings, for ``-o`` reaches into the lab's guests."""
    parser.addini("fault_matrix", "faults x arrays: 'selection', 'whole', or 'stock'", default="selection")
    parser.addini("soak_seconds", "how long the soak lasts, in seconds of the guest", default="60")
    parser.addini("soak_seed", "what decides its faults; a new one each time where it is empty", default="")
