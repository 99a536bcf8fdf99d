"""``mpath schema``: the JSON Schema of what verbs print with ``-o json``, as it comes with the package."""

import argparse
import json
from importlib.resources import files
from typing import Any, Final

from .manual import Manual, examples
from .terminal import print_json, print_text

FILE: Final = "mpath.schema.json"
_DEFINITIONS: Final = "$defs"
_PLACE: Final = f"#/{_DEFINITIONS}/"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``schema`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "schema",
        formatter_class=Manual,
        description="Print the JSON Schema (2020-12) of what a verb prints with -o json; of all verbs without one. "
        "Its keys are a promise: none is renamed or removed, new ones may come.",
        epilog=examples("mpath schema show", "mpath schema partitions list", "mpath schema > mpath.schema.json"),
    )
    parser.add_argument("verb", nargs="*", metavar="VERB", help="its words, as in: status events")
    parser.add_argument("--list", action="store_true", help="the verbs that have one")
    parser.set_defaults(run=print_schema)


def print_schema(args: argparse.Namespace) -> int:
    """Run ``mpath schema``."""
    whole = published()
    if args.list:
        for words in verbs(whole):
            print_text(words)
        return 0
    print_json(of_verb(whole, " ".join(args.verb)) if args.verb else whole)
    return 0


def published() -> dict[str, Any]:
    """Return the whole schema."""
    return dict(json.loads(files(__package__ or "").joinpath(FILE).read_text("utf-8")))


def definition(words: str) -> str:
    """
    Return the name of the definition of a verb's output.

    >>> definition("partitions list")
    'mpath-partitions-list'
    """
    return f"mpath-{words.replace(' ', '-')}"


def verbs(whole: dict[str, Any]) -> list[str]:
    """Return the words of the verbs that have a definition."""
    return [name.removeprefix("mpath-").replace("-", " ") for name in whole[_DEFINITIONS] if name.startswith("mpath-")]


def of_verb(whole: dict[str, Any], words: str) -> dict[str, Any]:
    """
    Return the schema of one verb: its definition at the top, and those that it needs.

    Raises:
        argparse.ArgumentTypeError: the verb has none.
    """
    definitions = whole[_DEFINITIONS]
    name = definition(words)
    if name not in definitions:
        raise argparse.ArgumentTypeError(f"{words!r} prints no JSON; those that do: {', '.join(verbs(whole))}")
    needed, found = [definitions[name]], dict[str, Any]()
    while needed:
        for each in _references(needed.pop()) - found.keys():
            found[each] = definitions[each]
            needed.append(definitions[each])
    head = {"$schema": whole["$schema"], "$id": f"{whole['$id']}:{words.replace(' ', '-')}"}
    return {**head, **definitions[name], _DEFINITIONS: dict(sorted(found.items()))}


def _references(value: object) -> set[str]:
    """Return the names of the definitions that a schema refers to."""
    if isinstance(value, list):
        return {name for each in value for name in _references(each)}
    if not isinstance(value, dict):
        return set()
    own = {str(value["$ref"]).removeprefix(_PLACE)} if isinstance(value.get("$ref"), str) else set()
    return own | {name for each in value.values() for name in _references(each)}
