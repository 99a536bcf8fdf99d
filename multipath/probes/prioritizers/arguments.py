"""Arguments of prioritizers that take none."""

from collections.abc import Callable


def none_taken(name: str) -> Callable[[str], tuple[str, ...]]:
    """Return what says of arguments that they are ignored."""

    def problems(args: str) -> tuple[str, ...]:
        """Return what is wrong with the arguments: that there are any."""
        return (f"{name} takes no arguments, and ignores {args!r}",) if args.strip() else ()

    return problems
