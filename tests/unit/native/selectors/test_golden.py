"""Frozen traces of the kernel's own selectors, of which every pick and every counter comes back."""

from pathlib import Path

import pytest

from .setups import NAMES, Setup
from .traces import WORDS, parse_lines, replayed

_FOLDER = Path(__file__).parents[3] / "golden/selectors"


class TestAFrozenTrace:
    @pytest.mark.parametrize("name", NAMES)
    def test_comes_back(self, name: str) -> None:
        """From the arguments of the table to the numbers of the status."""
        text = (_FOLDER / f"{name}.txt").read_text().splitlines()
        words = [tuple(line.split()) for line in text]
        rows = {key: [rest for first, *rest in words if first == key] for key in ("path", "group", "nodes", "status")}
        paths = tuple(tuple(path) for path in rows["path"])
        setup = Setup(name, paths, tuple(rows["group"][0]), tuple(map(int, rows["nodes"][0])))
        trace, expected = parse_lines([line for line in text if line.split()[0] in WORDS])

        selector = setup.native()

        assert replayed(trace, selector) == expected
        assert selector.status() == tuple(tuple(map(int, row)) for row in rows["status"])
        assert len(trace) == 400
