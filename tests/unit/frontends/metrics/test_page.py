"""The page about metrics: its names are those that there are, its example prints what it says."""

import re
from pathlib import Path

import pytest

from multipath.frontends.cli.main import make_parser
from multipath.frontends.exporter import families
from multipath.frontends.metrics.listener import LOOPBACK, PAGE, PORT

from .test_files import RULES

TEXT = (Path(__file__).parents[4] / "docs/metrics.md").read_text("utf-8")


class TestThePage:
    def test_tells_every_series(self) -> None:
        """With its kind, its labels and its help, and in the order in which they are printed."""
        rows = re.findall(r"^\| `(multipath_\w+)` \| (\w+) \| (.*?) ?\| (.*) \|$", TEXT, re.MULTILINE)

        assert rows == [
            (each.name, each.kind, ", ".join(f"`{label}`" for label in each.labels), each.help) for each in families()
        ]

    def test_tells_every_alert(self) -> None:
        """In the order of the file."""
        assert re.findall(r"^\| `(Multipath\w+)` \|", TEXT, re.MULTILINE) == re.findall(
            r"alert: (\w+)", RULES.read_text()
        )

    def test_has_an_example_that_prints_what_stands_below_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Line by line."""
        ((source, printed),) = re.findall(r"```python\n(.*?)```\n\nprints\n\n```\n(.*?)```", TEXT, re.DOTALL)

        exec(compile(source, "metrics.md", "exec"), {})

        assert capsys.readouterr().out == printed

    def test_has_commands_that_the_verb_takes(self) -> None:
        """Each of them, and the place where it listens."""
        commands = re.findall(r"^mpath (metrics.*?)(?: +#.*| > .*)?$", TEXT, re.MULTILINE)

        assert len(commands) == 7
        for words in commands:
            make_parser("metrics").parse_args(words.split())
        assert f"http://{LOOPBACK}:{PORT}{PAGE}" in TEXT
