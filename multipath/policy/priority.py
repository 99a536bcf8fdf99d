"""The priority of a group, the order of groups, and which of them is the best."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .member import Member

_UNDEFINED: Final = -1


@dataclass(frozen=True, slots=True)
class Group:
    """
    A group of paths, weighed.

    Attributes:
        members: Its paths, in order.
        priority: The mean of the defined priorities of its enabled paths, rounded towards 0; -1 where none of them is
            defined, 0 where no path is enabled.
        enabled: How many of its paths are up.
        marginal: Whether all of them are marginal.
    """

    members: tuple[Member, ...]
    priority: int
    enabled: int
    marginal: bool

    def __str__(self) -> str:
        """Return the priority, and how many paths are up."""
        marginal = ", marginal" if self.marginal else ""
        return f"priority {self.priority}, {self.enabled} of {len(self.members)} paths up{marginal}"


def weighed(members: Iterable[Member]) -> Group:
    """Return the group of these paths."""
    paths = tuple(members)
    enabled = [member.priority for member in paths if member.enabled]
    marginal = bool(paths) and all(member.marginal for member in paths)
    return Group(paths, mean(enabled), len(enabled), marginal)


def mean(enabled: Collection[int | None]) -> int:
    """Return the priority of a group whose enabled paths have these."""
    defined = [priority for priority in enabled if priority is not None and priority > _UNDEFINED]
    undefined = _UNDEFINED if enabled else 0
    return sum(defined) // len(defined) if defined else undefined


def in_order_of_priority(groups: Iterable[Group]) -> list[Group]:
    """Return the groups, the best first: marginal ones last, then by priority, then by how many paths are up."""
    return sorted(groups, key=lambda group: (group.marginal, -group.priority, -group.enabled))


def best_group(groups: Sequence[Group]) -> int:
    """
    Return the number of the best group, from 1; 1 where no other is better, 0 without groups.

    A marginal group is the best only while no other group has a path that is up.
    """
    return best_rank([(not group.marginal, group.priority, group.enabled) for group in groups])


def best_rank(ranks: Sequence[tuple[bool, int, int]]) -> int:
    """
    Return the number of the best of the groups with these ranks, as `best_group` does.

    Args:
        ranks: Of each group whether it is not marginal, its priority, and how many of its paths are up.
    """
    if not ranks:
        return 0
    best, rank = 1, (False, 0, 1)
    for number, here in enumerate(ranks, start=1):
        if here[2] and here > rank:
            best, rank = number, here
    return best


def known(members: Iterable[Member]) -> bool:
    """Tell whether the priority of every path that is up is known, or known to be undefined."""
    return all(member.priority is not None for member in members if member.enabled)
