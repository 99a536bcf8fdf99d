"""The prioritizer ``ana``: the state of a namespace's ANA group, as the kernel shows it."""

from typing import Final

from ...paths.path import Path
from .priority import NEEDS_IO, UNDEFINED, Priority

_VALUES: Final = {"optimized": 50, "non-optimized": 10, "inaccessible": 1, "change": 1, "persistent-loss": 0}


def priority(args: str, path: Path) -> Priority:
    """Return what the ANA state is worth; unknown where the kernel shows none: then the controller has to be asked."""
    del args
    if path.ana_state is None:
        return Priority(None, NEEDS_IO)
    if path.ana_state not in _VALUES:
        return Priority(UNDEFINED, f"unknown ANA state {path.ana_state!r}")
    return Priority(_VALUES[path.ana_state], path.ana_state)


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments: that there are any."""
    return (f"ana takes no arguments, and ignores {args!r}",) if args.strip() else ()
