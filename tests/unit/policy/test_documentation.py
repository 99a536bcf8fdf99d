"""The page about decisions: its example prints what it says."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs/policy.md").read_text("utf-8")


def test_the_example_prints_what_stands_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line."""
    source, printed = re.findall(r"```(?:python)?\n(.*?)```", PAGE, re.DOTALL)

    exec(compile(source, "policy.md", "exec"), {})

    assert capsys.readouterr().out == printed
