"""
The groups of a map in their order, the best of them, and the one in use.

Strategy: with priorities known, what they say, but in the order of the live table where that has the same groups.
Without, the live groups; a new map that was to be grouped by priority is grouped by target port group instead, for ALUA
gives all ports of a group one state, and whoever learns the priorities will find the groups right but for their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .alternation import alternated
from .grouping import POLICIES, group_paths
from .live import LiveGroups
from .marginal import FPIN
from .member import Member
from .option import as_text
from .priority import Group, best_group, in_order_of_priority, known, weighed
from .refusal import refused
from .settings import MapSettings

_BY_PRIORITY = "group_by_prio"
_IN_TURN = "round-robin"
_APART = frozenset({"on", FPIN})


@dataclass(frozen=True, slots=True)
class Arrangement:
    """
    Groups in order.

    Attributes:
        groups: The groups.
        best: The number of the best, from 1; 0 without groups.
        current: The number of the one in use, from 1; the best where none of them is.
        reasons: What was not plain.
    """

    groups: tuple[Group, ...]
    best: int
    current: int
    reasons: tuple[str, ...] = ()


def arrangement(members: Sequence[Member], settings: MapSettings, live: LiveGroups | None) -> Arrangement:
    """
    Return the groups of these paths.

    Args:
        members: The paths that join, in order.
        settings: The map's options.
        live: The groups that it has; ``None`` for a map that is to be created.

    Raises:
        ConfigError: a grouping policy that does not exist.
    """
    if known(members):
        return _by_priority(_grouped(members, settings, _policy(settings), live), live)
    return _unknown(members, settings, live)


def _by_priority(weighed_groups: Sequence[Group], live: LiveGroups | None) -> Arrangement:
    groups = in_order_of_priority(weighed_groups)
    if live is None or not live.same_paths(groups):
        best = best_group(groups)
        return Arrangement(tuple(groups), best, best)
    arranged = live.arranged(groups)
    return Arrangement(tuple(arranged), best_group(arranged), live.current)


def _unknown(members: Sequence[Member], settings: MapSettings, live: LiveGroups | None) -> Arrangement:
    policy = _policy(settings)
    names = " ".join(member.path.name for member in members if member.enabled and member.priority is None)
    if live is None:
        found = _by_priority(_grouped(members, settings, "group_by_tpg" if policy == _BY_PRIORITY else policy), None)
        said = "; port groups stand in for it" if policy == _BY_PRIORITY else ""
        return Arrangement(found.groups, found.best, found.best, (f"the priority of {names} is not known yet{said}",))
    kept = [weighed(group) for group in live.kept(members)] if policy == _BY_PRIORITY else None
    groups = live.in_order(kept if kept is not None else _grouped(members, settings, policy))
    if live.same_paths(groups):
        groups = live.arranged(groups)
    current = live.standing(groups)
    reason = f"the priority of {names} is not known yet; the live order of groups stays"
    return Arrangement(tuple(groups), current, current, (reason,))


def _policy(settings: MapSettings) -> str:
    policy = as_text(settings["path_grouping_policy"], "failover")
    if policy not in POLICIES:
        raise refused(settings["path_grouping_policy"], f"it is none of {', '.join(POLICIES)}")
    return policy


def _grouped(
    members: Sequence[Member], settings: MapSettings, policy: str, live: LiveGroups | None = None
) -> list[Group]:
    key = live.by_priority(members) if live and policy == _BY_PRIORITY else POLICIES[policy]
    groups = group_paths(members, key, marginal_apart=settings.value("marginal_pathgroups") in _APART)
    if as_text(settings["path_selector"]).startswith(_IN_TURN):
        groups = [alternated(group) for group in groups]
    return [weighed(group) for group in groups]
