"""
How much the paths of a group can carry against each other, for the selector service-time.

The reference has no way to say it: its tables give every path the same. Here whoever makes a plan may ask for it.
"""

import enum
from collections.abc import Callable, Sequence
from typing import Final

from .member import Member

_MOST: Final = 100  # the kernel's bound


class Throughput(enum.StrEnum):
    """
    Where the relative throughput of a path comes from.

    ``EQUAL``: all are alike, as in multipath-tools. ``LINK_SPEED``: from the speed of the transport's link.
    ``PRIORITY``: from the path's priority, for groups in which they differ.
    """

    EQUAL = "equal"
    LINK_SPEED = "link-speed"
    PRIORITY = "priority"


def relative_throughputs(members: Sequence[Member], source: Throughput) -> list[int]:
    """
    Return 1 to 100 for each path of a group, the best one having 100; 1 for all where they are alike.

    One path of which nothing is known makes them all alike: a guess would starve a path. A priority of 0 becomes 0:
    such a path takes I/O only when the others are gone.
    """
    of_one = _SOURCES.get(source)
    found = [of_one(member) for member in members] if of_one else []
    known = [value for value in found if value is not None]
    if len(known) < len(members) or len(set(known)) < 2:
        return [1] * len(members)
    best = max(known)
    return [max((2 * _MOST * value + best) // (2 * best), 1 if value else 0) for value in known]


def _link_speed(member: Member) -> int | None:
    return member.path.link_speed or None


def _priority(member: Member) -> int | None:
    return None if member.priority is None or member.priority < 0 else member.priority


_SOURCES: Final[dict[Throughput, Callable[[Member], int | None]]] = {
    Throughput.LINK_SPEED: _link_speed,
    Throughput.PRIORITY: _priority,
}
