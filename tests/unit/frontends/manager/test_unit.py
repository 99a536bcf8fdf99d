"""The unit file of systemd, as far as it can be read without one."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from multipath.frontends.cli.main import make_parser
from multipath.frontends.manager.status_socket import FOLDER

UNIT = Path(__file__).parents[4] / "systemd/mpath.service"


@pytest.fixture
def unit() -> configparser.ConfigParser:
    """Give the unit, in which a key may stand twice."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT)
    return parser


class TestTheUnit:
    def test_runs_what_there_is(self, unit: configparser.ConfigParser) -> None:
        """With options that the verb takes."""
        program, *words = unit["Service"]["ExecStart"].split()

        assert program.endswith("/mpath")
        assert make_parser(words[0]).parse_args(words).folder == FOLDER

    def test_keeps_the_folder_that_the_next_one_needs(self, unit: configparser.ConfigParser) -> None:
        """What was set, and what was there before, is remembered below ``/run``."""
        assert Path("/run") / unit["Service"]["RuntimeDirectory"] == FOLDER
        assert unit["Service"]["RuntimeDirectoryPreserve"] == "yes"

    def test_does_not_run_beside_multipathd(self, unit: configparser.ConfigParser) -> None:
        """Nor before it has ended."""
        assert "multipathd.service" in unit["Unit"]["Conflicts"].split()
        assert "multipathd.service" in unit["Unit"]["After"].split()

    def test_has_no_key_that_systemd_does_not_know(self, tmp_path: Path) -> None:
        """Where there is a systemd to be asked."""
        verify = shutil.which("systemd-analyze")
        if verify is None:
            pytest.skip("no systemd-analyze")
        copy = tmp_path / UNIT.name
        copy.write_text(UNIT.read_text().replace("/usr/bin/mpath", "/bin/true"))

        done = subprocess.run([verify, "verify", str(copy)], capture_output=True, text=True, check=False)

        assert [line for line in done.stderr.splitlines() if UNIT.name in line] == []
