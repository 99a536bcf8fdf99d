"""
The prioritizer ``weightedpath``: what the administrator says, by expressions on a path's address, name or serial.

Strategy: ``<what> <expression> <priority> …``, the first expression that is found in the path's text decides. What
multipath-tools passes over in silence, an expression that is none, a number that is none, a last one without a
number, gets the same priority here, and `problems` names it.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from ...config.pattern import Pattern
from ...paths.path import Path
from ...paths.request import fetch
from ..conversation import Conversation
from .priority import NEEDS_IO, UNDEFINED, Priority

_WHATS: Final = ("hbtl", "devname", "serial", "wwn")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_UNDEFINED_NAME: Final = "[undef]"  # as multipath-tools prints a name that it does not know
_NO_MATCH: Final = Priority(0, "weightedpath: no expression is found")


def priority(args: str, path: Path) -> Priority:
    """Return the number behind the first expression that is found; 0 where there is none."""
    what, *rules = args.split() or [""]
    if what not in _WHATS:
        return Priority(0, f"weightedpath: {what!r} is none of {', '.join(_WHATS)}")
    if what == "wwn":
        return Priority(None, NEEDS_IO)
    return _by_text(what, _text(what, path), rules)


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return the same; the names of the host's own port are read first, where they count."""
    what, *rules = args.split() or [""]
    if what != "wwn":
        return priority(args, conversation.path)
    path, port = conversation.path, f"/sys/class/fc_host/host{conversation.path.host}"
    own = [await _name(conversation, f"{port}/{name}") for name in ("node_name", "port_name")]
    far = (path.target_node, path.target_port if path.protocol == "scsi:fcp" else None)
    return _by_text(what, ":".join(name or _UNDEFINED_NAME for name in (*own, *far)), rules)


def _by_text(what: str, text: str, rules: Sequence[str]) -> Priority:
    for expression, number in zip(rules[::2], rules[1::2], strict=False):
        if (pattern := _pattern(expression)) and pattern.search(text):
            return _of_rule(f"{what} {expression}", _number(number))
    return _NO_MATCH


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments, one sentence for each."""
    return tuple(_problems(args))


def _problems(args: str) -> Iterator[str]:
    what, *rules = args.split() or [""]
    if what not in _WHATS:
        yield f"{what!r} stands first, not one of {', '.join(_WHATS)}; every path gets 0"
        return
    for expression, number in zip(rules[::2], rules[1::2], strict=False):
        if _pattern(expression) is None:
            yield f"{expression!r} is no regular expression, and is passed over"
        if not _NUMBER.fullmatch(number):
            yield f"{number!r} is no whole number, and counts as {_number(number)}"
        elif _number(number) < 0:
            yield f"{number} is below 0, and counts as undefined"
    if len(rules) % 2:
        yield f"{rules[-1]!r} has no priority behind it, and is passed over"


def _of_rule(rule: str, value: int) -> Priority:
    if value < 0:
        return Priority(UNDEFINED, f"weightedpath: {rule} has a priority below 0")
    return Priority(value, f"weightedpath: {rule}")


async def _name(conversation: Conversation, file: str) -> str:
    answer = await conversation.ask(fetch(file, 64))
    return "" if answer.error else answer.data.decode("ascii", "replace").strip()


def _text(what: str, path: Path) -> str:
    if what == "hbtl":
        return path.hctl or ""
    return path.name if what == "devname" else path.serial or ""


@lru_cache(maxsize=512)
def _pattern(expression: str) -> Pattern | None:
    try:
        return Pattern(expression)
    except ValueError:
        return None


def _number(text: str) -> int:
    """Return the number that a text begins with, as C's ``atoi`` does."""
    found = _NUMBER.match(text)
    return int(found[0]) if found else 0
