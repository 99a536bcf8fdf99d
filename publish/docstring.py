"""A docstring in Google's form, in parts; pure."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_HEADING: Final = re.compile(r"(Args|Attributes|Returns|Yields|Raises|Source|Synchronization|Units):(.*)")
_ITEM: Final = re.compile(r"(\*{0,2}[\w.]+(?: \([^)]*\))?): (.*)")
_OF_ITEMS: Final = frozenset({"Args", "Attributes", "Raises"})


@dataclass(slots=True)
class Docstring:
    """
    A docstring.

    Attributes:
        text: The paragraphs before, between and after the sections.
        items: The sections that list things: their names with what is said of them.
        sections: The sections that are a text.
    """

    text: list[str] = field(default_factory=list)
    items: dict[str, dict[str, str]] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The first paragraph, in one line."""
        return " ".join(self.text[0].split()) if self.text else ""


def parse(docstring: str) -> Docstring:
    r"""
    Return the parts of a docstring.

    >>> found = parse("Do it. Args: none.\n\nArgs:\n    a: One\n        thing.\n    b: Another.\n")
    >>> found.summary, found.items
    ('Do it. Args: none.', {'Args': {'a': 'One thing.', 'b': 'Another.'}})
    """
    found = Docstring()
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(docstring)):
        heading = _HEADING.match(paragraph)
        if heading is None:
            found.text.append(paragraph)
            continue
        name, rest = heading[1], inspect.cleandoc(f"{heading[2].strip()}\n{paragraph[heading.end() :]}").strip()
        if name in _OF_ITEMS:
            found.items[name] = dict(_items(rest))
        else:
            found.sections[name] = " ".join(rest.split())
    return found


def _items(text: str) -> Iterator[tuple[str, str]]:
    name, words = "", list[str]()
    for line in text.splitlines():
        item = None if line.startswith(" ") else _ITEM.match(line)
        if item is None:
            words.append(line.strip())
            continue
        if name:
            yield name, " ".join(words)
        name, words = item[1], [item[2]]
    if name:
        yield name, " ".join(words)
