"""The page about taking a unit away, run as it stands."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs/removal.md"


def test_every_example_runs() -> None:
    """From top to bottom, on a virtual host."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)

    assert len(blocks) == 6
    exec(compile("\n".join(blocks), str(PAGE), "exec"), {})
