"""How pytest is called in a guest, so that it behaves as the pytest on the machine that booted it."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

_CARRIED = ("PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_THEME")


def environment(selection: Path) -> dict[str, str]:
    """Return the variables that a guest's pytest needs; ``selection`` is the file that names its tests."""
    carried = {key: os.environ[key] for key in _CARRIED if key in os.environ}
    return carried | {"MULTIPATH_LAB_SELECTION": str(selection)}


def words(config: pytest.Config, paths: Sequence[str]) -> list[str]:
    """Return the command line that runs the tests of some files with the settings of this session."""
    option = config.option
    repeated = {"-p": option.plugins, "-o": option.override_ini, "-W": option.pythonwarnings}
    return [
        sys.executable, "-m", "pytest", f"--rootdir={config.rootpath}",
        *(["-c", str(config.inipath)] if config.inipath else []),
        *[word for flag, values in repeated.items() for value in values or () for word in (flag, value)],
        f"--import-mode={option.importmode}", f"--tb={option.tbstyle}", f"--capture={option.capture}",
        *["--showlocals"] * bool(option.showlocals), *["-v"] * max(0, option.verbose),
        *_order(config),
        # The session on the machine decides when enough has failed.
        "--maxfail=0", "--continue-on-collection-errors", *paths,
    ]  # fmt: skip


def _order(config: pytest.Config) -> list[str]:
    if not config.pluginmanager.hasplugin("randomly"):
        return []
    # The same seed for each test as here, in the order that was chosen here.
    return [f"--randomly-seed={config.getoption('randomly_seed')}", "--randomly-dont-reorganize"]
