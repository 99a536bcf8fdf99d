from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.errors import TableError
from multipath.wire.selectors import (
    HistoricalServiceTime,
    HistoricalServiceTimeStatus,
    IoAffinityStatus,
    OtherSelector,
    OtherWords,
    QueueLength,
    QueueLengthStatus,
    RoundRobin,
    ServiceTime,
    ServiceTimeStatus,
)
from multipath.wire.status import GroupState, MultipathStatus, StatusGroup, StatusPath
from multipath.wire.table import MultipathTable

from .strategies import statuses, table_of
from .texts import BAD_WORDS, STATUSES, corruptions, reads_exactly_or_refuses, refusal, truncations

ACTIVE, ENABLED, DISABLED = GroupState
ROWS = [
    (
        MultipathStatus(
            False,
            0,
            1,
            (
                StatusGroup(
                    ACTIVE,
                    ServiceTime(),
                    (
                        StatusPath("8:0", True, 0, ServiceTimeStatus(-4096, 1)),
                        StatusPath("8:16", False, 3, ServiceTimeStatus(0, 1)),
                    ),
                ),
            ),
        ),
        "2 0 0 0 1 1 A 0 2 2 8:0 A 0 -4096 1 8:16 F 3 0 1",
    ),
    (
        MultipathStatus(
            True,
            2,
            2,
            (
                StatusGroup(DISABLED, RoundRobin(), (StatusPath("8:0", True, 0),)),
                StatusGroup(ENABLED, RoundRobin(), (StatusPath("8:16", True, 0),)),
            ),
        ),
        "2 1 2 0 2 2 D 0 1 0 8:0 A 0 E 0 1 0 8:16 A 0",
    ),
    (
        MultipathStatus(
            False,
            0,
            1,
            (
                StatusGroup(
                    ACTIVE,
                    HistoricalServiceTime(512, 2),
                    (StatusPath("8:0", True, 0, HistoricalServiceTimeStatus(158225581, 0, 10540899906)),),
                ),
            ),
        ),
        "2 0 0 0 1 1 A 2 512 2 1 3 8:0 A 0 158225581 0 10540899906",
    ),
    (
        MultipathStatus(
            False,
            0,
            1,
            (StatusGroup(ACTIVE, OtherSelector(""), (StatusPath("8:0", True, 0, OtherWords(("7",))),)),),
        ),
        "2 0 0 0 1 1 A 0 1 1 8:0 A 0 7",
    ),
    (MultipathStatus(True, 0, 0), "2 1 0 0 0 0"),
    (MultipathStatus(True, 0, 0, (), ("alua", "x"), ("9",)), "3 1 0 9 2 alua x 0 0"),
]
ONE_WORD = "2 0 0 0 1 1 A 0 1 1 8:0 A 0 7 "


class TestAStatusAndItsText:
    """Both say the same, without a hint."""

    @pytest.mark.parametrize(("status", "text"), ROWS, ids=[text for _, text in ROWS])
    def test_are_inverse(self, status: MultipathStatus, text: str) -> None:
        """What is made prints as its text, and the text parses to what was made."""
        assert str(status) == text
        assert MultipathStatus.parse(text) == status

    @given(statuses)
    def test_are_inverse_with_the_table_as_hint(self, status: MultipathStatus) -> None:
        """Every status survives its text when the table names the selectors."""
        assert MultipathStatus.parse(str(status), table_of(status)) == status

    @given(statuses)
    def test_keep_every_word_without_a_hint(self, status: MultipathStatus) -> None:
        """What cannot be told is kept: the values alone print the same text again."""
        assert str(replace(MultipathStatus.parse(str(status)))) == str(status)


class TestATextOfAKernel:
    """Texts that a kernel printed."""

    @pytest.mark.parametrize("text", STATUSES)
    def test_comes_back_byte_for_byte(self, text: str) -> None:
        """The space at the end survives; the values alone print all but that space."""
        status = MultipathStatus.parse(text)

        assert str(status) == text
        assert str(replace(status)) == text.removesuffix(" ")

    @pytest.mark.parametrize("text", STATUSES)
    def test_is_refused_when_cut_anywhere(self, text: str) -> None:
        """A cut after any word is a `TableError` at the end of the line."""
        for cut in truncations(text):
            assert refusal(MultipathStatus.parse, cut) == (len(cut.split()), None)

    @pytest.mark.parametrize("text", STATUSES)
    def test_is_refused_or_read_exactly_when_spoilt(self, text: str) -> None:
        """One spoilt word anywhere gives a `TableError` or a status with just this text."""
        for spoilt in corruptions(text):
            assert reads_exactly_or_refuses(MultipathStatus.parse, spoilt)

    @given(st.lists(st.sampled_from(BAD_WORDS) | st.text(max_size=3)))
    def test_is_refused_or_read_exactly_among_random_words(self, words: list[str]) -> None:
        """Random words give a `TableError` or a status with just this text."""
        assert reads_exactly_or_refuses(MultipathStatus.parse, " ".join(words))


class TestASelectorThatTheTextDoesNotTell:
    """One word for each path: queue-length or io-affinity."""

    def test_stays_words(self) -> None:
        """Nothing is guessed."""
        assert MultipathStatus.parse(ONE_WORD).paths[0].selector_status == OtherWords(("7",))

    def test_is_told_by_the_table(self) -> None:
        """The table names queue-length."""
        table = MultipathTable.build([["8:0"]], QueueLength())

        assert MultipathStatus.parse(ONE_WORD, table).paths[0].selector_status == QueueLengthStatus(7)

    def test_is_told_by_the_table_for_the_other_one(self) -> None:
        """The table names io-affinity."""
        table = MultipathTable.parse("0 0 1 1 io-affinity 0 1 1 8:0 1 ")

        assert MultipathStatus.parse(ONE_WORD, table).paths[0].selector_status == IoAffinityStatus(7)

    def test_is_not_harmed_by_a_table_that_does_not_fit(self) -> None:
        """A map that was reloaded in between is still read, word for word."""
        other = MultipathTable.build([["8:0"], ["8:16"]], HistoricalServiceTime())
        status = MultipathStatus.parse(ONE_WORD, other)

        assert status.paths[0].selector_status == OtherWords(("7",))
        assert str(status) == ONE_WORD

    def test_keeps_its_name_from_the_table(self) -> None:
        """A selector of a newer kernel has its name and its words."""
        table = MultipathTable.parse("0 0 1 1 newer 0 1 0 8:0")
        group = MultipathStatus.parse("2 0 0 0 1 1 A 1 x 1 2 8:0 A 0 y z", table).groups[0]

        assert group.selector == OtherSelector("newer", ("x",))
        assert group.paths[0].selector_status == OtherWords(("y", "z"))


class TestAStatusWithAWordAtFault:
    """What is no status."""

    @pytest.mark.parametrize(
        ("text", "word", "found"),
        [
            ("1 0 0 0 0", 0, "1"),
            ("2 2 0 0 0 0", 1, "2"),
            ("2 0 -1 0 0 0", 2, "-1"),
            ("2 0 0 0 1 1 X 0 1 0 8:0 A 0", 6, "X"),
            ("2 0 0 0 1 1 A 0 1 0 8:0 D 0", 11, "D"),
            ("2 0 0 0 1 1 A 0 1 0 8:0 A x", 12, "x"),
            ("2 0 0 0 1 1 A 0 1 0 8:0 A 0 more", 13, "more"),
            ("0 0 1 1 service-time 0 1 2 8:0 1 1", 0, "0"),
        ],
    )
    def test_is_refused_there(self, text: str, word: int, found: str) -> None:
        """The error names the word."""
        assert refusal(MultipathStatus.parse, text) == (word, found)

    def test_says_what_it_should_have_been(self) -> None:
        """The message names the alternatives."""
        with pytest.raises(TableError, match="expected the state of a path: A or F"):
            MultipathStatus.parse("2 0 0 0 1 1 A 0 1 0 8:0 D 0")


class TestAMapWithFailedPaths:
    """Four paths in two groups, two of them failed."""

    TEXT = "2 0 0 0 2 2 D 0 2 0 8:0 F 2 8:16 A 0 A 0 2 0 8:32 A 0 8:48 F 1 "

    def test_cannot_be_counted_wrongly(self) -> None:
        """The number of paths and the number of active ones have different names."""
        status = MultipathStatus.parse(self.TEXT)

        assert (status.paths_total, status.paths_active) == (4, 2)
        assert not hasattr(status, "path_count")

    def test_tells_its_devices(self) -> None:
        """Sets of devices, to compare with."""
        status = MultipathStatus.parse(self.TEXT)

        assert status.active_paths == {"8:16", "8:32"}
        assert status.failed_paths == {"8:0", "8:48"}
        assert [path.device for path in status.paths] == ["8:0", "8:16", "8:32", "8:48"]

    def test_tells_which_group_takes_io(self) -> None:
        """The group that is marked active, not the number."""
        status = MultipathStatus.parse(self.TEXT)

        assert status.active_group == status.groups[1]
        assert [group.state for group in status.groups] == ["D", "A"]

    def test_is_usable_until_the_last_path(self) -> None:
        """One active path is enough, in whatever group; none is not."""
        assert MultipathStatus.parse(self.TEXT).is_usable
        assert not MultipathStatus.parse(self.TEXT.replace(" A 0 A ", " F 1 A ").replace("8:32 A", "8:32 F")).is_usable
        assert not MultipathStatus.parse("2 0 0 0 0 0 ").is_usable

    def test_may_have_a_device_on_both_sides(self) -> None:
        """A device of two groups can be failed in one of them."""
        status = MultipathStatus.parse("2 0 0 0 2 1 A 0 1 0 8:0 A 0 E 0 1 0 8:0 F 1 ")

        assert status.active_paths == status.failed_paths == {"8:0"}


class TestAStatusOfACutTable:
    """Errors of the tool that was asked, in place of a status."""

    @pytest.mark.parametrize("text", ["", "No devices found", "-", "8:0 A"])
    def test_is_refused(self, text: str) -> None:
        """Sentences are no status."""
        with pytest.raises(TableError):
            MultipathStatus.parse(text)
