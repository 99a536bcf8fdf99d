"""How a command is written, and what is refused before anything is sent."""

import pytest

from multipath import errors
from multipath.multipathd.command import LONGEST, ROW, checked, map_value, quoted

from .conftest import Asked


class TestAValue:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            ("mpatha", '"mpatha"'),
            ("raw", '"raw"'),
            ("two words", '"two words"'),
            ('5" disk', '"5"" disk"'),
            ("# no comment {", '"# no comment {"'),
            (f"{ROW}%d", f'"{ROW}%d"'),
            ("\N{LATIN SMALL LETTER A WITH DIAERESIS}", '"\N{LATIN SMALL LETTER A WITH DIAERESIS}"'),
        ],
    )
    def test_stands_in_quotes(self, value: str, written: str) -> None:
        """So it is never a keyword, a comment or two words; a quote in it is doubled."""
        assert quoted(value) == written

    @pytest.mark.parametrize("value", ["", "a\nb", "a\0b", "a\rb", "a\x7f", "\t", "\x1b[31m"])
    def test_that_would_end_the_command_is_refused(self, value: str) -> None:
        """And nothing is sent."""
        with pytest.raises(errors.NameRefused, match="cannot be said to multipathd"):
            quoted(value)

    def test_that_is_a_map_may_be_its_node(self) -> None:
        """multipathd knows no node below /dev/mapper."""
        assert map_value("/dev/mapper/mpatha") == map_value("mpatha") == '"mpatha"'
        assert map_value("/dev/dm-0") == '"/dev/dm-0"'


class TestACommand:
    def test_may_have_so_many_bytes(self) -> None:
        """For a longer one the daemon hangs up."""
        assert len(checked("x" * LONGEST)) == LONGEST

    @pytest.mark.parametrize("command", ["", "  ", "x" * (LONGEST + 1), "show\0maps"])
    def test_that_cannot_be_one_is_refused(self, command: str) -> None:
        """Here, not by the daemon."""
        with pytest.raises(errors.NameRefused, match="is no command for multipathd"):
            checked(command)

    def test_that_is_refused_reaches_nobody(self, asking: Asked) -> None:
        """Not even a connection is made."""
        client, daemon = asking({})

        with pytest.raises(errors.NameRefused):
            client.fail_path("sda\nshutdown")
        with pytest.raises(errors.NameRefused):
            client.format_paths("%d" * 300)
        assert daemon.asked == []
