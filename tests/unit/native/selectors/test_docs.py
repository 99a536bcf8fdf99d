"""The examples of the page about selectors, run as they stand."""

import re
from pathlib import Path

from multipath import Selector

_PAGE = Path(__file__).parents[4] / "docs/selectors.md"


class TestThePage:
    def test_runs_from_top_to_bottom(self) -> None:
        """What its comments say comes out."""
        names: dict[str, object] = {}

        for block in re.findall(r"```python\n(.*?)```", _PAGE.read_text(), re.DOTALL):
            exec(compile(block, str(_PAGE), "exec"), names)

        selector = names["selector"]
        assert isinstance(selector, Selector)
        assert names["path"] == 1
        assert selector.status() == ((0, 1), (0, 4))
        assert selector.usable == (True, False)
