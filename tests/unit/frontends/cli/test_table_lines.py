"""Tables for people, and what changes between two of them."""

from multipath import MultipathTable
from multipath.frontends.cli.table_lines import changed_lines, table_lines
from multipath.frontends.cli.terminal import plain

NAMES = {"8:0": "sda", "8:16": "sdb", "8:32": "sdc"}
TWO_GROUPS = MultipathTable.parse("1 queue_if_no_path 1 alua 2 1 service-time 0 1 1 8:0 1 service-time 0 1 1 8:16 1")


def changes(old: str, new: str) -> list[str]:
    """Return what people see of a change from one table to another."""
    return [plain(line) for line in changed_lines(MultipathTable.parse(old), MultipathTable.parse(new), NAMES)]


class TestATable:
    def test_has_its_head_its_groups_and_one_line_a_path(self) -> None:
        """By the kernel's names and numbers."""
        assert table_lines(TWO_GROUPS, NAMES) == [
            "features queue_if_no_path",
            "handler alua",
            "group 1, service-time",
            "  sda 8:0",
            "group 2, service-time",
            "  sdb 8:16",
        ]

    def test_names_no_path_that_is_not_there(self) -> None:
        """Its number is all there is."""
        assert table_lines(TWO_GROUPS, {})[3] == "  ? 8:0"

    def test_shows_the_arguments_of_a_path_that_are_not_the_usual_ones(self) -> None:
        """The usual ones say nothing."""
        table = MultipathTable.parse("0 0 1 1 service-time 0 2 2 8:0 1 7 8:16 1 1")

        assert table_lines(table, NAMES)[1:] == ["  sda 8:0 (1 7)", "  sdb 8:16"]


class TestAChange:
    def test_marks_what_goes_comes_and_stays(self) -> None:
        """A path more, in a group that is there."""
        assert changes("0 0 1 1 service-time 0 1 1 8:0 1", "0 0 1 1 service-time 0 2 1 8:0 1 8:16 1") == [
            "  group 1, service-time",
            "    sda 8:0",
            "+   sdb 8:16",
        ]

    def test_does_not_show_what_the_kernel_prints_otherwise(self) -> None:
        """It says nothing of a mode, nor of the arguments of a handler."""
        old = "0 1 alua 1 1 service-time 0 1 2 8:0 1 1"
        new = "2 queue_mode mq 2 alua 1 1 1 service-time 0 2 1 8:0 1 8:16 1"

        assert [line for line in changes(old, new) if not line.startswith(" ")] == ["+   sdb 8:16"]

    def test_of_the_head_is_shown(self) -> None:
        """One that a load would make."""
        changed = changes("1 queue_if_no_path 0 1 1 service-time 0 1 1 8:0 1", "0 0 1 1 service-time 0 1 1 8:0 1")

        assert changed[0] == "- features queue_if_no_path"

    def test_from_nothing_brings_everything(self) -> None:
        """A map that is not there yet."""
        assert all(plain(line).startswith("+ ") for line in changed_lines(None, TWO_GROUPS, NAMES))
