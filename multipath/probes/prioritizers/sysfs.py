"""
The prioritizer ``sysfs``: the ALUA state as the kernel's device handler knows it.

Strategy: ``alua`` asks the array for the same state and gives the same numbers. A plan goes by what the kernel showed
when the path was read; who asks later is told what it shows then.
"""

from typing import Final

from ...paths.path import Path
from ...paths.request import fetch
from ..containment import told
from ..conversation import Conversation
from .priority import UNDEFINED, Priority

_EXCLUSIVE: Final = "exclusive_pref_bit"
_PREFERRED: Final = 80
_OPTIMIZED: Final = 50
# The state is matched by how it begins; all others are worth nothing.
_VALUES: Final = (
    ("active/optimized", _OPTIMIZED),
    ("active/non-optimized", 10),
    ("lba-dependent", 5),
    ("standby", 1),
)


def priority(args: str, path: Path) -> Priority:
    """Return what the access state is worth; undefined where the kernel shows none."""
    if path.access_state is None:
        return Priority(UNDEFINED, "the kernel shows no access_state")
    return of_state(args, path.access_state, preferred=path.preferred)


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return what the access state is worth that the kernel shows now."""
    folder = f"/sys/class/block/{conversation.path.name}/device"
    state = await conversation.ask(fetch(f"{folder}/access_state", 64))
    if state.error or not state.data.strip():
        return Priority(UNDEFINED, "the kernel shows no access_state")
    preferred = await conversation.ask(fetch(f"{folder}/preferred_path", 16))
    shown = told(state.data.strip().decode("ascii", "replace"))
    return of_state(args, shown, preferred=not preferred.error and preferred.data.strip() == b"1")


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments: all but ``exclusive_pref_bit``."""
    return tuple(f"{word!r} is ignored; there is only {_EXCLUSIVE}" for word in args.split() if word != _EXCLUSIVE)


def of_state(args: str, state: str, *, preferred: bool) -> Priority:
    """Return what an access state, in the kernel's words, is worth."""
    value = next((worth for name, worth in _VALUES if state.startswith(name)), 0)
    if not preferred:
        return Priority(value, state)
    if value == _OPTIMIZED and _EXCLUSIVE not in args.split():
        return Priority(value, f"{state}; preferred, which counts for an optimized path with {_EXCLUSIVE} alone")
    return Priority(value + _PREFERRED, f"{state}, preferred")
