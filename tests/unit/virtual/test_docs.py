"""Every example of the pages about the virtual world, run as it stands."""

import re
from pathlib import Path

import pytest

from multipath.virtual import VirtualHost

PAGES = ("virtual-host", "virtual-arrays", "planning")


def python_of(page: Path) -> str:
    """Return the Python blocks of a page, each line where it stands there."""
    text = page.read_text("utf-8")
    code, at = "", 0
    for block in re.finditer(r"```python\n(.*?)```", text, re.DOTALL):
        code += "\n" * text.count("\n", at, block.start(1)) + block[1]
        at = block.end(1)
    return code


class TestAPage:
    @pytest.mark.parametrize("page", PAGES)
    def test_runs_from_top_to_bottom(self, page: str) -> None:
        """Every block works on what the blocks before it made."""
        file = Path(__file__).parents[3] / f"docs/{page}.md"
        names: dict[str, object] = {}

        exec(compile(python_of(file), str(file), "exec"), names)

        assert isinstance(names["world"], VirtualHost)
        assert not names["world"].sysfs.root.exists()
