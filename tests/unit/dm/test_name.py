"""Which names and uuids devices may be given, and under which they may be looked up."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.dm.name import checked_name, checked_uuid, encoded
from multipath.errors import NameRefused

RESERVED = (".", "..", "control")
ALLOWED = string.ascii_letters + string.digits + "#+-.:=@_"
REFUSED = [
    ("", "empty"),
    ("x" * 128, "128 bytes"),
    ("a/b", "'/'"),
    ("/dev/mapper/a", "'/'"),
    ("a b", "' '"),
    ("a\tb", r"'\\t'"),
    ("a\n", r"'\\n'"),
    ("\x1b[2J", r"'\\x1b'"),
    ("a\x7f", r"'\\x7f'"),
    ("a\0b", "NUL"),
    ("caf\u00e9", "'\u00e9'"),
    ("a\u0660", "'\u0660'"),
    ("a\u2028b", r"'\\u2028'"),
    ("a\udcff", r"'\\udcff'"),
    ("a\ud800b", "no bytes"),
    (r"a\x20b", r"'\\\\'"),
    ("a%b", "'%'"),
    ("a$b", r"'\$'"),
    ("a;b", "';'"),
    ("a*", r"'\*'"),
    ("a'b", '"\'"'),
]


class TestANameThatIsRefused:
    @pytest.mark.parametrize(("name", "fault"), REFUSED)
    def test_is_refused_with_its_fault(self, name: str, fault: str) -> None:
        """The message names the character, or what else is wrong."""
        with pytest.raises(NameRefused, match=fault):
            checked_name(name)

    @pytest.mark.parametrize("name", RESERVED)
    def test_may_be_reserved(self, name: str) -> None:
        """These stand in ``/dev/mapper`` already."""
        with pytest.raises(NameRefused, match="reserved"):
            checked_name(name)

    @pytest.mark.parametrize("name", [".a", "controls", "Control", "...", "-a", "#1"])
    def test_is_not_one_that_looks_like_it(self, name: str) -> None:
        """Only the reserved words themselves."""
        assert checked_name(name) == name.encode()

    @given(st.text(max_size=20))
    def test_has_a_character_outside_the_set(self, name: str) -> None:
        """Every other text is refused, whatever Unicode calls its letters and digits."""
        if name and set(name) <= set(ALLOWED) and name not in RESERVED:
            assert checked_name(name) == name.encode()
        else:
            with pytest.raises(NameRefused):
                checked_name(name)


class TestANameThatIsGiven:
    @given(st.text(ALLOWED, min_size=3, max_size=127).filter(lambda name: name not in ("...", "control")))
    def test_is_the_bytes_of_its_letters(self, name: str) -> None:
        """Up to 127 of them."""
        assert checked_name(name) == name.encode("ascii")

    def test_has_at_most_127_bytes(self) -> None:
        """And a uuid 128, which the kernel holds with one byte more."""
        assert checked_name("x" * 127)
        assert checked_uuid("x" * 128)
        with pytest.raises(NameRefused, match="129 bytes"):
            checked_uuid("x" * 129)

    def test_is_a_uuid_where_the_word_is_reserved_for_names(self) -> None:
        """``control`` is no link's name among uuids."""
        assert checked_uuid("control") == b"control"


class TestANameThatAnotherProgramGave:
    @given(st.binary(min_size=1, max_size=127).filter(lambda raw: b"\0" not in raw))
    def test_is_looked_up_as_it_is(self, raw: bytes) -> None:
        """Every byte that the kernel can hold comes back from the text that it was shown as."""
        assert encoded(raw.decode("utf-8", "surrogateescape"), "device name", 127) == raw

    @pytest.mark.parametrize(
        ("text", "fault"), [("", "empty"), ("a\0b", "NUL"), ("é" * 64, "128 bytes"), ("\ud800", "no bytes")]
    )
    def test_is_refused_where_no_device_can_have_it(self, text: str, fault: str) -> None:
        """The kernel would cut it, or take it for no name at all; bytes are counted, not letters."""
        with pytest.raises(NameRefused, match=fault):
            encoded(text, "device name", 127)
