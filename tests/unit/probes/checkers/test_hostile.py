"""Every checker, whatever a device sends."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.paths.request import Answer, Silence
from multipath.paths.state import PathState
from multipath.probes.checkers import CHECKERS, checker_named, probe
from multipath.probes.containment import told
from multipath.probes.verdict import Verdict

from ..asked import SDA, Scripted
from ..pages import NAMES, page

PAGES = st.builds(
    lambda name, cut, more: page(name)[:cut] + more, st.sampled_from(NAMES), st.integers(0, 600), st.binary(max_size=9)
)
DATA = st.one_of(st.binary(max_size=600), PAGES)
ANSWERS = st.builds(
    Answer,
    error=st.sampled_from([0, 0, 0, 0, 5, 6, 25]),
    status=st.sampled_from([0, 0, 0, 2, 8, 0x18, 0x28, 0x400B]),
    host=st.sampled_from([0, 0, 0, 1, 3, 7, 14, 255]),
    data=DATA,
    sense=st.binary(max_size=40),
)


@pytest.mark.parametrize("name", CHECKERS)
class TestAnyChecker:
    @settings(max_examples=150, deadline=None)
    @given(answers=st.lists(st.one_of(ANSWERS, st.sampled_from(list(Silence))), min_size=1, max_size=6))
    def test_has_a_verdict_on_any_answers(self, name: str, answers: Sequence[Answer | Silence]) -> None:
        """Cut, overlong, garbage: never an exception, and never wild for want of a reader."""
        found = asyncio.run(probe(checker_named(name), Scripted(*answers), SDA, 1.0, state="running"))

        assert isinstance(found, Verdict)
        assert found.message.isascii()
        assert found.message.isprintable()
        assert "raised" not in found.message

    def test_times_out_where_nothing_answers(self, name: str) -> None:
        """All but the one that asks nothing."""
        found = asyncio.run(probe(checker_named(name), Scripted(Silence.FULL), SDA, 1.0, state="running"))

        assert found.state is (PathState.UP if name == "none" else PathState.TIMEOUT)


class TestAMessage:
    @given(st.text(max_size=900))
    def test_is_printable_and_bounded(self, text: str) -> None:
        """What a device or a plugin says reaches terminals and logs."""
        assert told(text).isascii()
        assert told(text).isprintable() or not text
        assert len(told(text)) <= 600
