"""The wwids file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath import errors
from multipath.maps.patch import patched
from multipath.maps.wwids import HEADER, Wwids, parse_wwids

LINES = st.sampled_from(["/36001/", "#36001/", "/36002/", "# x", "/36003", "//", "36001"]) | st.text(max_size=12)
FILES = st.lists(LINES, max_size=12).map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))
GOOD = st.lists(st.sampled_from(["36001", "36002", "36003", "36004"]), max_size=4)


class TestALine:
    @pytest.mark.parametrize(
        ("line", "wwids"),
        [
            (b"/36001/", ("36001",)),
            (b"/36001/ and more", ("36001",)),
            (b"/36 001/", ("36 001",)),
            (b"#36001/", ()),
            (b" /36001/", ()),
            (b"/36001", ()),
            (b"36001", ()),
            (b"//", ()),
            (b"/36\0001/", ()),
            (b"/" + b"3" * 127 + b"/", ("3" * 127,)),
            (b"/" + b"3" * 128 + b"/", ()),
        ],
    )
    def test_is_read_as_multipath_tools_reads_it(self, line: bytes, wwids: tuple[str, ...]) -> None:
        """A WWID between two slashes, from the first column on."""
        assert parse_wwids(line + b"\n").wwids == wwids

    @pytest.mark.parametrize(("line", "code"), [(b"36001", "not-a-wwid"), (b"//", "unusable-wwid"), (b"# x", None)])
    def test_that_is_odd_is_found_with_its_number(self, line: bytes, code: str | None) -> None:
        """A comment is not odd."""
        found = parse_wwids(HEADER + line + b"\n").findings

        assert [(finding.line, finding.code) for finding in found] == ([(6, code)] if code else [])


class TestAnAddition:
    def test_to_no_file_makes_the_one_that_multipath_tools_makes(self) -> None:
        """With the comment at its head."""
        assert patched(b"", Wwids().adding(["36001"])) == HEADER + b"/36001/\n"

    def test_makes_a_comment_of_a_line_that_a_killed_program_left(self) -> None:
        """It would hide the next line from multipath-tools."""
        there = parse_wwids(HEADER + b"/3600")

        assert patched(there.data, there.adding(["36001"])) == HEADER + b"#3600\n/36001/\n"

    @pytest.mark.parametrize("wwid", ["", "a/b", "a b", "a\n/b/", "\0", "3" * 128])
    def test_of_what_no_map_can_have_is_refused(self, wwid: str) -> None:
        """Never a line that reads as something else."""
        with pytest.raises(errors.NameRefused):
            Wwids().adding([wwid])


class TestARemoval:
    def test_leaves_every_other_byte(self) -> None:
        """A ``#`` for the first slash, as multipath-tools does it; here for every line of that WWID."""
        there = parse_wwids(b"/36001/\n/36002/\n/36001/ twice\n")

        assert patched(there.data, there.removing(["36001"])) == b"#36001/\n/36002/\n#36001/ twice\n"


class TestEveryFile:
    @given(st.binary())
    def test_of_any_bytes_is_read(self, data: bytes) -> None:
        """What it says of them can be printed."""
        found = parse_wwids(data)

        assert found.data == data
        assert all(str(finding).isprintable() for finding in found.findings)

    @given(FILES, GOOD, GOOD)
    def test_holds_what_was_put_into_it_and_not_what_was_removed(
        self, data: bytes, new: list[str], gone: list[str]
    ) -> None:
        """And everything else that was there."""
        there = parse_wwids(data)
        more = parse_wwids(patched(data, there.adding(new)))
        less = parse_wwids(patched(more.data, more.removing(gone)))

        assert set(more.wwids) == {*there.wwids, *new}
        assert set(less.wwids) == {*there.wwids, *new} - {*gone}
        assert all(wwid in less for wwid in less.wwids)
        assert (more.adding(new), less.removing(gone)) == ((), ())

    @given(FILES, GOOD)
    def test_is_whole_between_any_two_bytes_of_a_change(self, data: bytes, new: list[str]) -> None:
        """A program that is killed while it writes leaves the WWIDs that were there, and no others than it wanted."""
        there = parse_wwids(data)
        for patch in there.adding(new):
            for end in range(len(patch.data)):
                torn = parse_wwids(patched(data, [type(patch)(patch.offset, patch.data[:end])]))
                assert {*there.wwids} <= {*torn.wwids} <= {*there.wwids, *new}
