"""
Fault storms: several threads write numbered blocks through a map while everything around it breaks and is changed.

Afterwards the unit's own history is read: nothing acknowledged is lost, nothing passed a flush, nothing was written
after it was acknowledged or reported as failed, and no thread is stuck. A seed decides what happens.
"""

from pathlib import Path

import pytest

from .file_storm import file_storm
from .storm import Storm


@pytest.mark.slow
class TestAStorm:
    @pytest.mark.parametrize(("seed", "kernel"), [(1, "6.1"), (2, "7.2")])
    @pytest.mark.parametrize("bio", [False, True], ids=["requests", "bios"])
    @pytest.mark.parametrize("queues", [False, True], ids=["fails", "queues"])
    def test_loses_nothing(self, seed: int, kernel: str, bio: bool, queues: bool) -> None:
        """Whatever the map works with, and whether it queues."""
        report = Storm(seed, kernel=kernel, bio=bio, queues=queues).run()

        assert report.evidence == ()
        assert report.is_good

    @pytest.mark.parametrize("seed", [3, 4])
    def test_with_a_device_handler_loses_nothing(self, seed: int) -> None:
        """Groups are initialised, and access states change meanwhile."""
        report = Storm(seed, alua=True).run()

        assert report.evidence == ()
        assert report.is_good

    @pytest.mark.parametrize("queues", [False, True], ids=["fails", "queues"])
    def test_over_a_real_file_loses_nothing(self, tmp_path: Path, queues: bool) -> None:
        """In real time: an I/O that is on its way when its cable breaks ends as it ends."""
        report = file_storm(tmp_path / "disk", seed=5, queues=queues)

        assert report.evidence == ()
        assert report.is_good
