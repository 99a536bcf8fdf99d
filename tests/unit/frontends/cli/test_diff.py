"""What changes between two texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.frontends.cli.diff import marked, unified
from multipath.frontends.cli.terminal import plain

LINES = st.lists(st.sampled_from("abcd"), max_size=8)


def test_a_diff_is_one_that_patch_understands() -> None:
    """The file's name, the place, and what goes and comes with the lines around it."""
    assert [plain(line) for line in unified("a\nb\nc\n", "a\nB\nc\n", "x.conf")] == [
        "--- x.conf (before)",
        "+++ x.conf (after)",
        "@@ -1,3 +1,3 @@",
        " a",
        "-b",
        "+B",
        " c",
    ]


@pytest.mark.parametrize("text", ["", "a\n", "a\x0cb\n"])
def test_nothing_is_printed_of_a_file_that_stays(text: str) -> None:
    """Not even its name."""
    assert unified(text, text, "x.conf") == []


def test_a_new_file_has_only_what_comes() -> None:
    """No empty line goes."""
    assert [plain(line) for line in unified("", "a\n", "x.conf")][3:] == ["+a"]


@given(LINES, LINES)
def test_the_marks_lead_from_one_text_to_the_other(old: list[str], new: list[str]) -> None:
    """What stays and goes is the old one, what stays and comes the new one."""
    lines = list(marked(old, new))

    assert [line for mark, line in lines if mark != "+"] == old
    assert [line for mark, line in lines if mark != "-"] == new
