"""The page about precedence, whose example runs as it stands."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs/precedence.md").read_text("utf-8")


class TestThePage:
    def test_shows_what_holds(self) -> None:
        """Each assertion of its example does."""
        (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

        exec(compile(example, "docs/precedence.md", "exec"), {})
