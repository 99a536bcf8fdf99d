"""
Which paths make one group: the six policies of ``path_grouping_policy``.

Strategy: the first path without a group opens one, and all later ones that are like it join; so each policy is what
"like it" means, as a key, and one dictionary groups any number of paths in one pass.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final

from .member import Member

Key = Callable[[Member], Hashable]

# Nothing known is like nothing known: paths without a serial make one group, as in multipath-tools.
POLICIES: Final[Mapping[str, Key]] = {
    "failover": lambda member: member.path.devt,
    "multibus": lambda _: None,
    "group_by_serial": lambda member: member.path.serial or "",
    "group_by_prio": lambda member: member.priority,
    "group_by_node_name": lambda member: member.path.target_node or "",
    "group_by_tpg": lambda member: member.path.port_group,
}


def group_paths(members: Sequence[Member], key: Key, *, marginal_apart: bool = False) -> list[tuple[Member, ...]]:
    """
    Return the groups, in the order of their first paths.

    Args:
        members: The paths, in order.
        key: Of ``POLICIES``.
        marginal_apart: Whether marginal paths make groups of their own, behind the others.
    """
    if not marginal_apart:
        return _grouped(members, key)
    normal = [member for member in members if not member.marginal]
    return _grouped(normal, key) + _grouped((member for member in members if member.marginal), key)


def _grouped(members: Iterable[Member], key: Key) -> list[tuple[Member, ...]]:
    groups: dict[Hashable, list[Member]] = {}
    for member in members:
        groups.setdefault(key(member), []).append(member)
    return [tuple(group) for group in groups.values()]
