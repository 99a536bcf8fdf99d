"""A host's sysfs for the tests of paths."""

from pathlib import Path as Folder

import pytest

from .world import Sysfs


@pytest.fixture
def sysfs(tmp_path: Folder) -> Sysfs:
    """A host without block devices."""
    return Sysfs(tmp_path / "sys")
