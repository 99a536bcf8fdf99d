from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.errors import TableError
from multipath.wire.features import Features
from multipath.wire.group import PathGroup, TablePath
from multipath.wire.handler import HardwareHandler
from multipath.wire.selectors import (
    CpuMask,
    HistoricalServiceTime,
    IoAffinity,
    OtherSelector,
    OtherWords,
    QueueLength,
    RoundRobin,
    ServiceTime,
    ServiceTimeArgs,
)
from multipath.wire.table import MultipathTable

from .strategies import tables
from .texts import (
    BAD_WORDS,
    LOADED_TABLES,
    PRINTED_TABLES,
    corruptions,
    reads_exactly_or_refuses,
    refusal,
    truncations,
)

BUILD = MultipathTable.build
ROWS = [
    (MultipathTable(), "0 0 0 0"),
    (MultipathTable(features=Features(queue_if_no_path=True)), "1 queue_if_no_path 0 0 0"),
    (BUILD([["8:0", "8:16"]]), "0 0 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1"),
    (BUILD([["8:0"], ["8:16"]], RoundRobin()), "0 0 2 1 round-robin 0 1 1 8:0 1 round-robin 0 1 1 8:16 1"),
    (BUILD([["8:0"]], QueueLength(("any", "thing"))), "0 0 1 1 queue-length 2 any thing 1 1 8:0 1"),
    (
        BUILD([["8:0", "8:16"]], HistoricalServiceTime()),
        "0 0 1 1 historical-service-time 2 972 0 2 1 8:0 0 8:16 0",
    ),
    (
        BUILD([[TablePath("8:0", CpuMask("1")), TablePath("8:16", CpuMask("2"))]], IoAffinity()),
        "0 0 1 1 io-affinity 0 2 1 8:0 1 8:16 2",
    ),
    (
        BUILD([[TablePath("8:0", ServiceTimeArgs(1, 100))]], handler="alua"),
        "0 1 alua 1 1 service-time 0 1 2 8:0 1 100",
    ),
    (
        BUILD([["8:0"]], features=Features(True, True, 50), handler=HardwareHandler("alua", ("1",))),
        "4 queue_if_no_path pg_init_retries 50 retain_attached_hw_handler 2 alua 1 1 1 service-time 0 1 2 8:0 1 1",
    ),
    (
        BUILD(
            [[TablePath("8:0", OtherWords(("a", "b")))]], OtherSelector("newer", ("x",)), Features(unknown=("y", "1"))
        ),
        "2 y 1 0 1 1 newer 1 x 1 2 8:0 a b",
    ),
    (BUILD([[r"/dev/mapper/a b\c"]], RoundRobin()), r"0 0 1 1 round-robin 0 1 1 /dev/mapper/a\ b\\c 1"),
    (replace(BUILD([["8:0"]], RoundRobin()), initial_group=9), "0 0 1 9 round-robin 0 1 1 8:0 1"),
]


class TestATableAndItsText:
    """Both say the same."""

    @pytest.mark.parametrize(("table", "text"), ROWS, ids=[text for _, text in ROWS])
    def test_are_inverse(self, table: MultipathTable, text: str) -> None:
        """What is made prints as its text, and the text parses to what was made."""
        assert str(table) == text
        assert MultipathTable.parse(text) == table

    @given(tables)
    def test_are_inverse_for_all_that_the_types_can_say(self, table: MultipathTable) -> None:
        """Every table survives its text, quoting included."""
        assert MultipathTable.parse(str(table)) == table


class TestATextOfAKernel:
    """Texts that a kernel printed or took."""

    @pytest.mark.parametrize("text", [*PRINTED_TABLES, *LOADED_TABLES])
    def test_comes_back_byte_for_byte(self, text: str) -> None:
        """Spaces, tabs, leading zeros, wrapped numbers and the space at the end survive."""
        assert str(MultipathTable.parse(text)) == text

    @pytest.mark.parametrize("text", PRINTED_TABLES)
    def test_that_was_printed_is_the_canonical_one(self, text: str) -> None:
        """A table whose text was dropped prints what the kernel prints, but for the last space."""
        table = MultipathTable.parse(text)

        assert str(replace(table, features=replace(table.features))) == text.removesuffix(" ")

    @pytest.mark.parametrize("text", LOADED_TABLES)
    def test_that_was_loaded_means_the_same_in_canonical_form(self, text: str) -> None:
        """A table whose text was dropped prints a text that loads the same table."""
        table = MultipathTable.parse(text)

        assert MultipathTable.parse(str(replace(table, features=replace(table.features)))) == table


class TestATableThatWasChanged:
    """`dataclasses.replace` on a parsed table."""

    def test_does_not_print_the_old_text(self) -> None:
        """The text of the table that it was made from is forgotten."""
        parsed = MultipathTable.parse("0 0 1  01 round-robin 0 1 0 8:0 ")

        assert str(replace(parsed, handler=HardwareHandler("alua"))) == "0 1 alua 1 1 round-robin 0 1 1 8:0 1"

    def test_keeps_unknown_features_in_place(self) -> None:
        """Words of a newer kernel stay where they were while the features are not changed."""
        parsed = MultipathTable.parse("3 newer 5 Queue_If_No_Path 0 0 0")

        assert str(replace(parsed, handler=HardwareHandler("alua"))) == "3 newer 5 Queue_If_No_Path 1 alua 0 0"

    def test_without_groups_has_no_initial_group(self) -> None:
        """The initial group is 0 without groups, and at least 1 with them."""
        table = BUILD([["8:0"]])

        assert replace(table, groups=()).initial_group == 0
        assert replace(MultipathTable(), groups=table.groups).initial_group == 1


class TestATextThatEndsTooEarly:
    """Every truncation is refused."""

    @pytest.mark.parametrize("text", [*PRINTED_TABLES, *LOADED_TABLES])
    def test_is_refused_at_its_end(self, text: str) -> None:
        """A cut after any word names the place and what is missing."""
        for cut in truncations(text):
            with pytest.raises(TableError) as caught:
                MultipathTable.parse(cut)
            assert caught.value.word <= len(text.split())
            assert caught.value.expected

    def test_names_the_number_of_its_words(self) -> None:
        """The word at fault is the one behind the last."""
        assert refusal(MultipathTable.parse, "0 0 1 1 service-time 0 2 2 8:0 1 1 8:16 1") == (13, None)


class TestATextWithAWordAtFault:
    """What the constructor of the target refuses."""

    @pytest.mark.parametrize(
        ("text", "word", "found"),
        [
            ("", 0, None),
            ("9 a b c d e f g h i 0 0 0", 0, "9"),
            ("1 pg_init_retries 0 0 0", 1, "pg_init_retries"),
            ("2 pg_init_retries 0 0 0 0", 2, "0"),
            ("2 pg_init_retries 51 0 0 0", 2, "51"),
            ("2 pg_init_delay_msecs 60001 0 0 0", 2, "60001"),
            ("1 queue_mode 0 0 0", 1, "queue_mode"),
            ("0 1025 a 0 0", 1, "1025"),
            ("0 0 1025 1", 2, "1025"),
            ("0 0 0 1", 3, "1"),
            ("0 0 1 0 round-robin 0 1 0 8:0", 3, "0"),
            ("0 0 1 1025 round-robin 0 1 0 8:0", 3, "1025"),
            ("0 0 0 0 round-robin 0 1 0 8:0", 4, "round-robin"),
            ("0 0 1 1 round-robin 0 1 0 8:0 8:16", 9, "8:16"),
            ("0 0 2 1 round-robin 0 1 0 8:0", 9, None),
            ("0 0 1 1 round-robin 1025 1 0 8:0", 5, "1025"),
            ("0 0 1 1 round-robin 0 0 0", 6, "0"),
            ("0 0 1 1 round-robin 0 1025 0 8:0", 6, "1025"),
            ("0 0 1 1 round-robin 0 1 1025 8:0", 7, "1025"),
            ("0 0 1 1 round-robin 0 1 2 8:0 1 1", 10, "1"),
            ("0 0 1 1 round-robin 0 1 1 8:0 x", 9, "x"),
            ("0 0 1 1 service-time 0 1 2 8:0 1 101", 10, "101"),
            ("0 0 1 1 service-time 0 1 3 8:0 1 1 1", 11, "1"),
            ("0 0 1 1 historical-service-time 1 1024 1 0 8:0", 6, "1024"),
            ("0 0 1 1 historical-service-time 3 1 1 1 1 0 8:0", 8, "1"),
            ("0 0 1 1 historical-service-time 0 1 2 8:0 1 1", 10, "1"),
            ("0 0 1 1 io-affinity 0 1 0 8:0", 9, None),
            ("0 0 1 1 io-affinity 0 1 2 8:0 1 2", 10, "2"),
            ("0 0 1 1 io-affinity 0 1 1 8:0 xyz", 9, "xyz"),
            ("0 0 1 1 io-affinity 0 1 1 8:0 0,00000000", 9, "0,00000000"),
            ("0 0 1 1 io-affinity 0 1 1 8:0 123456789", 9, "123456789"),
        ],
    )
    def test_is_refused_there(self, text: str, word: int, found: str | None) -> None:
        """The error names the word that the kernel stumbles over."""
        assert refusal(MultipathTable.parse, text) == (word, found)

    @pytest.mark.parametrize("text", [*PRINTED_TABLES, *LOADED_TABLES])
    def test_is_refused_or_read_exactly(self, text: str) -> None:
        """One spoilt word anywhere gives a `TableError` or a table with just this text, and never another error."""
        for spoilt in corruptions(text):
            assert reads_exactly_or_refuses(MultipathTable.parse, spoilt)

    @given(st.lists(st.sampled_from([*BAD_WORDS, "round-robin", "queue-length", "alua"]) | st.text(max_size=3)))
    def test_is_refused_or_read_exactly_among_random_words(self, words: list[str]) -> None:
        """Random words give a `TableError` or a table with just this text."""
        assert reads_exactly_or_refuses(MultipathTable.parse, " ".join(words))


class TestATableThatIsMade:
    """What no table can say is refused before it is printed."""

    def test_needs_arguments_of_its_selector(self) -> None:
        """Arguments of another selector are refused with the path."""
        with pytest.raises(ValueError, match=r"no arguments of round-robin, at path 8:0"):
            PathGroup(RoundRobin(), (TablePath("8:0", ServiceTimeArgs()),))

    def test_needs_paths_in_each_group(self) -> None:
        """The kernel knows no empty group."""
        with pytest.raises(ValueError, match="a group of 0 paths"):
            BUILD([[]])

    def test_needs_masks_for_io_affinity(self) -> None:
        """This selector has no default."""
        with pytest.raises(ValueError, match="CpuMask"):
            BUILD([["8:0"]], IoAffinity())

    def test_needs_equally_many_words_for_each_path_of_a_group(self) -> None:
        """The table has one number for the whole group."""
        paths = [TablePath("8:0", OtherWords(("1",))), TablePath("8:16", OtherWords())]

        with pytest.raises(ValueError, match="equally many"):
            str(BUILD([paths], OtherSelector("newer")))

    @pytest.mark.parametrize("device", ["", "8:0\0", "8:\u0660"])
    def test_refuses_a_device_that_no_line_can_hold(self, device: str) -> None:
        """Hostile names do not reach the kernel."""
        with pytest.raises(TableError):
            str(BUILD([[device]]))

    def test_cannot_break_out_of_its_word(self) -> None:
        """A name with blanks and backslashes is one word, whatever it holds."""
        hostile = "8:0 1 1 \\ 8:16\n0"

        assert MultipathTable.parse(str(BUILD([[hostile]]))).devices == (hostile,)


class TestTheDevicesOfATable:
    """`MultipathTable.devices`."""

    def test_are_in_order_and_each_once(self) -> None:
        """A device of two groups is listed where it comes first."""
        assert BUILD([["8:16", "8:0"], ["8:16", "8:32"]]).devices == ("8:16", "8:0", "8:32")

    def test_fill_the_defaults_of_the_kernel(self) -> None:
        """Arguments that were left out have the values that the kernel assumes."""
        group = MultipathTable.parse("0 0 1 1 service-time 0 2 1 8:0 7 8:16 8").groups[0]

        assert [path.args for path in group.paths] == [ServiceTimeArgs(7, 1), ServiceTimeArgs(8, 1)]
        assert group.selector == ServiceTime()
