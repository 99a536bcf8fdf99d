"""The JSON Schema of what ``mpath`` prints with ``-o json``, from the types of the records and their docstrings."""

import ast
import dataclasses
import enum
import inspect
import json
import sys
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from multipath.frontends.cli.outputs import OUTPUTS, Output
from multipath.frontends.cli.schema import FILE, definition

from . import docstring

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE: Final = {str: "string", int: "integer", float: "number", bool: "boolean", types.NoneType: "null"}
_OPTIONAL: Final = (typing.NotRequired, typing.Required)
Schema = dict[str, Any]


def files() -> dict[Path, str]:
    """Return the schema."""
    return {Path("multipath/frontends/cli", FILE): json.dumps(schema(), indent=1) + "\n"}


def schema() -> Schema:
    """Return the schema: a definition for each output, and one for each record in it."""
    records: Schema = {}
    outputs = {definition(words): _output(words, output, records) for words, output in OUTPUTS.items()}
    return {
        "$schema": _DIALECT,
        "$id": "urn:dm-multipath:mpath",
        "title": "What mpath prints with -o json",
        "description": "A definition for each verb, mpath-VERB, and for each record. New keys may come; none is "
        "renamed or removed.",
        "$defs": {**outputs, **dict(sorted(records.items()))},
    }


def _output(words: str, output: Output, records: Schema) -> Schema:
    lines = ", one line each time" if output.of_lines else ""
    return {"title": f"mpath {words}{lines}", **_schema(output.kind, records)}


def _schema(kind: Any, records: Schema) -> Schema:
    """Return the schema of a type, and put the records that it has into ``records``."""
    if kind in _SIMPLE:
        return {"type": _SIMPLE[kind]}
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in _OPTIONAL:
        return _schema(args[0], records)
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(args[0], records)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema(args[1], records)}
    if origin in (types.UnionType, typing.Union):
        return _union([_schema(each, records) for each in args])
    if issubclass(kind, enum.StrEnum):
        return {"type": "string", "enum": [str(each) for each in kind]}
    return _reference(kind, records)


def _union(parts: list[Schema]) -> Schema:
    if all(part.keys() == {"type"} for part in parts):
        return {"type": [part["type"] for part in parts]}
    return {"anyOf": parts}


def _reference(kind: type, records: Schema) -> Schema:
    name = kind.__name__
    if name not in records:
        records[name] = {}  # a record that has itself ends here
        records[name] = _record(kind, records)
    made = f"{kind.__module__}.{name}"
    if _MADE.setdefault(name, made) != made:
        raise ValueError(f"two records have one name: {made} and {_MADE[name]}; rename one")
    return {"$ref": f"#/$defs/{name}"}


_MADE: Final[dict[str, str]] = {}


def _record(kind: type, records: Schema) -> Schema:
    hints = typing.get_type_hints(kind, include_extras=True)
    told = {name: text for base in _bases(kind) for name, text in _attributes(base).items()}
    if missing := hints.keys() - told.keys():
        raise ValueError(f"{kind.__name__} does not say what {', '.join(sorted(missing))} is")
    return {
        "description": _plain(docstring.parse(inspect.getdoc(kind) or "").summary),
        "type": "object",
        "properties": {
            name: {"description": _plain(told[name]), **_schema(hint, records)} for name, hint in hints.items()
        },
        "required": [name for name in hints if name in _required(kind)],
    }


def _required(kind: type) -> frozenset[str]:
    if dataclasses.is_dataclass(kind):
        return frozenset(each.name for each in dataclasses.fields(kind))
    return frozenset(getattr(kind, "__required_keys__", ()))


def _bases(kind: type) -> Iterator[type]:
    """Yield those that a record extends, and itself; until Python 3.12 only its source knows them."""
    (own,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(own, ast.ClassDef)
    for name in (base.id for base in own.bases if isinstance(base, ast.Name)):
        base = getattr(sys.modules[kind.__module__], name)
        if typing.is_typeddict(base):
            yield from _bases(base)
    yield kind


def _attributes(kind: type) -> dict[str, str]:
    return docstring.parse(kind.__doc__ or "").items.get("Attributes", {})


def _plain(text: str) -> str:
    return text.replace("``", "").replace("`", "")
