"""Every example of the how-to page, run as it stands, on a real kernel."""

import re
from pathlib import Path

import pytest

from multipath import Control

pytestmark = pytest.mark.kernel
ROOT = Path(__file__).parents[2]


def python_of(page: str) -> str:
    """Return the Python blocks of a page, in order."""
    return "\n".join(re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL))


class TestTheHowTo:
    def test_runs_from_top_to_bottom(self, dm: Control) -> None:
        """Every block works on what the blocks before it made, and nothing is left."""
        exec(compile(python_of("docs/how-to.md"), "docs/how-to.md", "exec"), {})

        assert dm.devices() == []
