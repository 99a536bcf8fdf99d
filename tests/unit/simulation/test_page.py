"""Every example of the page on simulation, run as it stands."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs/simulation.md"
BLOCK = re.compile(r"(```python\n)(.*?)```", re.DOTALL)


def python_of(page: str) -> str:
    """Return the Python blocks of a page, each at its lines."""
    kept, end = "", 0
    for block in BLOCK.finditer(page):
        kept += "\n" * page.count("\n", end, block.start(2)) + block[2]
        end = block.end(2)
    return kept


class TestThePage:
    @pytest.mark.slow
    def test_runs_from_top_to_bottom(self) -> None:
        """Every block works on what the blocks before it made."""
        exec(compile(python_of(PAGE.read_text("utf-8")), str(PAGE), "exec"), {})
