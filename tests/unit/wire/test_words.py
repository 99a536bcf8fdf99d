from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.errors import TableError
from multipath.wire.words import Words, quote, split_words

ASCII = st.text(st.characters(min_codepoint=1, max_codepoint=127), min_size=1)


class TestALineThatTheKernelSplits:
    """`split_words` cuts where the kernel cuts."""

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", []),
            (" \t\n\v\f\r ", []),
            ("a b", ["a", "b"]),
            ("  a\tb\n", ["a", "b"]),
            (r"a\ b c", ["a b", "c"]),
            (r"\ ", [" "]),
            (r"a\\b", [r"a\b"]),
            ("a\\", ["a\\"]),
            ("a \\", ["a", "\\"]),
            ("\\", ["\\"]),
            ("a\x1cb\x1fc", ["a\x1cb\x1fc"]),
            ("a\\\nb", ["a\nb"]),
        ],
    )
    def test_has_these_words(self, text: str, words: list[str]) -> None:
        """White space separates, a backslash quotes, and one at the very end stands for itself."""
        assert split_words(text) == words

    @given(st.lists(ASCII))
    def test_gives_back_what_was_quoted(self, words: list[str]) -> None:
        """Every list of ASCII words survives quoting and splitting."""
        assert split_words(" ".join(map(quote, words))) == words

    @pytest.mark.parametrize("word", ["", "ä", "a\0b"])
    def test_cannot_hold_some_words(self, word: str) -> None:
        """No text reaches a table that the kernel would cut or could not see."""
        with pytest.raises(TableError):
            quote(word)


class TestANumberOfTheKernel:
    """`Words.number` reads what the kernel's ``%u`` reads."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("0", 0),
            ("100", 100),
            ("101", 101),
            ("007", 7),
            ("4294967295", 2**32 - 1),
            ("4294967296", 0),
            ("4294967299", 3),
            ("1" + "0" * 6000, 0),
        ],
    )
    def test_wraps_and_may_have_leading_zeros(self, text: str, value: int) -> None:
        """The value is the one that the kernel will use."""
        assert Words(text, "test").number("a number") == value

    @given(st.integers(0, 10**60))
    def test_wraps_like_32_bits(self, number: int) -> None:
        """However long the number is, its last 32 bits count."""
        assert Words(str(number), "test").number("a number") == number % 2**32

    @pytest.mark.parametrize("text", ["-1", "+1", "0x1", "1a", "", "1.0", "\\ 1"])
    def test_has_no_other_form(self, text: str) -> None:
        """Signs, hexadecimal and trailing characters are refused, and so is the end of the line."""
        with pytest.raises(TableError, match="a number"):
            Words(text, "test").number("a number")


class TestAWordOutOfAFew:
    """`Words.keyword` reads what a word means."""

    MEANINGS: ClassVar = {"A": True, "F": False}

    @pytest.mark.parametrize(("text", "meaning"), [("A", True), ("F", False)])
    def test_is_what_it_means(self, text: str, meaning: bool) -> None:
        """Also where its meaning is false."""
        assert Words(text, "test").keyword("a state", self.MEANINGS) is meaning

    @pytest.mark.parametrize("text", ["D", "a", "AF"])
    def test_is_refused_when_it_is_another(self, text: str) -> None:
        """The error stands at the word and names what it could have been."""
        with pytest.raises(TableError, match="a state: A or F") as caught:
            Words(text, "test").keyword("a state", self.MEANINGS)

        assert (caught.value.word, caught.value.found) == (0, text)


class TestALineThatEndsTooEarly:
    """Errors name the place."""

    def test_names_the_word_that_is_missing(self) -> None:
        """The index is the number of words, and nothing was found there."""
        with pytest.raises(TableError, match=r"word 2 the line ends, expected a word \(3 of 3\)") as caught:
            Words("a b", "test").take_some(3, "a word")

        assert (caught.value.word, caught.value.found) == (2, None)

    def test_is_refused_when_it_is_not_ascii(self) -> None:
        """Characters that the kernel would see as several bytes are named with their word."""
        with pytest.raises(TableError) as caught:
            Words("a b\u00e9", "test")

        assert (caught.value.word, caught.value.found) == (1, "\u00e9")
