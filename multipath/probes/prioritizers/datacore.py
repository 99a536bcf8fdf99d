"""
The prioritizer ``datacore``: paths to the DataCore server that is preferred, by its name in INQUIRY data.

Source: multipath-tools ``libmultipath/prioritizers/datacore.c``: the name of the server in bytes 112 to 127.
"""

import re
from typing import Final

from ..conversation import Conversation, described
from .priority import Priority

_LENGTH: Final = 255
_NAME: Final = slice(112, 128)
_SHORTEST: Final = 2  # characters
_TIMEOUTS: Final = range(500, 20_001)  # ms
_ARGS: Final = re.compile(
    r"(?=.*?\bpreferredsds=(\S+))(?:\s*(?:preferredsds=\S+|timeout=([0-9]{1,9})))+\s*\Z", re.ASCII
)


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return 1 for a path to that server, else 0, and on any error."""
    if wrong := problems(args):
        return Priority(0, f"datacore: {wrong[0]}")
    name = _preferred(args)
    answer = await conversation.standard_data(_LENGTH)
    if not answer.good:
        return Priority(0, described("INQUIRY", answer))
    server = answer.data[_NAME].partition(b"\0")[0]
    return Priority(int(name in server), f"the path leads to server {server.strip().decode('ascii', 'replace')!a}")


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments; every path gets 0 then."""
    found = _ARGS.match(args)
    if not found:
        return (f"'preferredsds=NAME' and 'timeout=MILLISECONDS' are known, not {args!r}; every path gets 0",)
    if len(found[1]) < _SHORTEST:
        return (f"the name {found[1]!r} is shorter than {_SHORTEST} characters; every path gets 0",)
    if found[2] and int(found[2]) not in _TIMEOUTS:
        return (f"the timeout of {found[2]} ms is not within 500 and 20000; every path gets 0",)
    return ()


def _preferred(args: str) -> bytes:
    found = _ARGS.match(args)
    return found[1].encode("ascii", "replace") if found else b""
