"""The texts that the tests of this room share: those of real kernels, and ways to spoil them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multipath.errors import TableError
from multipath.wire.words import split_words

_GOLDEN = Path(__file__).parents[2] / "golden" / "multipath"


def _lines(name: str) -> list[str]:
    return (_GOLDEN / name).read_text().splitlines()


PRINTED_TABLES = _lines("tables.txt")
LOADED_TABLES = _lines("loaded.txt")
STATUSES = _lines("statuses.txt")

BAD_WORDS = (
    *("0", "1", "2", "3", "8", "9", "1023", "1024", "1025", "4294967295", "4294967297", "9" * 5000),
    *("-1", "+1", "0x1", "1a", "1.5", "a", "A", "F", "E", "D", "8:0", "8:", ":", ",", "\\ ", "\\\\", "\x1c", "\x7f"),
    *("queue_if_no_path", "pg_init_retries", "queue_mode", "service-time", "io-affinity", "historical-service-time"),
)


def truncations(text: str) -> Iterator[str]:
    """Yield the text cut after every word but the last."""
    words = split_words(text)
    for count in range(len(words)):
        yield " ".join(words[:count])


def corruptions(text: str) -> Iterator[str]:
    """Yield the text with one word replaced, dropped or doubled, for every word."""
    words = text.split(" ")
    for at, word in enumerate(words):
        for bad in (*BAD_WORDS, "", f"{word} {word}"):
            yield " ".join([*words[:at], bad, *words[at + 1 :]])


def reads_exactly_or_refuses(parse: Callable[[str], object], text: str) -> bool:
    """Tell whether ``text`` is read and prints as itself, or is refused with a place; another error is not caught."""
    try:
        return str(parse(text)) == text
    except TableError as error:
        return error.text == text and 0 <= error.word <= len(split_words(text)) and error.expected != ""


def refusal(parse: Callable[[str], object], text: str) -> tuple[int, str | None]:
    """Return the index of the word at fault and the word."""
    with pytest.raises(TableError) as caught:
        parse(text)
    return caught.value.word, caught.value.found
