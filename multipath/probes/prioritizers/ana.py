"""The prioritizer ``ana``: the state of a namespace's ANA group, as the kernel or the controller's log has it."""

from typing import Final

from ...paths.path import Path
from ..conversation import Conversation
from ..namespace import Namespace, Unanswered
from .priority import NEEDS_IO, UNDEFINED, Priority

_VALUES: Final = {"optimized": 50, "non-optimized": 10, "inaccessible": 1, "change": 1, "persistent-loss": 0}


def priority(args: str, path: Path) -> Priority:
    """Return what the ANA state is worth; unknown where the kernel shows none: then the controller has to be asked."""
    del args
    if path.ana_state is None:
        return Priority(None, NEEDS_IO)
    return _of_state(path.ana_state)


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return what the state in the controller's log is worth."""
    del args
    try:
        state = await Namespace().state(conversation)
    except Unanswered as refused:
        return Priority(UNDEFINED, str(refused))
    return Priority(UNDEFINED, "the controller reports no ANA") if state is None else _of_state(state)


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments: that there are any."""
    return (f"ana takes no arguments, and ignores {args!r}",) if args.strip() else ()


def _of_state(state: str) -> Priority:
    value = _VALUES.get(state)
    return Priority(UNDEFINED, f"unknown ANA state {state!r}") if value is None else Priority(value, state)
