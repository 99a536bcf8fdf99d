"""A whole configuration as facts: what ``multipath -t`` prints, of whichever program, taken apart for comparison."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_LINE: Final = re.compile(r"\s*(?P<word>\w+)\s*(?P<value>\{|.*)", re.DOTALL)
# What names an entry; all else is an option of it.
_KEYS: Final = {"device": ("vendor", "product", "revision"), "multipath": ("wwid",), "protocol": ("type",)}
_LISTS: Final = ("blacklist", "blacklist_exceptions")

Facts = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """
    Something that two programs say differently.

    Attributes:
        place: The section, with what names its entry.
        option: The option, or the rule; empty for an entry that one of them has not.
        theirs: What multipath-tools says; empty for nothing.
        ours: What this library says.
    """

    place: str
    option: str
    theirs: str
    ours: str


@dataclass(slots=True)
class _Block:
    word: str
    options: list[tuple[str, str]]
    blocks: "list[_Block]"


def facts(printed: str) -> Facts:
    """Return what a printed configuration says, option by option; rules with how often they are there."""
    found: dict[tuple[str, str], str] = {}
    for section in _blocks(iter(printed.split("\n"))):
        if section.word in _LISTS:
            found |= {(section.word, rule): str(number) for rule, number in Counter(_rules(section)).items()}
            continue
        found |= {(section.word, word): value for word, value in section.options}
        for entry in section.blocks:
            found |= _entry(section.word, entry)
    return found


def differences(theirs: Facts, ours: Facts) -> frozenset[Difference]:
    """Return what is not the same."""
    return frozenset(
        Difference(*key, theirs.get(key, ""), ours.get(key, ""))
        for key in theirs.keys() | ours.keys()
        if theirs.get(key) != ours.get(key)
    )


def entries(printed: str) -> list[str]:
    """Return the devices, in their order: it decides which one of those that fit wins."""
    return [
        _name(block)
        for section in _blocks(iter(printed.split("\n")))
        if section.word == "devices"
        for block in section.blocks
    ]


def _blocks(lines: Iterator[str]) -> Iterator[_Block]:
    for line in lines:
        match = _LINE.fullmatch(line)
        if match and match["value"] == "{":
            yield _block(match["word"], lines)


def _block(word: str, lines: Iterator[str]) -> _Block:
    block = _Block(word, [], [])
    for line in lines:
        if line.strip() == "}":
            break
        match = _LINE.fullmatch(line)
        assert match, line
        if match["value"] == "{":
            block.blocks.append(_block(match["word"], lines))
        else:
            block.options.append((match["word"], match["value"].removeprefix('"').removesuffix('"')))
    return block


def _rules(section: _Block) -> Iterator[str]:
    yield from (f"{word} {value}" for word, value in section.options)
    for device in section.blocks:
        yield " ".join(f"{word} {value}" for word, value in device.options)


def _entry(section: str, entry: _Block) -> dict[tuple[str, str], str]:
    place = f"{section}/{_name(entry)}"
    return {(place, ""): "there"} | {
        (place, word): value for word, value in entry.options if word not in _KEYS[entry.word]
    }


def _name(entry: _Block) -> str:
    options = dict(entry.options)
    # Our print tells apart two entries for the same expressions by a revision that fits all.
    return re.sub(r"/(\(\))*\Z", "", "/".join(options[key] for key in _KEYS[entry.word] if key in options))
