"""Configurations that nobody wrote, read by multipath-tools and by this library: they say the same of every device."""

from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from multipath.config.blacklist import Blacklist
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.config.schema import OPTIONS
from multipath.lab.multipath_tools import MAIN_FILE, dumped

from ..unit.config.configurations import CANDIDATES, SUBJECTS, TEXTS

RELEASE: Final = "newest"
# What multipath-tools does otherwise on purpose, or prints otherwise than it reads it: docs/precedence.md tells why.
OTHERWISE: Final = frozenset({"uid", "gid", "prio_args", "rr_min_io", "rr_min_io_rq", "rr_weight", "max_stall"})
# Where a 0 that is written counts for nothing.
ZEROES: Final = frozenset({"failback", "dev_loss_tmo"})


def read(text: str) -> Configuration:
    """Read one file."""
    return read_configuration([(MAIN_FILE, text)])


def differences(theirs: Configuration, ours: Configuration) -> list[tuple[str, object, object]]:
    """Return the options of some devices that the two disagree about, but for those that they should."""
    pairs = [
        (option, theirs.effective(option, subject).value, ours.effective(option, subject).value)
        for option in OPTIONS.keys() - OTHERWISE
        for subject in SUBJECTS
    ]
    return [pair for pair in pairs if pair[1] != pair[2] and not (pair[0] in ZEROES and pair[2] == 0)]


@pytest.mark.slow
class TestAnyConfiguration:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=TEXTS)
    def test_says_the_same_to_both(self, tmp_path: Path, text: str) -> None:
        """Of each option of each device, as far as their dump tells it; and of each rule of the blacklist."""
        (tmp_path / MAIN_FILE).write_text(text)
        ours = read(text)

        theirs = read(dumped(RELEASE, tmp_path))

        assert differences(theirs, ours) == []
        mine, other = Blacklist(ours), Blacklist(theirs)
        assert [mine.verdict(one).allowed for one in CANDIDATES] == [other.verdict(one).allowed for one in CANDIDATES]
