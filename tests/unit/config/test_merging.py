"""Settings brought into a file that is there already."""

import pytest

from multipath.config.dump import dump
from multipath.config.merging import merged
from multipath.config.reader import read_configuration, read_documents
from multipath.config.tree import Document

WANTED = r"""
defaults {
	polling_interval 7
	user_friendly_names yes
}
devices {
	device {
		vendor "NETAPP"
		product "^LUN"
		no_path_retry queue
	}
	device {
		vendor "NETAPP"
		product "^LUN"
		revision "9"
		product_blacklist "^Unused"
		features "1 queue_if_no_path"
	}
}
overrides {
	max_sectors_kb 512
	protocol {
		type scsi:fcp
		fast_io_fail_tmo 3
	}
}
multipaths {
	multipath {
		wwid "3600a098"
		alias "da ta"
		mode 0600
	}
}
blacklist {
	devnode "^sd[a-c]$"
	wwid "!3600"
	property "ID_X"
	protocol "scsi:usb"
	device {
		vendor "A ""B"" x"
		product "C"
	}
}
blacklist_exceptions {
	devnode "^sdb$"
	device {
		vendor "Z"
		product "Y"
	}
}
"""
CONFIGURATION = read_configuration([("here", WANTED)])


def merge(text: str, *, force: bool = False) -> tuple[str, tuple[str, ...]]:
    """Merge what is wanted into a text."""
    document, conflicts = merged(Document.parse(text, "there"), CONFIGURATION, force=force)
    return str(document), conflicts


class TestAnEmptyFile:
    def test_says_all_of_it_afterwards(self) -> None:
        """Read alone it means the same, to the last built-in entry."""
        text, conflicts = merge("")

        assert conflicts == ()
        assert dump(read_configuration([("there", text)])) == dump(CONFIGURATION)

    def test_needs_nothing_the_second_time(self) -> None:
        """Not a byte changes."""
        text, _ = merge("")

        assert merge(text) == (text, ())


class TestAFileOfItsOwn:
    def test_keeps_its_comments_order_and_other_options(self) -> None:
        """What nobody asked about stays as it is."""
        own = "# ours\n\ndefaults { # first\n  verbosity 3   # loud\n}\nblacklist {\n  devnode ^vd\n}\n"

        text, conflicts = merge(own)

        assert conflicts == ()
        assert text.startswith("# ours\n\ndefaults { # first\n  verbosity 3   # loud\n  polling_interval 7\n")
        assert str(read_documents([Document.parse(text)]).blacklist[0]) == "devnode '^vd'"

    @pytest.mark.parametrize(
        ("own", "told"),
        [
            ("defaults {\n polling_interval 5\n}\n", "there: polling_interval of defaults is '5' there, '7' here"),
            ("overrides {\n max_sectors_kb 8\n}\n", "there: max_sectors_kb of overrides is '8' there, '512' here"),
            (
                "multipaths {\n multipath {\n wwid 3600a098\n alias other\n }\n}\n",
                "there: alias of multipaths/multipath wwid '3600a098' is 'other' there, 'da ta' here",
            ),
            (
                "devices {\n device {\n vendor NETAPP\n product ^LUN\n no_path_retry fail\n }\n}\n",
                "there: no_path_retry of devices/device vendor 'NETAPP' product '^LUN' is",
            ),
        ],
    )
    def test_that_contradicts_is_told_and_stays(self, own: str, told: str) -> None:
        """By force it gives way, and only there."""
        text, (conflict,) = merge(own)

        assert conflict.startswith(told)
        assert text.startswith(own[: own.index("}")].rstrip())
        forced, conflicts = merge(own, force=True)
        assert conflicts == ()
        assert dump(read_configuration([("there", forced)])) == dump(CONFIGURATION)

    def test_has_the_same_by_another_word(self) -> None:
        """What it means counts, not how it is written."""
        text, conflicts = merge('defaults {\n user_friendly_names "1"\n polling_interval 07\n}\n')

        assert conflicts == ()
        assert text.count("polling_interval") == 1
