"""The unit file of systemd for the exporter, as far as it can be read without one."""

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from multipath.frontends.cli.main import make_parser
from multipath.frontends.metrics.listener import LOOPBACK, PORT

UNIT = Path(__file__).parents[4] / "systemd/mpath-metrics.service"


class TestTheUnit:
    def test_listens_on_loopback(self) -> None:
        """With options that the verb takes."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(UNIT)
        program, *words = parser["Service"]["ExecStart"].split()

        assert program.endswith("/mpath")
        assert make_parser(words[0]).parse_args(words).listen == (LOOPBACK, PORT)

    def test_has_no_key_that_systemd_does_not_know(self, tmp_path: Path) -> None:
        """Where there is a systemd to be asked."""
        verify = shutil.which("systemd-analyze")
        if verify is None:
            pytest.skip("no systemd-analyze")
        copy = tmp_path / UNIT.name
        copy.write_text(UNIT.read_text().replace("/usr/bin/mpath", "/bin/true"))

        done = subprocess.run([verify, "verify", str(copy)], capture_output=True, text=True, check=False)

        assert [line for line in done.stderr.splitlines() if UNIT.name in line] == []
