"""The plugins of docs/checkers.md and docs/prioritizers.md, as they stand there."""

import asyncio
import re
from pathlib import Path
from typing import Any, Final

from multipath.paths.request import Answer
from multipath.paths.state import PathState
from multipath.probes.checkers import CHECKERS, probe
from multipath.probes.conversation import Conversation
from multipath.probes.prioritizers import PRIORITIZERS, Priority

from .asked import SDA, Scripted

DOCS: Final = Path(__file__).parents[3] / "docs"


def plugin(page: str) -> dict[str, Any]:
    """Return the names that the last example in Python of a page makes."""
    *_, text = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(text, page, "exec"), names)
    return names


def named(page: str) -> set[str]:
    """Return the names in the first column of the tables of a page."""
    return set(re.findall(r"^\| `(\w+)` \|", (DOCS / page).read_text("utf-8"), re.MULTILINE))


class TestThePageAboutCheckers:
    def test_has_all(self) -> None:
        """Each in its table."""
        assert named("checkers.md") == CHECKERS.keys()

    def test_has_a_plugin_that_works(self) -> None:
        """Up, and down."""
        checker = plugin("checkers.md")["Acme"]()
        found = [
            asyncio.run(probe(checker, Scripted(answer), SDA, 1.0, state="running"))
            for answer in (Answer(), Answer(status=8))
        ]

        assert [each.state for each in found] == [PathState.UP, PathState.DOWN]


class TestThePageAboutPrioritizers:
    def test_has_all(self) -> None:
        """Each in its table."""
        assert named("prioritizers.md") == PRIORITIZERS.keys()

    def test_has_a_plugin_that_works(self) -> None:
        """By the product's name."""
        module = plugin("prioritizers.md")

        async def ask(answer: Answer) -> Priority:
            found = await module["ask"]("", Conversation(Scripted(answer), SDA, 1.0))
            assert isinstance(found, Priority)
            return found

        assert [asyncio.run(ask(Answer(data=data))).value for data in (b"so fast", b"slow")] == [10, 1]
        assert module["problems"]("x") == ("acme takes no arguments",)
