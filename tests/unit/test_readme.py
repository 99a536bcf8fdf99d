"""The README's session, run as it stands: anywhere, for it brings its own world."""

import re
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_the_session_prints_what_its_comments_say(capsys: pytest.CaptureFixture[str]) -> None:
    """Each print says what stands behind it."""
    (source,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    promised = [comment.strip() for comment in re.findall(r"print\(.*\)\s+# (.*)", source)]

    exec(compile(source, "README.md", "exec"), {})

    assert len(promised) == 3
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == promised
