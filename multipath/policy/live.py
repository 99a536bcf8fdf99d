"""
What of a map that lives already must not change for nothing.

Strategy: a reload revives failed paths and forgets the history of the selectors, so a new order of the same groups is
none: the live order stays, and the best group is switched to. Where priorities are not known yet, because somebody has
to ask the devices first, the groups stay as they are: whoever knows the priorities has made them.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ..units import DevT, parse_devt
from ..wire.table import MultipathTable
from .grouping import Key
from .member import Member
from .priority import Group

Groups = list[tuple[Member, ...]]


@dataclass(frozen=True, slots=True)
class LiveGroups:
    """
    The groups of a live table.

    Attributes:
        place: Of each path, its group, from 0.
        groups: Their paths, in order.
        current: The group that is in use, from 1; 0 without groups.
    """

    place: dict[DevT, int]
    groups: tuple[tuple[DevT, ...], ...]
    current: int

    @classmethod
    def of(cls, table: MultipathTable) -> "LiveGroups":
        """Return the groups of a table as the kernel prints it."""
        groups = tuple(tuple(_number(path.device) for path in group.paths) for group in table.groups)
        place = {path: number for number, group in enumerate(groups) for path in group}
        return cls(place, groups, min(table.initial_group, len(groups)))

    def kept(self, members: Sequence[Member]) -> Groups:
        """
        Return the groups that live, with the paths that are left.

        A path that joins goes to the first group that has a path of its port group; where there is none, paths of one
        port group open one.
        """
        groups: dict[Hashable, list[Member]] = {number: [] for number in range(len(self.groups))}
        homes: dict[int | None, Hashable] = {}
        for member in members:
            if (number := self.place.get(member.path.devt)) is not None:
                groups[number].append(member)
                homes.setdefault(member.path.port_group, number)
        for member in members:
            if member.path.devt not in self.place:
                port_group = member.path.port_group
                new: Hashable = ("new", member.path.devt if port_group is None else port_group)
                home = new if port_group is None else homes.get(port_group, new)
                groups.setdefault(home, []).append(member)
        return [tuple(group) for group in groups.values() if group]

    def by_priority(self, members: Sequence[Member]) -> Key:
        """
        Return what makes paths alike for group_by_prio: their priority, while they are up.

        A path that is down stays with those that it lives with. What it was worth is forgotten here, and what the
        kernel says of it now is worth nothing: it must not be the reason for a reload.
        """
        mates: dict[int, Hashable] = {}
        for member in members:
            if member.enabled and (number := self.place.get(member.path.devt)) is not None:
                mates.setdefault(number, member.priority)

        def key(member: Member) -> Hashable:
            number = self.place.get(member.path.devt)
            if member.enabled or number is None:
                return member.priority
            return mates.get(number, ("live", number))

        return key

    def in_order(self, groups: Sequence[Group]) -> list[Group]:
        """Return groups in the order in which their first paths live; those without any stay behind, as they came."""
        return sorted(groups, key=self._first)

    def same_paths(self, groups: Sequence[Group]) -> bool:
        """Tell whether these groups have the paths that the live ones have, in whatever order."""
        ours = sorted(sorted(member.path.devt for member in group.members) for group in groups)
        return ours == sorted(sorted(group) for group in self.groups)

    def arranged(self, groups: Sequence[Group]) -> list[Group]:
        """Return groups of the same paths in the order of the live ones, each with its paths in the live order."""
        by_place = sorted(groups, key=self._first)
        return [_reordered(group, live) for group, live in zip(by_place, self.groups, strict=True)]

    def standing(self, groups: Sequence[Group]) -> int:
        """Return which of these groups, from 1, goes on being used; the first that can where the current one cannot."""
        usable = [number for number, group in enumerate(groups, start=1) if group.enabled]
        for number in usable:
            if self._first(groups[number - 1]) == self.current - 1:
                return number
        return usable[0] if usable else min(len(groups), 1)

    def _first(self, group: Group) -> int:
        last = len(self.groups)
        return min((self.place.get(member.path.devt, last) for member in group.members), default=last)


def _reordered(group: Group, order: Sequence[DevT]) -> Group:
    by_number = {member.path.devt: member for member in group.members}
    members = tuple(by_number[number] for number in order)
    return Group(members, group.priority, group.enabled, group.marginal)


def _number(device: str) -> DevT:
    try:
        return parse_devt(device)
    except ValueError:
        return DevT(-1)  # a path name: the kernel prints none, and no member has it
