"""For all tests."""

from hypothesis import settings

pytest_plugins = ["pytester"]

# A machine that pauses is no fault of the code: what takes long is measured by benchmarks.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
