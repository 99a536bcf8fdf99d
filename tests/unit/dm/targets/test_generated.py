import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.dm.target import Target, check_table
from multipath.dm.targets import STATUSES, TARGETS, KnownTarget, TargetStatus
from multipath.errors import TableError
from multipath.wire.words import quote, split_words

from .rows import STATUSES as STATUS_ROWS
from .rows import TABLES, WRONG
from .strategies import SECTORS, statuses, tables

TEXTS = [text for _, text in [*TABLES, *STATUS_ROWS]] + [text for _, text, _ in WRONG]
KINDS = [*TARGETS.values(), *STATUSES.values()]
VOCABULARY = sorted(
    {word for text in TEXTS for word in split_words(text)} | {"-1", "+1", "1/2", "4294967296", "\udc80"}
)
LINE = st.text(st.characters(min_codepoint=1, max_codepoint=127, exclude_characters="\n"))


class TestEverythingThatTheTypesCanSay:
    """Round trips of generated values."""

    @given(tables | statuses)
    def test_is_read_back(self, values: KnownTarget | TargetStatus) -> None:
        """Values survive their text, also words with white space in them."""
        text = str(values)

        parsed = type(values).parse(text)

        assert parsed == values
        assert str(replace(parsed)) == text

    @given(tables | statuses, st.data())
    def test_is_refused_when_a_word_is_not_there(self, values: KnownTarget | TargetStatus, data: st.DataObject) -> None:
        """A text cut short is never read as another text, unless it is one."""
        words = split_words(str(values))
        cut = " ".join(map(quote, words[: data.draw(st.integers(0, len(words)))]))

        with contextlib.suppress(TableError):
            shorter = type(values).parse(cut)
            assert type(values).parse(str(replace(shorter))) == shorter

    @given(SECTORS, SECTORS, st.from_regex(r"[a-z-]{1,15}", fullmatch=True), LINE)
    def test_is_a_line_that_goes_both_ways(self, start: int, length: int, type_: str, params: str) -> None:
        """A line gives back its parameters byte for byte, whatever they are."""
        target = Target.parse(f"{start} {length} {type_} {params}")

        assert Target.parse(str(target)) == target
        assert (target.start, target.length, target.type, target.params) == (start, length, type_, params)


class TestAnyTextAtAll:
    """No text raises anything but `TableError`, and what is read is printed again."""

    @pytest.mark.parametrize("kind", KINDS)
    @given(st.text() | st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join))
    def test_is_read_or_refused(self, kind: type[KnownTarget] | type[TargetStatus], text: str) -> None:
        """Random words, and the right words at the wrong places."""
        with contextlib.suppress(TableError):
            parsed = kind.parse(text)
            assert str(parsed) == text
            assert kind.parse(str(replace(parsed))) == parsed

    @given(st.text())
    def test_is_a_line_or_refused(self, line: str) -> None:
        """Lines of a table come from people, too."""
        with contextlib.suppress(TableError):
            target = Target.parse(line)
            assert Target.parse(str(target)) == target

    @given(st.lists(st.builds(Target, SECTORS, SECTORS, st.text(max_size=16), st.text()), max_size=3))
    def test_is_a_table_or_refused(self, targets: list[Target]) -> None:
        """A table of anything is judged, not crashed upon; one that passes can be sent."""
        with contextlib.suppress(TableError):
            check_table(targets)
            assert all(target.length and target.type and target.params.isascii() for target in targets)
