"""
Checkers and prioritizers of other packages: entry points, loaded when one is first asked for.

Strategy: what is built in cannot be replaced. A plugin that cannot be loaded is named with its package, and harms
nobody who did not ask for it.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@cache
def found(group: str) -> "dict[str, EntryPoint]":
    """Return the entry points of a group, by name; of several with one name the first."""
    from importlib.metadata import entry_points  # here, for few ask for a plugin, and it takes its time

    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        points.setdefault(point.name, point)
    return points


def loaded(group: str, name: str) -> Any:
    """
    Return what a plugin offers.

    Args:
        group: The group of entry points: ``multipath.checkers`` or ``multipath.prioritizers``.
        name: As multipath.conf names it.

    Raises:
        PluginError: there is none of that name, or it cannot be loaded.
    """
    point = found(group).get(name)
    what = group.rpartition(".")[2].removesuffix("s")
    if point is None:
        raise PluginError(f"there is no {what} {name!r}: it is neither built in nor an entry point of {group}")
    try:
        return point.load()
    except Exception as error:  # a plugin may raise anything while it is imported
        package = point.dist.name if point.dist else "an unknown package"
        why = f"{type(error).__name__}: {error}"
        raise PluginError(f"the {what} {name!r} of {package} ({point.value}) cannot be loaded: {why}") from error
