"""How a command line says a table."""

import argparse

import pytest

from multipath import MultipathTable, errors
from multipath.frontends.cli.main import make_parser
from multipath.frontends.cli.table import changed_table, new_table, parse_group, parse_selector
from multipath.wire.selectors import OtherSelector

CURRENT = MultipathTable.parse("1 queue_if_no_path 1 alua 2 2 service-time 0 1 2 8:0 1 7 service-time 0 1 2 8:16 1 9")


def create(*words: str) -> MultipathTable:
    """Return the table that ``mpath create`` makes of these words."""
    return new_table(make_parser("create").parse_args(["create", "a", "--uuid", "mpath-a", *words]))


def load(*words: str) -> MultipathTable:
    """Return the table that ``mpath load`` makes of these words, on a map with the table `CURRENT`."""
    return changed_table(make_parser("load").parse_args(["load", "a", *words]), CURRENT)


class TestANewTable:
    def test_has_the_groups_that_were_given(self) -> None:
        """In order, with the selector that multipath-tools takes."""
        assert str(create("--group", "8:0,8:16", "--group", "8:32")) == (
            "0 0 2 1 service-time 0 2 2 8:0 1 1 8:16 1 1 service-time 0 1 2 8:32 1 1"
        )

    def test_has_the_selector_and_the_queueing_that_were_given(self) -> None:
        """With the selector's own arguments."""
        table = create("--group", "8:0", "--selector", "historical-service-time 512", "--queue-if-no-path")

        assert str(table) == "1 queue_if_no_path 0 1 1 historical-service-time 2 512 0 1 1 8:0 0"

    def test_may_be_the_kernels_text(self) -> None:
        """Byte for byte."""
        text = "0 0 1 1  round-robin 0 1 1 8:16 1"

        assert str(create("--table", text)) == text

    def test_names_a_path_that_is_not_there(self) -> None:
        """Before anything is sent to the kernel."""
        with pytest.raises(errors.NotFound, match="no block device 'nosuch'"):
            create("--group", "8:0,nosuch")

    def test_is_not_said_twice(self) -> None:
        """Groups and text at once are a fault of usage."""
        with pytest.raises(argparse.ArgumentTypeError, match="leave --group"):
            create("--table", "0 0 0 0", "--group", "8:0")


class TestAChangedTable:
    def test_keeps_what_is_not_said(self) -> None:
        """Features, handler, and the throughput of a path that stays."""
        assert str(load("--group", "8:16,8:32")) == (
            "1 queue_if_no_path 1 alua 1 1 service-time 0 2 2 8:16 1 9 8:32 1 1"
        )

    def test_gets_another_selector(self) -> None:
        """What the old one was told about paths means nothing to it."""
        assert str(load("--selector", "queue-length")) == (
            "1 queue_if_no_path 1 alua 2 1 queue-length 0 1 1 8:0 1 queue-length 0 1 1 8:16 1"
        )

    def test_stops_queueing(self) -> None:
        """Only when that is said."""
        assert not load("--no-queue-if-no-path").features.queue_if_no_path


@pytest.mark.parametrize("text", ["", ",", "8:0,", "8:0,,8:16"])
def test_a_group_has_no_empty_names(text: str) -> None:
    """A slip of a script is refused, not ignored."""
    with pytest.raises(argparse.ArgumentTypeError):
        parse_group(text)


class TestASelector:
    def test_of_a_newer_kernel_is_taken_as_it_is(self) -> None:
        """The kernel decides."""
        assert parse_selector("new-one 1 2") == OtherSelector("new-one", ("1", "2"))

    @pytest.mark.parametrize("text", ["", "historical-service-time 1 2 3", "historical-service-time x", "é"])
    def test_with_wrong_arguments_is_refused(self, text: str) -> None:
        """Before anything is sent to the kernel."""
        with pytest.raises(errors.TableError):
            parse_selector(text)
