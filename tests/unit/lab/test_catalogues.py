"""The catalogues of kernels as the command line shows them, with nothing fetched."""

import json
from pathlib import Path

import pytest

from multipath.frontends.cli.lab import main


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with a cache where nothing is."""
    monkeypatch.setenv("MULTIPATH_LAB_CACHE", str(tmp_path))


class TestTheListOfKernels:
    def test_has_both_kinds_of_each_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        """User-mode Linux first, and nothing is fetched for a list."""
        assert main(["kernels", "-o", "json"]) == 0

        states = json.loads(capsys.readouterr().out)
        assert [(state["stock"], state["name"]) for state in states] == [
            (stock, name) for stock in (False, True) for name in ("6.1", "6.12", "newest")
        ]
        assert {state["reason"] for state in states} == {"not fetched yet"}

    def test_is_a_line_for_each(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With its kind in front."""
        assert main(["kernels"]) == 0

        assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["user-mode"] * 3 + ["stock"] * 3
