"""The messages about statistics that device-mapper itself takes."""

import pytest

from multipath import Control, errors

from .bench import Bench, lines


@pytest.fixture
def counted(bench: Bench) -> Control:
    """Give a device of eight sectors."""
    bench.live("device", *lines((8, "zero", "")))
    return bench.dm


def refused(dm: Control, message: str) -> str:
    """Return the name of the errno with which a message is refused."""
    with pytest.raises(errors.MessageRefused) as caught:
        dm.message("device", message)
    return str(caught.value).partition("(")[2].partition(")")[0]


class TestARegion:
    def test_is_made_listed_and_deleted(self, counted: Control) -> None:
        """With the lowest number that is free; as a real kernel was seen to answer."""
        made = [counted.message("device", f"@stats_create {words}") for words in ("- 1", "0+4 2", "- /4 prog aux")]

        assert made == ["0", "1", "2"]
        assert counted.message("device", "@stats_list") == "0: 0+8 1 - -\n1: 0+4 2 - -\n2: 0+8 2 prog aux\n"
        assert counted.message("device", "@stats_list prog") == "2: 0+8 2 prog aux\n"
        assert counted.message("device", "@stats_delete 1") is None
        assert counted.message("device", "@stats_create 2+1 1") == "1"

    @pytest.mark.parametrize("words", ["", "-", "- 0", "x 1", "- x", "1+x 1", "- 1 a b c"])
    def test_without_sense_is_not_made(self, counted: Control, words: str) -> None:
        """EINVAL."""
        assert refused(counted, f"@stats_create {words}") == "EINVAL"

    @pytest.mark.parametrize(("message", "code"), [("@stats_delete 7", "ENOENT"), ("@stats_delete", "EINVAL")])
    def test_that_is_not_there_is_not_deleted(self, counted: Control, message: str, code: str) -> None:
        """ENOENT, or no number at all."""
        assert refused(counted, message) == code

    @pytest.mark.parametrize("message", ["@stats_print 0", "@stats_clear 0", "@stats_nonesuch"])
    def test_is_never_counted(self, counted: Control, message: str) -> None:
        """Those messages are not known here."""
        assert refused(counted, message) == "EINVAL"
