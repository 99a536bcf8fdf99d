"""The prioritizer ``rdac``: page 0xC9 of RDAC arrays; bits for the owner, for preference and for I/O shipping."""

from typing import Final

from ...wire.volume_access import LENGTH, PREFERRED, SECONDARY, VOLUME_ACCESS_CONTROL, parse_volume_access
from ..conversation import Conversation, described, succeeded
from .arguments import none_taken
from .priority import Priority

_WHAT: Final = "INQUIRY of page 0xc9"
_OWNED, _IO_SHIPPING = 2, 8
_PREFERENCES: Final = {PREFERRED: (4, "preferred path"), SECONDARY: (1, "secondary path")}

problems = none_taken("rdac")


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return the bits of what the page says; 0 where it cannot be had."""
    del args
    answer = await conversation.vpd_page(VOLUME_ACCESS_CONTROL, LENGTH)
    if not succeeded(answer):
        return Priority(0, described(_WHAT, answer))
    access = parse_volume_access(answer.data)
    if access is None or not access.named:
        return Priority(0, f"{_WHAT}: no such page came")
    bits = [_PREFERENCES.get(access.preference, (0, ""))]
    bits += [(_OWNED, "owner")] if access.owned else []
    bits += [(_IO_SHIPPING, "I/O shipping")] if access.io_shipping else []
    said = ", ".join(word for _, word in bits if word)
    return Priority(sum(value for value, _ in bits), f"{_WHAT}: {said or 'neither owner nor preferred'}")
