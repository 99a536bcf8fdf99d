"""The reference in the lab: which releases there are, and that they read the configuration that they are given."""

from pathlib import Path

import pytest

from multipath.errors import KernelUnavailable
from multipath.lab import multipath_tools


@pytest.mark.slow
class TestARelease:
    @pytest.mark.parametrize("name", multipath_tools.RELEASES)
    def test_reads_the_configuration_of_any_folder(self, name: str, tmp_path: Path) -> None:
        """The main file, then the drop-ins; no file of this machine."""
        (tmp_path / multipath_tools.DROP_INS).mkdir()
        (tmp_path / multipath_tools.MAIN_FILE).write_text("defaults {\n polling_interval 7\n}\n")
        (tmp_path / multipath_tools.DROP_INS / "a.conf").write_text("defaults {\n max_fds 77\n}\n")

        lines = multipath_tools.dumped(name, tmp_path).splitlines()

        assert {"\tpolling_interval 7", "\tmax_fds 77"} <= set(lines)

    def test_is_the_one_that_its_name_says(self) -> None:
        """And the newest is newer."""
        oldest, newest = (multipath_tools.version(name) for name in multipath_tools.RELEASES)

        assert oldest == "0.9.4"
        assert tuple(map(int, newest.split("."))) >= (0, 15)

    def test_that_nobody_knows_is_refused(self) -> None:
        """With those that there are."""
        with pytest.raises(KernelUnavailable, match=r"no multipath-tools '0.1'; there are 0.9.4, newest"):
            multipath_tools.tree("0.1")
