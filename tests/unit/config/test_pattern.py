import locale
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.config.pattern import Pattern


@pytest.fixture
def locale_of_many_bytes() -> Iterator[None]:
    """A process in whose locale a letter may be several bytes."""
    former = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    yield
    locale.setlocale(locale.LC_CTYPE, former)


SIGNS = st.sampled_from([*"ab()[]{}*+?|^$.,:=-!\\", "{2}", "{0,9}", "{20,}", "[[:alpha:]]", "[^]a]", "(a|b)"])


class TestAnExpression:
    @pytest.mark.parametrize(
        ("text", "there", "not_there"),
        [
            ("^sd[a-z]", "sda", "hda"),
            ("2107", "IBM 2107900", "2108"),
            ("", "anything", None),
            (r"\d", "d", "1"),
            ("(SCSI_IDENT_|ID_WWN)", "ID_WWN_X", "ID_SERIAL"),
            ("[[:digit:]]{3}", "a123", "a12b3"),
            ("VENDOR", "VENDOR", "vendor"),
            ("a.c", "abc", "ac"),
        ],
    )
    def test_is_searched_for_as_the_c_library_does(self, text: str, there: str, not_there: str | None) -> None:
        """Extended syntax, anywhere in the text, case counts."""
        pattern = Pattern(text)

        assert pattern.search(there)
        assert not_there is None or not pattern.search(not_there)

    @pytest.mark.parametrize("text", ["*", "+a", "(", "[", "a{2", "[[:foo:]]", "a\0b", "[a]" * 2000])
    def test_that_is_none_is_refused(self, text: str) -> None:
        """What the C library does not compile is a ``ValueError``."""
        with pytest.raises(ValueError, match="no regular expression"):
            Pattern(text)


class TestALetter:
    def test_is_a_byte(self, locale_of_many_bytes: None) -> None:
        """As for multipathd, which has no locale: what a device says need not be UTF-8."""
        assert Pattern("^.$").search("\udcff")
        assert Pattern("^..$").search("é")
        assert not Pattern("^.$").search("é")


class TestAnInvertedExpression:
    @pytest.mark.parametrize("expression", ["^sd", "sd"])
    def test_fits_all_others(self, expression: str) -> None:
        """A leading exclamation mark inverts it, where that is asked for."""
        pattern = Pattern(f"!{expression}", invertible=True)

        assert (pattern.search("sda"), pattern.search("nvme0n1")) == (False, True)
        assert not Pattern(f"!{expression}").search("sda")

    @pytest.mark.parametrize("expression", ["^", ""])
    def test_is_not_one_behind_a_backslash(self, expression: str) -> None:
        r"""``\!`` is an exclamation mark."""
        assert Pattern(f"\\!{expression}", invertible=True).search("!sda") is not bool(expression)


class TestATextToSearch:
    @pytest.mark.parametrize("expression", ["evil", "evi[l]"])
    def test_ends_at_a_nul(self, expression: str) -> None:
        """What a device hides behind a NUL is not there, as for multipathd."""
        assert not Pattern(expression).search("IBM\0evil")
        assert Pattern("M$").search("IBM\0evil")

    @pytest.mark.parametrize("expression", ["sda", "sd[a]"])
    def test_may_hold_what_no_file_can(self, expression: str) -> None:
        """Half a surrogate pair is no letter of any expression, and no reason to fail."""
        assert Pattern(expression).search("\ud800sda\udfff")


class TestAnExpressionThatWouldTakeAllMemory:
    @pytest.mark.parametrize(
        "text",
        [
            "((a{255}){255}){255}",
            "a{00000000255}{255}",
            "a{0,32767}",
            "((a?){100}){100}",
            "(" * 30 + "a" + ")+" * 30,
            "((|a)*|b){500}",
            "(" * 1000 + ")" * 1000,
            "([[:alpha:])]x{200}){200}",
            r"(a*)*\1",
        ],
    )
    def test_is_refused_beforehand(self, text: str) -> None:
        """The C library never sees it."""
        with pytest.raises(ValueError, match=r"too many|back-reference"):
            Pattern(text)

    @pytest.mark.parametrize(
        "text",
        [
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "^(" + "|".join(f"3600{number:028x}" for number in range(100)) + ")$",
            "^(sd[a-z]+[0-9]*|dasd[a-z]+|nvme[0-9]+n[0-9]+)$",
        ],
    )
    def test_is_not_one_that_administrators_write(self, text: str) -> None:
        """Identifiers of fixed length and long lists of WWIDs are taken."""
        assert Pattern(text).text == text

    @settings(max_examples=300)
    @given(st.lists(SIGNS, max_size=60).map("".join))
    def test_is_the_only_one_that_takes_long(self, text: str) -> None:
        """What is not refused compiles and searches before this test is given up, whatever it is."""
        with suppress(ValueError):
            Pattern(text).search("ab" * 60)
