"""The published schema as a test holds real outputs to it."""

import json
from typing import Any

from jsonschema import Draft202012Validator

from multipath.frontends.cli.schema import of_verb, published


def closed(schema: Any) -> Any:
    """Return a schema that allows no key but those that it names: a key that nobody declared is to be found."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: closed(each) for name, each in schema.items()} | (
        {"additionalProperties": False} if "properties" in schema else {}
    )


def check(words: str, value: object) -> None:
    """Hold what a verb printed to its schema, and to having no other keys."""
    Draft202012Validator(closed(of_verb(published(), words))).validate(json.loads(json.dumps(value)))


def check_printed(words: str, text: str) -> None:
    """Hold a text to it: one value, or one a line."""
    try:
        values = [json.loads(text)]
    except json.JSONDecodeError:
        values = [json.loads(line) for line in text.splitlines()]
    for value in values:
        check(words, value)
