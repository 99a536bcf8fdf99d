import pytest

from multipath.dm.target import Target, check_table
from multipath.dm.targets import LinearTarget, UnknownTarget, ZeroTarget
from multipath.errors import TableError
from multipath.units import Sectors

LINES = [
    (Target(Sectors(0), Sectors(131072), "linear", "8:16 2048"), "0 131072 linear 8:16 2048"),
    (Target(Sectors(8), Sectors(1), "zero"), "8 1 zero "),
    (Target(Sectors(0), Sectors(8), "flakey", "8:0 0 5 1 0 "), "0 8 flakey 8:0 0 5 1 0 "),
    (Target(Sectors(0), Sectors(2**64 - 1), "x", "  y"), "0 18446744073709551615 x   y"),
]


def lines(*table: str) -> list[Target]:
    """Return the lines of a table, which may be wrong."""
    return [Target.parse(line) for line in table]


class TestALineOfATable:
    """A line is start, length, type and parameters, as dmsetup prints it."""

    @pytest.mark.parametrize(("target", "line"), LINES)
    def test_goes_both_ways(self, target: Target, line: str) -> None:
        """`str` and `parse` are inverse, parameters byte for byte."""
        assert str(target) == line
        assert Target.parse(line) == target
        assert Target.parse(line + "\n") == target

    def test_may_have_more_white_space_between_its_columns(self) -> None:
        """What people type is read as well."""
        assert Target.parse(" 0\t 8  zero") == Target(Sectors(0), Sectors(8), "zero")

    @pytest.mark.parametrize(
        ("line", "word"),
        [
            ("", 0),
            ("0", 1),
            ("0 8", 2),
            ("0 8 ", 2),
            ("x 8 zero", 0),
            ("-1 8 zero", 0),
            ("0 1e3 zero", 1),
            ("0 18446744073709551616 zero", 1),
            ("٣ 8 zero", 0),
        ],
    )
    def test_is_refused_at_the_column_at_fault(self, line: str, word: int) -> None:
        """The error counts the columns from 0."""
        with pytest.raises(TableError) as caught:
            Target.parse(line)

        assert caught.value.word == word

    def test_has_typed_parameters(self) -> None:
        """A line leads to the class of its target, and an unknown target to itself."""
        assert Target.parse("0 8 linear 8:0 0").typed == LinearTarget("8:0", Sectors(0))
        assert Target.parse("0 8 thin 253:0 1").typed == UnknownTarget("thin", "253:0 1")

    def test_is_made_from_typed_parameters(self) -> None:
        """The typed target brings its name."""
        assert str(Target.of(Sectors(0), Sectors(8), LinearTarget("8:0", Sectors(0)))) == "0 8 linear 8:0 0"
        assert str(Target.of(Sectors(0), Sectors(8), ZeroTarget())) == "0 8 zero "


class TestATableThatTheKernelWouldTake:
    """`check_table` says nothing."""

    def test_begins_at_zero_and_has_no_gap(self) -> None:
        """One line or several, each where the one before ends."""
        check_table(lines("0 8 zero"))
        check_table(lines("0 8 zero", "8 16 linear 8:0 0", "24 1 a-name-of-15-ch x"))

    def test_may_have_parameters_that_only_the_kernel_can_judge(self) -> None:
        """A target may be newer than this library."""
        check_table(lines("0 8 linear of some other kind"))


class TestATableThatTheKernelWouldRefuse:
    """`check_table` names the line and the word before anything is sent."""

    @pytest.mark.parametrize(
        ("table", "line", "word"),
        [
            (["8 8 zero"], 1, 0),
            (["0 8 zero", "16 8 zero"], 2, 0),
            (["0 8 zero", "4 8 zero"], 2, 0),
            (["0 0 zero"], 1, 1),
            (["0 18446744073709551615 zero", "18446744073709551615 1 zero"], 2, 1),
            (["0 8 zero", "8 8 sixteen-letters-"], 2, 2),
            (["0 8 zerö"], 1, 2),
            (["0 8 linear 8:0 0\0"], 1, 4),
            (["0 8 zero", "8 8 linear /dev/ß 0"], 2, 3),
        ],
    )
    def test_is_refused_at_its_line_and_word(self, table: list[str], line: int, word: int) -> None:
        """Words count from the start of the line: 0 start, 1 length, 2 type, then the parameters."""
        with pytest.raises(TableError) as caught:
            check_table(lines(*table))

        assert caught.value.what == f"table, line {line},"
        assert caught.value.word == word
        assert caught.value.text == str(lines(*table)[line - 1])

    @pytest.mark.parametrize("type_", ["", "a b", "a\0", "a\n"])
    def test_is_refused_for_a_type_that_is_no_name(self, type_: str) -> None:
        """A type that a line could not even hold is at word 2."""
        with pytest.raises(TableError) as caught:
            check_table([Target(Sectors(0), Sectors(8), type_)])

        assert caught.value.word == 2

    def test_is_refused_without_lines(self) -> None:
        """The kernel takes no empty table."""
        with pytest.raises(TableError):
            check_table([])

    def test_is_refused_for_characters_that_no_encoding_has(self) -> None:
        """A lone surrogate, as in a file name that is not UTF-8, is an error and not a crash."""
        with pytest.raises(TableError):
            check_table([Target(Sectors(0), Sectors(8), "linear", "/dev/\udcff 0")])
