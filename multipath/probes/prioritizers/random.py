"""The prioritizer ``random``: 1 to 10, by chance."""

import os

from ..conversation import Conversation
from .arguments import none_taken
from .priority import Priority

_LEAST, _MOST = 1, 10

problems = none_taken("random")


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return another number each time."""
    del args, conversation
    return Priority(_LEAST + int.from_bytes(os.urandom(8), "big") % (_MOST - _LEAST + 1), "random")
