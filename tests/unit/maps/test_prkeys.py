"""The prkeys file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath import errors
from multipath.maps.patch import patched
from multipath.maps.prkeys import HEADER, Prkey, Prkeys, parse_prkeys

KEYS = st.builds(Prkey, st.integers(1, (1 << 64) - 1), st.booleans())
WWIDS = st.sampled_from(["36001", "36002", "36003"])
LINES = st.builds("{}{} {}".format, st.sampled_from(["0x", "0X", "#x", "0"]), st.just("0" * 15 + "7"), WWIDS)
FILES = st.lists(LINES | st.text(max_size=12), max_size=9).map(
    lambda lines: "\n".join(lines).encode("utf-8", "replace")
)


class TestALine:
    @pytest.mark.parametrize(
        ("line", "keys"),
        [
            (b"0x00000000000000ab 36001", {"36001": Prkey(0xAB)}),
            (b"0X00000000000000AB 36001", {"36001": Prkey(0xAB, aptpl=True)}),
            (b"0xffffffffffffffff 36001", {"36001": Prkey((1 << 64) - 1)}),
            (b"#x00000000000000ab 36001", {}),
            (b"0x0000000000000000 36001", {}),
            (b"0xab 36001", {}),
            (b"0x00000000000000ab  36001", {}),
            (b"0x00000000000000ab 36001 ", {}),
            (b"0x00000000000000ab 36\0001", {}),
            (b"# prkey wwid", {}),
        ],
    )
    def test_is_read_as_multipath_tools_reads_it(self, line: bytes, keys: dict[str, Prkey]) -> None:
        """A key of 16 digits, one blank, a WWID."""
        assert parse_prkeys(line + b"\n").keys == keys

    def test_without_an_end_says_nothing(self) -> None:
        """Its WWID may be cut short."""
        assert parse_prkeys(b"0x00000000000000ab 36001").keys == {}

    def test_that_comes_second_for_a_wwid_is_not_used(self) -> None:
        """The first decides, and a removed one too; that much is said."""
        found = parse_prkeys(HEADER + b"#x0000000000000001 36001\n0x0000000000000002 36001\n", "prkeys")

        assert found.keys == {}
        assert [str(finding) for finding in found.findings] == [
            "prkeys:9: error: a line above decides the key of '36001': this is not used [key-set-twice]"
        ]


class TestAKey:
    def test_in_no_file_makes_the_one_that_multipath_tools_makes(self) -> None:
        """With the comment at its head."""
        assert patched(b"", Prkeys().setting("36001", Prkey(0xAB))) == HEADER + b"0x00000000000000ab 36001\n"

    def test_takes_the_place_of_the_one_before(self) -> None:
        """Also of a removed one, which would hide it."""
        there = parse_prkeys(b"#x0000000000000001 36001\n0x0000000000000002 36002\n")

        assert patched(there.data, there.setting("36001", Prkey(3, aptpl=True))) == (
            b"0X0000000000000003 36001\n0x0000000000000002 36002\n"
        )

    @pytest.mark.parametrize("key", [0, -1, 1 << 64])
    def test_that_is_no_key_is_refused(self, key: int) -> None:
        """0 stands for none."""
        with pytest.raises(errors.NumberRefused):
            Prkeys().setting("36001", Prkey(key))

    @pytest.mark.parametrize("wwid", ["", "a/b", "a b", "a\nb", "3" * 128])
    def test_of_what_no_map_can_have_is_refused(self, wwid: str) -> None:
        """Never a line that reads as something else."""
        with pytest.raises(errors.NameRefused):
            Prkeys().setting(wwid, Prkey(1))


class TestEveryFile:
    @given(st.binary())
    def test_of_any_bytes_is_read(self, data: bytes) -> None:
        """What it says of them can be printed."""
        found = parse_prkeys(data)

        assert found.data == data
        assert all(str(finding).isprintable() for finding in found.findings)

    @given(FILES, WWIDS, KEYS)
    def test_holds_the_key_that_was_set_and_not_the_one_that_was_removed(
        self, data: bytes, wwid: str, prkey: Prkey
    ) -> None:
        """And every other key as it was."""
        there = parse_prkeys(data)
        more = parse_prkeys(patched(data, there.setting(wwid, prkey)))
        less = parse_prkeys(patched(more.data, more.removing(wwid)))

        assert more.keys == {**there.keys, wwid: prkey}
        assert less.keys == {other: key for other, key in there.keys.items() if other != wwid}
        assert (more.setting(wwid, prkey), less.removing(wwid)) == ((), ())
