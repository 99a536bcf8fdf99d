"""
A file of the configuration as a tree: its sections, options and comments, in order, each with its place.

Strategy: the text itself is kept; the tree only points into it. So a document prints as it was read, byte for byte, and
an edit changes what it means to change. Whether a word is an option, and whether a value is one, is not asked here.

Grammar: docs/configuration.md. Two things are as they look, and not as in multipathd: a section that is not known ends
with its own brace, not with that of the section around it; and it may have its brace on the next line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from .codes import SEVERITY
from .finding import Finding, shown
from .lexer import CHUNK, CLOSING, COMMENT, KEYWORD, LINE, OPENING, QUOTED, VALUES, Loss, Piece, Word, pieces
from .schema import SECTIONS, WORDS

# Sections that multipathd does not look for a brace of: without one on their line they are not entered.
_UNWATCHED: Final = frozenset({"overrides", "protocol"})
_NOTHING: Final[Mapping[str, frozenset[str]]] = {}


class Statement(NamedTuple):
    """
    An option with its value.

    Attributes:
        line: The line, from 1.
        column: Where the keyword begins, from 1.
        keyword: The option's name.
        value: What was written, without quotes.
        start: Where the value begins in its line, from 0, its opening quote included.
        end: Where it ends, its closing quote included.
    """

    line: int
    column: int
    keyword: str
    value: str
    start: int
    end: int


class Comment(NamedTuple):
    """A line that is nothing but a comment; its text with the mark, without the blanks before it."""

    line: int
    text: str


@dataclass(slots=True, eq=False)
class Section:
    """
    A section and what stands in it.

    Attributes:
        keyword: Its name; empty for the whole file.
        line: The line, from 1.
        column: Where the keyword begins, from 1.
        known: Whether a section of this name may stand here; what stands in one that may not is not read.
        items: What stands in it, in order.
        last_line: The line of its closing brace; 0 where it has none.
    """

    keyword: str
    line: int = 0
    column: int = 0
    known: bool = True
    items: "list[Statement | Section | Comment]" = field(default_factory=list)
    last_line: int = 0

    @property
    def statements(self) -> Iterator[Statement]:
        """The options, in order."""
        return (item for item in self.items if isinstance(item, Statement))

    @property
    def sections(self) -> "Iterator[Section]":
        """The sections, in order."""
        return (item for item in self.items if isinstance(item, Section))


@dataclass(frozen=True, slots=True)
class Document:
    """
    A file.

    Attributes:
        file: Its name.
        text: All of it.
        root: All that stands in it.
        findings: What there is to say of its grammar.
    """

    file: str
    text: str = field(repr=False)
    root: Section = field(repr=False, compare=False)
    findings: tuple[Finding, ...] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, file: str = "multipath.conf") -> "Document":
        """
        Parse a text; any text: what is wrong with it is among the findings.

        Inverse of ``str(Document)``, whatever stands in the text.

        >>> str(Document.parse("defaults { # mine"))
        'defaults { # mine'
        """
        parser = _Parser(file)
        parser.read(text)
        return cls(file, text, parser.root, tuple(parser.findings))

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines, each with its newline."""
        lines = self.text.split("\n")
        return (*(f"{line}\n" for line in lines[:-1]), *(line for line in lines[-1:] if line))


class _Parser:
    """Reads one file; ``stack`` are the open sections, the innermost last."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.root = Section("")
        self.stack = [self.root]
        self._allowed: list[frozenset[str]] = [frozenset(SECTIONS)]
        self._nested = 0  # sections within one that is not known: they are counted, and not kept
        self._headless: tuple[int, Word] | None = None  # a word alone on its line, that no section has as its name

    def read(self, text: str) -> None:
        """Read all lines; those that are read as they look, right here: there are many of them."""
        longest = CHUNK if text.isascii() else CHUNK // 4  # in characters, the newline not counted
        items, allowed = self.stack[-1].items, self._allowed[-1]
        for number, found in enumerate(LINE.finditer(text), 1):
            form = found.lastindex
            if form is None:
                continue  # a blank line lets a brace still belong to the word before it
            start, end = found.span()
            if form == COMMENT and end - start <= longest:
                items.append(Comment(number, found[0].strip(" \t\r\n")))
                continue
            keyword = found[KEYWORD]
            if form in VALUES and end - start <= longest and keyword not in allowed and not self._headless:
                first, last = found.span(form)
                quotes = form == QUOTED
                column = found.start(KEYWORD) - start + 1
                value = found[form]
                items.append(Statement(number, column, keyword, value, first - start - quotes, last - start + quotes))
                continue
            self._read_line(number, found, short=end - start <= longest)
            items, allowed = self.stack[-1].items, self._allowed[-1]
        self.finish(text.count("\n") + (not text.endswith("\n")))

    def _read_line(self, number: int, found: "re.Match[str]", *, short: bool) -> None:
        """Read a line that opens or closes a section, or is not read as it looks."""
        keyword, start = found[KEYWORD], found.start()
        if short and not self._headless:
            if found.lastindex == CLOSING:
                self._close(number, found.start(CLOSING) - start)
                return
            if found.lastindex == OPENING and (keyword in self._allowed[-1] or keyword not in WORDS):
                self._open(Section(keyword, number, found.start(KEYWORD) - start + 1, keyword in self._allowed[-1]))
                return
        self._read_pieces(number, found[0].removesuffix("\n"))

    def finish(self, number: int) -> None:
        """Tell of the sections that are open at the end."""
        self._forget()
        for section in self.stack[1:]:
            message = f"{shown(section.keyword)} of line {section.line} is not closed"
            self._tell(number, Loss(-1, "unclosed-section", message))

    def _read_pieces(self, number: int, line: str) -> None:
        for piece in pieces(line):
            if piece.start:
                message = "this far into a line, multipathd begins a new one"
                self._tell(number, Loss(piece.start, "line-too-long", message))
            for loss in piece.losses:
                self._tell(number, loss)
            if piece.words:
                self._read_words(number, piece)

    def _read_words(self, number: int, piece: Piece) -> None:
        words = piece.words
        first = words[0]
        headless, self._headless = self._headless, None
        if first.is_brace("{"):
            self._read_brace(number, words, headless)
            return
        if headless:
            self._missing_value(*headless)
        if first.is_brace("}"):
            self._close(number, first.start)
            self._extra(number, words[1:])
        elif first.quoted:
            self._quoted_keyword(number, words)
        elif first.text in self._allowed[-1]:
            self._read_header(number, words)
        elif len(words) == 1:
            self._headless = number, first
        elif self._opens(words):
            self._open(Section(first.text, number, first.start + 1, known=False))
        else:
            self._read_option(number, words)

    def _opens(self, words: list[Word]) -> bool:
        """Tell whether a line opens a section, though none of this name may stand here."""
        return words[-1].is_brace("{") and (words[0].text not in WORDS or not self.stack[-1].known)

    def _read_option(self, number: int, words: list[Word]) -> None:
        name, value = words[:2]
        self.stack[-1].items.append(Statement(number, name.start + 1, name.text, value.text, value.start, value.end))
        if not value.closed:
            self._tell(number, Loss(value.start, "missing-quote", "no closing quote: the whole line counts"))
        self._extra(number, words[2:])

    def _read_header(self, number: int, words: list[Word]) -> None:
        """Read the first line of a section, that may lack its brace."""
        first = words[0]
        braced = len(words) > 1 and words[1].is_brace("{")
        if len(words) == 1 and first.text in _UNWATCHED:
            message = f"{first.text} without a brace on its line is not read, nor is it a section"
            self._tell(number, Loss(first.start, "missing-brace", message))
            return
        self._open(Section(first.text, number, first.start + 1))
        if not braced:
            message = f"{first.text} is entered, though its brace is not on its line"
            self._tell(number, Loss(first.start, "missing-brace", message))
        self._extra(number, words[2:] if braced else words[1:])

    def _read_brace(self, number: int, words: list[Word], headless: tuple[int, Word] | None) -> None:
        if headless:
            line, word = headless
            self._open(Section(word.text, line, word.start + 1, known=False))
        elif not self.stack[-1].known:
            self._open(Section("{", number, words[0].start + 1, known=False))
        else:
            self._tell(number, Loss(words[0].start, "stray-brace", "a brace opens nothing here; the line is not read"))
            return
        self._extra(number, words[1:])

    def _quoted_keyword(self, number: int, words: list[Word]) -> None:
        first = words[0]
        if self._opens(words):
            self._open(Section(first.text, number, first.start + 1, known=False))
        else:
            message = f"{shown(first.text)} in quotes is no name of an option; the line is not read"
            self._tell(number, Loss(first.start, "unknown-option", message))

    def _open(self, section: Section) -> None:
        if not self.stack[-1].known:
            self._nested += 1
            return
        self.stack[-1].items.append(section)
        if not section.known:
            hint = "; is the section before it closed?" if section.keyword in SECTIONS else ""
            message = f"{shown(section.keyword)} is no section here; nothing in it is read{hint}"
            self._tell(section.line, Loss(section.column - 1, "unknown-section", message))
        inner = SECTIONS if section.known and len(self.stack) == 1 else _NOTHING
        self.stack.append(section)
        self._allowed.append(inner.get(section.keyword, frozenset()))

    def _close(self, number: int, start: int) -> None:
        if len(self.stack) == 1:
            self._tell(number, Loss(start, "unmatched-brace", "this brace closes nothing"))
            return
        if self._nested:
            self._nested -= 1
            return
        self.stack.pop().last_line = number
        self._allowed.pop()

    def _forget(self) -> None:
        headless, self._headless = self._headless, None
        if headless:
            self._missing_value(*headless)

    def _missing_value(self, number: int, word: Word) -> None:
        self._tell(number, Loss(word.start, "missing-value", f"{shown(word.text)} has no value; the line is not read"))

    def _extra(self, number: int, words: list[Word]) -> None:
        if words:
            message = f"{shown(words[0].text)}, and what follows it, is not read"
            self._tell(number, Loss(words[0].start, "extra-data", message))

    def _tell(self, number: int, loss: Loss) -> None:
        """Tell of a loss, unless the whole section is lost: that was told."""
        if self.stack[-1].known or loss.code == "unclosed-section":
            severity = SEVERITY[loss.code]
            self.findings.append(Finding(self.file, number, loss.start + 1, severity, loss.code, loss.message))
