"""
Edits of a file of the configuration that change what they mean to change, and nothing else.

Strategy: an edit replaces, adds or removes whole lines or one value within a line; all other bytes are those that were
read. The result is parsed again, and what it says is compared with what it said before: an edit that would do more, or
less, than it was asked for is refused. That covers what no rule foresees, such as two options in one over-long line.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..errors import ConfigError
from .finding import shown
from .lexer import BARE, CHUNK, LINE
from .schema import ALIASES, MATCHES, OPTIONS, PROTOCOLS, SECTIONS, Scope
from .setting import Value
from .tree import Document, Section, Statement

_INDENT: Final = "\t"
# What an entry must have.
_KEYS: Final = {
    "devices/device": frozenset({"vendor", "product"}),
    "multipaths/multipath": frozenset({"wwid"}),
    "overrides/protocol": frozenset({"type"}),
}
_Fact = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """
    A section of a file.

    Attributes:
        section: Its name, with that of the section around it: ``defaults``, ``devices/device``.
        matches: Which one of several: what its ``vendor``, ``wwid``, ``type`` are, all of them, as written.
    """

    section: str
    matches: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return it in one line."""
        return " ".join([self.section, *(f"{name} {shown(value)}" for name, value in self.matches.items())])


def set_option(document: Document, place: Place, option: str, value: Value) -> Document:
    r"""
    Set an option: where it is set already, that value is replaced; else a line is added, and a section if need be.

    Returns:
        The changed document.

    Raises:
        ConfigError: there is no such option in this section, it does not take the value, a file cannot hold it, or no
            entry matches.

    >>> text = "defaults { # ours\n\tverbosity 2 # quiet\n}\n"
    >>> str(set_option(Document.parse(text), Place("defaults"), "verbosity", 3))
    'defaults { # ours\n\tverbosity 3 # quiet\n}\n'
    """
    name, text = ALIASES.get(option, option), _text(document, place, option, value)
    sections = _sections(document, place)
    if place.matches and not sections:
        raise _error(document, f"{place} is not there; add the entry first")
    found = [one for section in sections for one in section.statements if ALIASES.get(one.keyword, one.keyword) == name]
    if found:
        return _replaced(document, place, found[-1], text)
    return _added(document, place.section, sections[-1:], {name: text})


def unset_option(document: Document, place: Place, option: str) -> Document:
    """
    Remove an option from all sections of this place, each with its line; who does not set it stays as it is.

    Raises:
        ConfigError: the line holds more than this option.
    """
    name = ALIASES.get(option, option)
    removed = [
        statement
        for section in _sections(document, place)
        for statement in section.statements
        if ALIASES.get(statement.keyword, statement.keyword) == name
    ]
    lines = {statement.line for statement in removed}
    facts = [(place.section, statement.keyword, statement.value) for statement in removed]
    return _checked(document, [line for number, line in _numbered(document) if number not in lines], facts, [])


def add_entry(document: Document, section: str, options: Mapping[str, Value]) -> Document:
    """
    Add an entry, or a rule of a list.

    Args:
        document: The document.
        section: What is added: ``devices/device``, ``multipaths/multipath``, ``overrides/protocol``,
            ``blacklist/device``; ``blacklist`` for a rule of one line. Likewise for ``blacklist_exceptions``.
        options: What stands in it; for a rule, ``{"wwid": "3600..."}`` for example.

    Raises:
        ConfigError: there is no such option in this section, it does not take the value, or a file cannot hold it; or
            nothing says which devices the entry is for, or there is one for these.
    """
    place = Place(section)
    _refuse_nameless(document, section, options)
    texts = {name: _text(document, place, name, value) for name, value in options.items()}
    parent, _, inner = section.partition("/")
    if not inner:
        return _added(document, section, _sections(document, place)[-1:], texts)
    return _added(document, section, _sections(document, Place(parent))[-1:], texts, inner)


def remove_entry(document: Document, place: Place) -> Document:
    """
    Remove an entry, or a rule of a list; a document that has none of it stays as it is.

    Raises:
        ConfigError: its lines hold more than it.
    """
    lines: set[int] = set()
    facts: list[_Fact] = []
    if "/" not in place.section:
        for section in _sections(document, Place(place.section)):
            for one in section.statements:
                if place.matches.get(one.keyword) == one.value:
                    lines.add(one.line)
                    facts.append((place.section, one.keyword, one.value))
    else:
        for section in _sections(document, place):
            lines |= set(range(section.line, (section.last_line or len(document.lines)) + 1))
            facts += _facts(section, place.section)
    return _checked(document, [line for number, line in _numbered(document) if number not in lines], facts, [])


def quote(text: str) -> str:
    r"""
    Return a value as it stands in a file, in quotes where it needs them.

    Raises:
        ValueError: it holds what no value can: a newline, a NUL, or what is not ASCII.

    >>> print(quote("queue"), quote("1 queue_if_no_path"), quote('a "b" c'))
    queue "1 queue_if_no_path" "a ""b"" c"
    """
    if not text.isascii() or any(mark in text for mark in "\n\r\0"):
        raise ValueError(f"{shown(text)}: a value is ASCII, without newlines and NULs")
    found = LINE.match(f"x {text}")
    return text if found and found[BARE] == text else '"' + text.replace('"', '""') + '"'


def _text(document: Document, place: Place, name: str, value: Value) -> str:
    """Return a value as it stands in a file."""
    text = _spelled(name, value)
    scope = next((scope for scope in Scope if scope == place.section), None)
    option = OPTIONS.get(ALIASES.get(name, name))
    if option and scope in option.scopes:
        meaning = option.kind.meaning(text)
        if meaning.code and meaning.code not in ("former-word", "stands-for-unset"):
            raise _error(document, f"{name}: {meaning.remark}")
    elif name not in MATCHES.get(place.section.replace("_exceptions", ""), ()):
        raise _error(document, f"{shown(name)} is no option of {place.section}")
    elif name == "type" and text not in PROTOCOLS:
        raise _error(document, f"{shown(text)} is no protocol")
    try:
        return quote(text)
    except ValueError as error:
        raise _error(document, f"{name}: {error}") from None


def _refuse_nameless(document: Document, section: str, options: Mapping[str, Value]) -> None:
    """Refuse an entry that nobody could tell from others: it is for no device, or for those that one is for already."""
    keys = _KEYS.get(section, frozenset())
    if not keys <= options.keys():
        raise _error(document, f"an entry of {section} needs {' and '.join(sorted(keys))}")
    matches = {name: str(options[name]) for name in options if name in _matching(section)}
    if keys and _sections(document, Place(section, matches)):
        raise _error(document, f"{Place(section, matches)} is there; set its options")


def _spelled(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"0{value:o}" if name == "mode" and isinstance(value, int) else str(value)


def _sections(document: Document, place: Place) -> list[Section]:
    """Return the sections of this place."""
    outer, _, inner = place.section.partition("/")
    if outer not in SECTIONS or (inner and inner not in SECTIONS[outer]):
        raise _error(document, f"{shown(place.section)} is no section")
    found = [section for section in document.root.sections if section.known and section.keyword == outer]
    if not inner:
        return found
    entries = (entry for section in found for entry in section.sections if entry.known and entry.keyword == inner)
    return [entry for entry in entries if _matches(entry, place) == place.matches]


def _matches(entry: Section, place: Place) -> dict[str, str]:
    words = _matching(place.section)
    return {statement.keyword: statement.value for statement in entry.statements if statement.keyword in words}


def _matching(section: str) -> frozenset[str]:
    """Return what tells an entry from others."""
    return MATCHES.get(section.replace("_exceptions", ""), frozenset()) - {"product_blacklist"}


def _replaced(document: Document, place: Place, statement: Statement, text: str) -> Document:
    line = document.lines[statement.line - 1]
    if line[statement.start] == '"' and not text.startswith('"'):
        text = f'"{text}"'
    lines = list(document.lines)
    lines[statement.line - 1] = line[: statement.start] + text + line[statement.end :]
    return _checked(
        document,
        lines,
        [(place.section, statement.keyword, statement.value)],
        [(place.section, statement.keyword, _unquoted(text))],
    )


def _added(
    document: Document, section: str, into: Sequence[Section], texts: Mapping[str, str], inner: str = ""
) -> Document:
    """Return the document with lines added to a section, or with a new section; ``inner`` is the entry around them."""
    lines, eol = list(document.lines), _newline(document)
    if into and into[0].last_line:
        at, indent = into[0].last_line - 1, _indent(document, into[0])
    else:
        at, indent = len(lines), _indent(document, into[0]) if into else _INDENT
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += eol
    deeper = indent + _INDENT if inner else indent
    new = [f"{deeper}{name} {text}{eol}" for name, text in texts.items()]
    if inner:
        new = [f"{indent}{inner} {{{eol}", *new, f"{indent}}}{eol}"]
    if not into:
        new = [f"{section.partition('/')[0]} {{{eol}", *new, f"}}{eol}"]
    lines[at:at] = new
    return _checked(document, lines, [], [(section, name, _unquoted(text)) for name, text in texts.items()])


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"') if text.startswith('"') else text


def _newline(document: Document) -> str:
    return "\r\n" if document.lines and document.lines[0].endswith("\r\n") else "\n"


def _indent(document: Document, section: Section) -> str:
    """Return the blanks before what stands in a section, as far as anything does."""
    for item in reversed(section.items):
        line = document.lines[item.line - 1]
        return line[: len(line) - len(line.lstrip(" \t"))]
    line = document.lines[section.line - 1]
    return line[: len(line) - len(line.lstrip(" \t"))] + _INDENT


def _numbered(document: Document) -> Iterator[tuple[int, str]]:
    return enumerate(document.lines, 1)


def _checked(document: Document, lines: Sequence[str], removed: Sequence[_Fact], added: Sequence[_Fact]) -> Document:
    """
    Return the document of these lines.

    Raises:
        ConfigError: it says more, or less, than was asked for.
    """
    for line in set(lines).difference(document.lines):
        if len(line) > CHUNK:
            raise _error(document, f"a line of {len(line)} bytes: multipathd reads {CHUNK} at a time")
    changed = Document.parse("".join(lines), document.file)
    expected = Counter(_facts(document.root))
    expected.subtract(removed)
    expected.update(added)
    if +expected != Counter(_facts(changed.root)):
        raise _error(document, "this edit would change more than it should; edit the file by hand")
    return changed


def _facts(section: Section, path: str = "") -> Iterator[_Fact]:
    """Return each option with its value and the sections that it stands in."""
    for item in section.items:
        if isinstance(item, Statement):
            yield path, item.keyword, item.value
        elif isinstance(item, Section):
            yield from _facts(item, f"{path}/{item.keyword}" if path else item.keyword)


def _error(document: Document, message: str) -> ConfigError:
    return ConfigError(f"not edited: {message}", document.file)
