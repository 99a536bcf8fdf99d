"""
The words of a line of multipath.conf, as multipathd takes them.

Strategy: that program reads 1023 bytes at a time, and ends a line where the C library ends a string; so what looks like
one line may be several, or less than one. Nearly all lines are neither: one expression reads them. The others are taken
to pieces word by word, and what gets lost on the way is told.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# What is read at a time, in bytes, the newline included.
CHUNK: Final = 1023

_BLANKS: Final = " \t\n\v\f\r"
_PLAIN: Final = r"[$-z|~]"  # what a word outside quotes is made of, control characters apart
_REST: Final = r"[ \t]*+ (?: [\#!] [^\0\r\n]*+ )? \r? (?: \n | \Z )"
# A line and its newline; the last group that matched tells its form: one of a word and a value, opening, closing,
# comment, none for a blank line, or any other line, which is not read as it looks.
LINE: Final = re.compile(
    rf"""
    [ \t]*+
    (?: ({_PLAIN}++) [ \t]*+ (?: ({_PLAIN}++) | "([^"\0\r\n]*+)" | (\{{) ) {_REST}
      | (\}}) {_REST}
      | ([\#!]) [^\0\r\n]*+ \r? (?: \n | \Z )
      | \r? (?: \n | \Z )
    )
    | ([^\n]*+) (?: \n | \Z )
    """,
    re.VERBOSE,
)
KEYWORD, BARE, QUOTED, OPENING, CLOSING, COMMENT = range(1, 7)
VALUES: Final = (BARE, QUOTED)
_BARE: Final = re.compile(r'[{}]|[^\s"#!{}\x80-\U0010ffff]+', re.ASCII)
_QUOTED: Final = re.compile(r'"((?:[^"]|"")*)("?)')


class Word(NamedTuple):
    """
    A word.

    Attributes:
        text: What it says, without its quotes.
        start: Where it begins in its line, in characters; its opening quote where it has quotes.
        end: Where it ends, its closing quote included.
        quoted: Whether it stands in quotes.
        closed: Whether the closing quote is there.
    """

    text: str
    start: int
    end: int
    quoted: bool = False
    closed: bool = True

    def is_brace(self, brace: str) -> bool:
        """Tell whether it is this brace, and not a text that looks like one."""
        return self.text == brace and not self.quoted


class Loss(NamedTuple):
    """Something that is not read: where in its line, a word for programs, and a sentence for people."""

    start: int
    code: str
    message: str


class Piece(NamedTuple):
    """What is read at a time: its words, what of it is not read, and where it begins in its line."""

    words: list[Word]
    losses: list[Loss]
    start: int


def pieces(line: str) -> Iterator[Piece]:
    """Return what is read of a line, without its newline, at a time; all but blank ones."""
    cuts = _cuts(line)
    for start, end in zip(cuts, [*cuts[1:], len(line)], strict=True):
        piece = _piece(line[start:end], start)
        if piece.words or piece.losses:
            yield piece


def _cuts(line: str) -> list[int]:
    """Return where the pieces begin; a character that is cut in two belongs to the first."""
    if line.isascii():
        return list(range(0, len(line), CHUNK))
    cuts: list[int] = []
    total = 0
    for place, character in enumerate(line):
        if total >= len(cuts) * CHUNK:
            cuts.append(place)
        code = ord(character)
        # A byte that is no UTF-8 stands as a lone surrogate.
        total += 1 if code < 0x80 or 0xDC80 <= code <= 0xDCFF else 2 if code < 0x800 else 3 if code < 0x10000 else 4
    return cuts


def _piece(text: str, start: int) -> Piece:
    end = _end(text)
    words: list[Word] = []
    losses: list[Loss] = []
    place = _skip(text, 0, end, start, losses)
    while place < end and text[place] not in "#!":
        found = (_QUOTED if text[place] == '"' else _BARE).match(text, place, end)
        assert found  # what neither skips nor is a comment is a quote or a bare word
        words.append(_word(found, start))
        place = _skip(text, found.end(), end, start, losses)
    if text[end:].strip(_BLANKS + "\0"):
        code = "text-after-nul" if text[end] == "\0" else "text-after-carriage-return"
        losses.append(Loss(start + end, code, "what follows on this line is not read"))
    return Piece(words, losses, start)


def _word(found: "re.Match[str]", start: int) -> Word:
    first, last = found.start() + start, found.end() + start
    if found.re is _BARE:
        return Word(found[0], first, last)
    return Word(found[1].replace('""', '"'), first, last, quoted=True, closed=bool(found[2]))


def _end(text: str) -> int:
    """Return where C code sees the end: at a NUL, or at the first end of a line that has something before it."""
    lead = len(text) - len(text.lstrip("\r\n"))
    ends = [place for place in (text.find("\r", lead), text.find("\n", lead), text.find("\0")) if place >= 0]
    return min(ends, default=len(text))


def _skip(text: str, place: int, end: int, start: int, losses: list[Loss]) -> int:
    """Return the next place that is no blank; what is not ASCII counts as one."""
    lost = False
    while place < end and (text[place] in _BLANKS or text[place] > "\x7f"):
        if text[place] > "\x7f" and not lost:
            lost = True
            losses.append(Loss(start + place, "not-ascii", f"{text[place]!a} outside quotes is taken for a blank"))
        place += 1
    return place
