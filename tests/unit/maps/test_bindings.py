"""The bindings file: what is read from it, what is put into it, and that nothing in it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath import errors
from multipath.config.finding import Severity
from multipath.maps.bindings import HEADER, LONGEST_WWID, Bindings, carried_over, order, parse_bindings

# Words as a file may have them: a few that collide often, and anything else.
WORDS = st.sampled_from(["mpatha", "mpathb", "mpathaa", "36001", "36002", "a/b", "..", "é", "\udc80"]) | st.text(
    st.characters(exclude_characters="\n\r\t #\0", codec="utf-8"), min_size=1, max_size=140
)
LINES = st.lists(WORDS, max_size=3).map(" ".join) | st.text(max_size=20)
FILES = st.lists(LINES, max_size=12).map(lambda lines: "\n".join(lines).encode("utf-8", "surrogateescape"))
GOOD = st.dictionaries(
    st.from_regex(r"mpath[a-z]{1,3}", fullmatch=True), st.from_regex(r"36[0-9a-f]{4}", fullmatch=True)
)


def bound(text: str) -> dict[str, str]:
    """Return what a file binds."""
    return dict(parse_bindings(text.encode()).by_alias)


def codes(data: bytes) -> list[tuple[int, str]]:
    """Return line and code of the findings of a file with a header."""
    return [(finding.line - 7, finding.code) for finding in parse_bindings(HEADER + data).findings]


class TestALine:
    @pytest.mark.parametrize(
        ("line", "bindings"),
        [
            ("mpatha 36001", {"mpatha": "36001"}),
            (" \tmpatha \t 36001 ", {"mpatha": "36001"}),
            ("mpatha 36001 # why", {"mpatha": "36001"}),
            ("mpatha 36001#why", {"mpatha": "36001"}),
            ("mpatha 36001\r", {"mpatha": "36001"}),
            ("mpatha 36001 more", {"mpatha": "36001"}),
            ("mpatha 36001\0more", {"mpatha": "36001"}),
            ("mpatha\v36001", {}),
            ("mpatha", {}),
            ("# mpatha 36001", {}),
            ("", {}),
            ("a/b 36001", {}),
            (".. 36001", {}),
            ("mpa\x1b[31mtha 36001", {}),
            (f"{'a' * 127} 36001", {"a" * 127: "36001"}),
            (f"{'a' * 128} 36001", {}),
            (f"mpatha {'3' * LONGEST_WWID}", {"mpatha": "3" * LONGEST_WWID}),
            (f"mpatha {'3' * (LONGEST_WWID + 1)}", {}),
        ],
    )
    def test_is_read_as_multipath_tools_reads_it(self, line: str, bindings: dict[str, str]) -> None:
        """Two words; what no map can be called is not used."""
        assert bound(line + "\n") == bindings

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            (b"mpatha", "no-wwid"),
            (b"mpatha 36001 x", "extra-words"),
            (b"mpatha 36001\0x", "extra-words"),
            (b"a/b 36001", "unusable-alias"),
            (b"\xff\xfe 36001", "unusable-alias"),
            (b"mpatha " + b"3" * 128, "long-wwid"),
        ],
    )
    def test_that_is_odd_is_found_with_its_number(self, line: bytes, code: str) -> None:
        """File and line, and a code that programs can rely on."""
        assert codes(b"mpathz 36009\n" + line + b"\n") == [(2, code)]

    def test_that_is_not_used_reserves_its_alias(self) -> None:
        """An alias of which somebody thinks something is given to no other WWID."""
        assert parse_bindings(b"mpatha\nmpathb 36001\nmpathb 36002\n").reserved == {"mpatha", "mpathb"}

    def test_without_an_end_may_be_cut_short(self) -> None:
        """It is used, as multipath-tools uses it, and said to be doubtful."""
        assert codes(b"mpatha 36001") == [(1, "no-line-end")]

    def test_of_a_mebibyte_is_read_at_once(self) -> None:
        """No line is too long to be told that it is."""
        assert codes(b"mpatha " + b"3" * (1 << 20) + b"\n") == [(1, "long-wwid")]


class TestAConflict:
    def test_of_two_lines_for_one_alias_goes_to_the_first(self) -> None:
        """The later line is dropped; the same line again is none."""
        found = parse_bindings(HEADER + b"mpatha 36001\nmpatha 36002\nmpatha 36001\n", "bindings")

        assert found.by_alias == {"mpatha": "36001"}
        assert [str(finding) for finding in found.findings] == [
            "bindings:9: error: alias 'mpatha' is bound to '36001' above: the line is not used [alias-bound-twice]"
        ]

    def test_of_two_aliases_for_one_wwid_goes_to_the_one_that_sorts_first(self) -> None:
        """By length, then by bytes."""
        found = parse_bindings(HEADER + b"mpathaa 36001\nmpathz 36001\n")

        assert found.by_wwid == {"36001": "mpathz"}
        assert [(finding.severity, finding.code) for finding in found.findings] == [
            (Severity.WARNING, "wwid-bound-twice")
        ]

    def test_with_the_configuration_goes_to_the_configuration(self) -> None:
        """A binding of an alias that multipath.conf gives to another WWID is not used, and its alias not free."""
        found = parse_bindings(HEADER + b"mpatha 36001\nmpathb 36002\n").without({"36009": "mpatha", "36002": "mpathb"})

        assert (found.by_alias, found.by_wwid) == ({"mpathb": "36002"}, {"36002": "mpathb"})
        assert "mpatha" in found.reserved
        assert [finding.code for finding in found.findings] == ["alias-configured"]

    def test_with_the_configuration_leaves_a_comment_behind(self) -> None:
        """Where multipath-tools drops the line; so the WWID can be bound anew."""
        found = parse_bindings(HEADER + b"mpatha 36001\n").without({"36009": "mpatha"})

        assert found.added({"mpathb": "36001"}) == HEADER + b"# mpatha 36001\nmpathb 36001\n"


class TestAnAddition:
    def test_to_no_file_makes_the_one_that_multipath_tools_makes(self) -> None:
        """The comment at its head is a part of the format."""
        assert Bindings().added({"mpatha": "36001"}) == HEADER + b"mpatha 36001\n"

    def test_stands_where_it_sorts(self) -> None:
        """So a sorted file stays sorted."""
        there = parse_bindings(HEADER + b"mpatha 36001\n# note\nmpathc 36003\nmpathaa 36027\n")

        assert there.added({"mpathz": "36026", "mpathb": "36002", "mpathab": "36028"}) == (
            HEADER + b"mpatha 36001\nmpathb 36002\n# note\nmpathc 36003\nmpathz 36026\nmpathaa 36027\nmpathab 36028\n"
        )

    def test_keeps_what_it_does_not_understand(self) -> None:
        """Comments, nonsense, conflicts and bytes that are no text."""
        there = b"# mine\n\xff\xfe\nmpatha 36001\nmpatha 36002\n\nmpathc"

        assert parse_bindings(there).added({"mpathb": "36009"}) == (
            HEADER + b"# mine\n\xff\xfe\nmpatha 36001\nmpatha 36002\nmpathb 36009\n\nmpathc\n"
        )

    def test_of_what_is_there_changes_nothing(self) -> None:
        """Not a byte."""
        assert parse_bindings(b"mpatha 36001").added({"mpatha": "36001"}) == b"mpatha 36001"

    @pytest.mark.parametrize(
        ("new", "conflict"),
        [
            ({"mpatha": "36002"}, "alias mpatha for 36002 is bound to '36001'"),
            ({"mpathb": "36001"}, "36001 for alias mpathb is bound as 'mpatha'"),
            ({"mpathb": "36002", "mpathc": "36002"}, "36002 for alias mpathc is bound as 'mpathb'"),
        ],
    )
    def test_that_contradicts_is_refused(self, new: dict[str, str], conflict: str) -> None:
        """With the evidence."""
        with pytest.raises(errors.BindingConflict) as caught:
            parse_bindings(b"mpatha 36001\n", "bindings").added(new)

        assert caught.value.conflicts == (conflict,)

    @pytest.mark.parametrize(
        ("alias", "wwid"),
        [("a/b", "36001"), ("..", "36001"), ("a b", "36001"), ("", "36001"), ("a#b", "36001"), ("a" * 128, "36001")]
        + [("mpatha", wwid) for wwid in ("", "36 001", "36\n001", "36#1", "36/001", "\0", "3" * 128)],
    )
    def test_of_what_a_file_or_a_map_cannot_hold_is_refused(self, alias: str, wwid: str) -> None:
        """Never a line that reads as something else."""
        with pytest.raises(errors.NameRefused):
            Bindings().added({alias: wwid})


class TestEveryFile:
    @given(st.binary())
    def test_of_any_bytes_is_read(self, data: bytes) -> None:
        """What it says of them can be printed."""
        found = parse_bindings(data)

        assert found.data == data
        assert all(str(finding).isprintable() for finding in found.findings)

    @given(FILES)
    def test_is_read(self, data: bytes) -> None:
        """And agrees with a slow reader that asks each line's rules one by one."""
        found = parse_bindings(data)

        assert found.data == data
        assert list(found.by_alias.items()) == slow_model(data)
        assert found.by_wwid == {
            wwid: min((alias for alias, other in found.by_alias.items() if other == wwid), key=order)
            for wwid in found.by_alias.values()
        }

    @given(FILES, GOOD)
    def test_holds_what_was_put_into_it_and_what_was_there(self, data: bytes, new: dict[str, str]) -> None:
        """Both directions: each line survives, and each new binding is read back; or nothing changes."""
        there = parse_bindings(data)
        try:
            written = there.added(new)
        except errors.BindingConflict:
            return

        after = parse_bindings(written)
        kept = written.split(b"\n")
        assert all(line in kept for line in data.split(b"\n"))
        assert after.by_alias == {**there.by_alias, **new}
        assert after.added(new) == written

    @given(GOOD)
    def test_that_is_ours_alone_is_sorted(self, new: dict[str, str]) -> None:
        """Every order of additions gives the same file."""
        if len(set(new.values())) < len(new):
            return
        one_by_one = b""
        for alias, wwid in new.items():
            one_by_one = parse_bindings(one_by_one).added({alias: wwid})

        assert one_by_one == Bindings().added(new)
        assert [*parse_bindings(one_by_one).by_alias] == sorted(new, key=order)
        assert parse_bindings(one_by_one).findings == ()


class TestWhatAnotherProgramAppendedMeanwhile:
    def test_is_carried_over_once(self) -> None:
        """Lines that are there already are not doubled."""
        data = carried_over(HEADER + b"mpatha 36001\n", b"mpathb 36002\n")

        assert data == HEADER + b"mpatha 36001\nmpathb 36002\n"
        assert carried_over(data, b"mpathb 36002\n") == data


def slow_model(data: bytes) -> list[tuple[str, str]]:
    """Return the bindings of a file, by the rules as they are written down."""
    bindings: list[tuple[str, str]] = []
    for line in data.split(b"\n"):
        before = line.decode("utf-8", "surrogateescape")
        for end in "\0#\r":
            before = before.split(end)[0]
        words = [word for word in before.replace("\t", " ").split(" ") if word]
        if len(words) < 2 or len(words[1].encode("utf-8", "surrogateescape")) > 127:
            continue
        allowed = all(char.isascii() and (char.isalnum() or char in "#+-.:=@_") for char in words[0])
        if not allowed or len(words[0]) > 127 or words[0] in (".", "..", "control"):
            continue
        if words[0] not in [alias for alias, _ in bindings]:
            bindings.append((words[0], words[1]))
    return bindings
