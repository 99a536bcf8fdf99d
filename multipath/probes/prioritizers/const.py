"""The prioritizer ``const``: all paths are alike."""

from ...paths.path import Path
from .priority import Priority

_PRIORITY = Priority(1, "const")


def priority(args: str, path: Path) -> Priority:
    """Return 1."""
    del args, path
    return _PRIORITY


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments: that there are any."""
    return (f"const takes no arguments, and ignores {args!r}",) if args.strip() else ()
