"""A change of multipath.conf, as words say it."""

import argparse

import pytest

from multipath.config.tree import Document
from multipath.frontends.cli.config_change import parse_change, with_revision
from multipath.frontends.cli.diff import marked

FILE = """\
# ours
defaults {
	polling_interval 5	# seconds
}
devices {
	device {
		vendor "NETAPP"
		product "LUN"
		no_path_retry 12
	}
}
multipaths {
	multipath {
		wwid 3600a
		alias data
	}
}
blacklist {
	devnode "^sdb$"
}
"""
GONE = [
    ("unset defaults polling_interval", "\tpolling_interval 5\t# seconds\n"),
    ("unset device NETAPP LUN no_path_retry", "\t\tno_path_retry 12\n"),
    ("blacklist remove devnode ^sdb$", '\tdevnode "^sdb$"\n'),
]
CHANGED = [
    ("set defaults polling_interval 10", "polling_interval 5", "polling_interval 10"),
    ("set device NETAPP LUN no_path_retry queue", "no_path_retry 12", "no_path_retry queue"),
    ("set multipath 3600a alias data1", "alias data", "alias data1"),
    ("set multipath 3600a failback immediate", "alias data\n", "alias data\n\t\tfailback immediate\n"),
    ("blacklist add devnode ^sdc$", '"^sdb$"\n', '"^sdb$"\n\tdevnode ^sdc$\n'),
]
ADDED = [
    ("set overrides no_path_retry fail", "overrides {\n\tno_path_retry fail\n}\n"),
    ("set protocol scsi:fcp fast_io_fail_tmo 5", "overrides {\n\tprotocol {\n\t\ttype scsi:fcp\n"),
    ("exceptions add property SCSI_IDENT_", "blacklist_exceptions {\n\tproperty SCSI_IDENT_\n}\n"),
    ("blacklist add device IBM S/390", "\tdevice {\n\t\tvendor IBM\n\t\tproduct S/390\n\t}\n"),
    ("set device HP MSA prio alua", "\tdevice {\n\t\tvendor HP\n\t\tproduct MSA\n\t\tprio alua\n\t}\n"),
]
SAME = [
    "set defaults polling_interval 5",
    "unset defaults verbosity",
    "remove device HP MSA",
    "blacklist add devnode ^sdb$",
    "blacklist remove wwid 1",
]
NONE = [
    "",
    "get defaults polling_interval",
    "set nowhere a b",
    "set defaults polling_interval",
    "set defaults polling_interval 1 2",
    "set device NETAPP no_path_retry 12",
    "unset defaults",
    "remove defaults",
    "remove multipath",
    "blacklist devnode ^sdb$",
    "blacklist add devnode",
    "blacklist add vendor a",
    "blacklist add device a",
]


def changed(words: str) -> str:
    """Return the file above after the change."""
    return str(parse_change(words.split()).of(Document.parse(FILE)))


class TestAChange:
    @pytest.mark.parametrize(("words", "old", "new"), CHANGED, ids=lambda row: row)
    def test_of_what_is_there_leaves_the_rest(self, words: str, old: str, new: str) -> None:
        """Comments and blanks, too."""
        assert changed(words) == FILE.replace(old, new, 1)

    @pytest.mark.parametrize(("words", "line"), GONE, ids=lambda row: row)
    def test_takes_a_line_away(self, words: str, line: str) -> None:
        """That one alone."""
        assert changed(words) == FILE.replace(line, "", 1)

    @pytest.mark.parametrize(("words", "lines"), ADDED, ids=lambda row: row)
    def test_makes_the_section_or_entry_that_it_needs(self, words: str, lines: str) -> None:
        """With what tells it apart."""
        text = changed(words)

        assert lines in text
        assert not [line for mark, line in marked(FILE.splitlines(), text.splitlines()) if mark == "-"]

    @pytest.mark.parametrize("words", SAME)
    def test_that_is_done_already_changes_nothing(self, words: str) -> None:
        """A script may say it every day."""
        assert changed(words) == FILE

    def test_of_a_device_with_a_revision_finds_that_entry(self) -> None:
        """And makes it where it is not."""
        change = with_revision(parse_change(["set", "device", "NETAPP", "LUN", "prio", "alua"]), "8.1")
        once = change.of(Document.parse(FILE))

        assert "\t\trevision 8.1\n\t\tprio alua\n" in str(once)
        assert str(change.of(once)) == str(once)

    def test_removes_a_whole_entry(self) -> None:
        """With its braces."""
        assert changed("remove device NETAPP LUN").split("multipaths")[0].endswith("devices {\n}\n")


class TestWordsThatSayNoChange:
    @pytest.mark.parametrize("words", NONE)
    def test_are_refused(self, words: str) -> None:
        """Before any file is read."""
        with pytest.raises(argparse.ArgumentTypeError, match="expected"):
            parse_change(words.split())

    def test_are_told_what_would_be_one(self) -> None:
        """The forms that begin alike, not all of them."""
        with pytest.raises(argparse.ArgumentTypeError) as refused:
            parse_change(["remove", "multipath"])

        assert "remove multipath WWID" in str(refused.value)
        assert "blacklist" not in str(refused.value)

    def test_have_no_revision_but_for_a_device(self) -> None:
        """It would mean nothing."""
        with pytest.raises(argparse.ArgumentTypeError, match="--revision"):
            with_revision(parse_change(["remove", "multipath", "3600a"]), "1")
