"""The pages that take a reader by the hand, run as they stand: on a virtual host, in order, with what they print."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath.frontends.cli.main import make_parser

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ("tutorial", "migrating-from-multipath-ll", "migrating-from-os-brick", "migrating-from-vdsm")
_EXAMPLE: Final = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.DOTALL)


def examples(page: str) -> Iterator[tuple[str, str]]:
    """Yield each example, its lines where they stand on the page, with what it prints."""
    text = (ROOT / f"docs/{page}.md").read_text("utf-8")
    for found in _EXAMPLE.finditer(text):
        yield "\n" * text.count("\n", 0, found.start(1)) + found[1], found[2] or ""


@pytest.mark.parametrize("page", PAGES)
def test_every_example_prints_what_stands_below_it(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each works on what those before it made; blanks at the end of a line are not seen."""
    names: dict[str, object] = {}

    for source, printed in examples(page):
        exec(compile(source, f"docs/{page}.md", "exec"), names)
        assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == printed.splitlines(), source.strip()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_is_taken(page: str) -> None:
    """Those of ``mpath`` in its shell blocks, by the parser of the verb."""
    text = (ROOT / f"docs/{page}.md").read_text("utf-8")
    lines = re.findall(
        r"^(mpath .*?)(?:\s{2,}#.*)?$", "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)), re.MULTILINE
    )

    assert lines
    for line in lines:
        _, *words = shlex.split(line)
        make_parser(words[0]).parse_args(words)


@pytest.mark.parametrize("page", [*PAGES, "how-to"])
def test_every_link_leads_somewhere(page: str) -> None:
    """To a page that is there, and a section of it."""
    text = (ROOT / f"docs/{page}.md").read_text("utf-8")

    for target in re.findall(r"\]\(([^)\s:]+)\)", text):
        file, _, section = target.partition("#")
        other = (ROOT / "docs" / (file or f"{page}.md")).read_text("utf-8")
        titles = re.findall(r"^#+ (.*)$", other, re.MULTILINE)
        assert not section or section in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in titles}
