r"""
The JSON of multipathd, read and written.

Strategy: version 0.1 of it, which every release so far prints, escapes nothing: a quote or a backslash in what a
device says breaks it, or worse, does not and means something else. But each member stands on a line of its own, so the
text between the first and the last quote of that line is the value, whatever it holds; it is escaped, and then the
whole is JSON. A value that looks like the end of its line and the next member makes a key stand twice: that is refused.
What is written here has the same lines, and is JSON.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from .column import Column, Kind
from .map import GROUP_KEYS, MAP_KEYS, DaemonGroup, DaemonMap
from .path import PATH_KEYS, DaemonPath

VERSION: Final = (0, 1)
_MEMBER: Final = re.compile(r'^( *"\w+" ?: ?")(.*?)("(?=,?\n *(?:"\w+" ?:|[\]}])))', re.MULTILINE | re.DOTALL)
_VERSIONS: Final = re.compile(r'\s*\{\s*"major_version" ?: ?(\d{1,9}),\s*"minor_version" ?: ?(\d{1,9}),')


def read_maps(text: str) -> tuple[DaemonMap, ...]:
    """
    Return the maps of ``show maps json``, or the one of ``show map M json``.

    Raises:
        ValueError: it is cut short, no such JSON, or says something twice.
    """
    return tuple(_read_map(each) for each in _members(_read(text)))


def write_maps(maps: Iterable[DaemonMap]) -> str:
    """Return the maps as ``show maps json`` prints them; what needs no escape, `read_maps` reads back."""
    return _document('"maps": ' + _list([_map_lines(each) for each in maps], 1) + "\n")


def write_map(found: DaemonMap) -> str:
    """Return a map as ``show map M json`` prints it."""
    return _document('"map":{\n' + "\n".join(_map_lines(found)) + "\n   }\n")


# Reading.


def _read(text: str) -> Mapping[str, Any]:
    found = _VERSIONS.match(text)
    if found is None:
        raise ValueError(f"it does not begin as its JSON does, but with {text[:40]!r}")
    if (int(found[1]), int(found[2])) == VERSION:
        text = _MEMBER.sub(lambda member: member[1] + json.dumps(member[2])[1:-1] + member[3], text)
    document = json.loads(text, object_pairs_hook=_without_doubles)
    if not isinstance(document, dict):
        raise ValueError("it is no object")
    return document


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"a key stands twice, so a value holds what looks like a member: {[key for key, _ in pairs]}")
    return found


def _members(document: Mapping[str, Any]) -> list[Any]:
    if "map" in document:
        return [document["map"]]
    return _list_of(document, "maps")


def _read_map(record: Any) -> DaemonMap:
    groups = tuple(_read_group(each) for each in _list_of(record, "path_groups"))
    return DaemonMap(**_values(record, MAP_KEYS), groups=groups)


def _read_group(record: Any) -> DaemonGroup:
    paths = tuple(DaemonPath(**_values(each, PATH_KEYS)) for each in _list_of(record, "paths"))
    number = record.get("group")
    if not isinstance(number, int):
        raise ValueError(f"a group has the number {number!r}")
    return DaemonGroup(number, **_values(record, GROUP_KEYS), paths=paths)


def _values(record: Any, keys: Iterable[Column]) -> dict[str, Any]:
    """Return the attributes that a record has; older releases have fewer."""
    if not isinstance(record, dict):
        raise ValueError(f"{record!r} is no object")
    return {column.attribute: _value(column, record[column.key]) for column in keys if column.key in record}


def _value(column: Column, value: Any) -> Any:
    if column.kind is Kind.NUMBER and type(value) is int:
        return value
    if column.kind is Kind.NUMBER or not isinstance(value, str):
        raise ValueError(f"{column.key} is {value!r}")
    return column.read(value)


def _list_of(record: Any, key: str) -> list[Any]:
    found = record.get(key) if isinstance(record, dict) else None
    if not isinstance(found, list):
        raise ValueError(f"it has no list {key}")
    return found


# Writing.


def _document(body: str) -> str:
    return f'{{\n   "major_version": {VERSION[0]},\n   "minor_version": {VERSION[1]},\n   {body}}}\n'


def _map_lines(found: DaemonMap) -> list[str]:
    lines = list(_lines(found, MAP_KEYS, 2))
    return [*lines, f'{_indent(2)}"path_groups": {_list([_group_lines(group) for group in found.groups], 2)}']


def _group_lines(group: DaemonGroup) -> list[str]:
    paths = _list([list(_path_lines(path)) for path in group.paths], 3)
    return [*_lines(group, GROUP_KEYS, 3), f'{_indent(3)}"group" : {group.number},', f'{_indent(3)}"paths": {paths}']


def _path_lines(path: DaemonPath) -> Iterator[str]:
    *lines, last = _lines(path, PATH_KEYS, 4)
    yield from lines
    yield last.removesuffix(",")


def _lines(record: object, keys: Iterable[Column], depth: int) -> Iterator[str]:
    for column in keys:
        text = column.write(getattr(record, column.attribute))
        yield f'{_indent(depth)}"{column.key}" : {text if column.kind is Kind.NUMBER else json.dumps(text)},'


def _list(items: Sequence[Sequence[str]], depth: int) -> str:
    """Return a list of objects whose members are indented one deeper than ``depth``."""
    if not items:
        return "[]"
    end = f"\n{_indent(depth)}}}"
    return "[{\n" + f"{end},{{\n".join("\n".join(item) for item in items) + end + "]"


def _indent(depth: int) -> str:
    return " " * 3 * depth
