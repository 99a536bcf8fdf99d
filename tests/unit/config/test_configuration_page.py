"""The examples of docs/configuration.md."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs/configuration.md").read_text("utf-8")


class TestThePage:
    def test_runs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its examples, one after the other, in a folder of their own."""
        monkeypatch.chdir(tmp_path)
        example = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))

        exec(compile(example, "docs/configuration.md", "exec"), {})

        assert (tmp_path / "multipath.conf").exists()
