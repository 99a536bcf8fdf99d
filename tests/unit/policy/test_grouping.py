from collections.abc import Hashable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.policy.grouping import POLICIES, group_paths
from multipath.policy.member import Member

from .world import a_member, a_path

# Which paths stand together, by their numbers; serials, node names, port groups and priorities are set below.
FOUR = (
    a_member(0, 50, serial="A", target_node="n1", port_group=1),
    a_member(1, 10, serial="A", target_node="n2", port_group=2),
    a_member(2, 50, serial="B", target_node="n1", port_group=2),
    a_member(3, 10, serial="B", target_node="n1", port_group=1),
)
GROUPS = {
    "failover": [[0], [1], [2], [3]],
    "multibus": [[0, 1, 2, 3]],
    "group_by_serial": [[0, 1], [2, 3]],
    "group_by_prio": [[0, 2], [1, 3]],
    "group_by_node_name": [[0, 2, 3], [1]],
    "group_by_tpg": [[0, 3], [1, 2]],
}
CANDIDATES = st.builds(
    lambda unit, priority, marginal, facts: replace(a_member(unit, priority, **facts), marginal=marginal),
    st.integers(0, 25),
    st.sampled_from([-1, 0, 1, 10, 50, None]),
    st.booleans(),
    st.fixed_dictionaries(
        {
            "serial": st.sampled_from([None, "", "A", "B"]),
            "target_node": st.sampled_from([None, "n1", "n2"]),
            "port_group": st.sampled_from([None, 0, 1, 2]),
        }
    ),
)
PATHS = st.lists(CANDIDATES, max_size=12, unique_by=lambda member: member.path.devt)


def by_pairs(members: Sequence[Member], policy: str) -> list[tuple[Member, ...]]:
    """Group as multipath-tools does: each path without a group is compared with all behind it."""
    key, groups, taken = POLICIES[policy], [], set()
    for index, first in enumerate(members):
        if index in taken:
            continue
        joining = [other for other in range(index, len(members)) if other not in taken]
        group = [other for other in joining if key(members[other]) == key(first)]
        taken.update(group)
        groups.append(tuple(members[other] for other in group))
    return groups


class TestFourPaths:
    @pytest.mark.parametrize(("policy", "numbers"), GROUPS.items())
    def test_stand_together_as_the_policy_says(self, policy: str, numbers: list[list[int]]) -> None:
        """In the order of their first paths."""
        groups = group_paths(FOUR, POLICIES[policy])

        assert groups == [tuple(FOUR[number] for number in group) for group in numbers]


class TestAnyPaths:
    @given(PATHS, st.sampled_from(sorted(POLICIES)))
    @settings(max_examples=40, deadline=None)
    def test_stand_as_if_each_were_compared_with_each(self, members: list[Member], policy: str) -> None:
        """One pass with a dictionary gives what the comparison of all pairs gives."""
        assert group_paths(members, POLICIES[policy]) == by_pairs(members, policy)

    @given(PATHS, st.sampled_from(sorted(POLICIES)))
    @settings(max_examples=40, deadline=None)
    def test_are_parted_by_whether_they_are_marginal(self, members: list[Member], policy: str) -> None:
        """No group has both kinds, and the marginal ones come last."""
        groups = group_paths(members, POLICIES[policy], marginal_apart=True)
        kinds = [{member.marginal for member in group} for group in groups]

        assert kinds == sorted(kinds, key=lambda kind: kind == {True})
        assert {len(kind) for kind in kinds} <= {1}
        assert sorted(member.path.devt for group in groups for member in group) == sorted(m.path.devt for m in members)


class TestAPathOfWhichNothingIsKnown:
    @pytest.mark.parametrize("policy", ["group_by_serial", "group_by_node_name", "group_by_tpg"])
    def test_stands_with_others_of_its_kind(self, policy: str) -> None:
        """Paths without a serial, a node or a port group make one group, as in multipath-tools."""
        members = [a_member(0), a_member(1, serial="A", target_node="n", port_group=1), a_member(2)]

        groups = group_paths(members, POLICIES[policy])

        assert groups == [(members[0], members[2]), (members[1],)]

    def test_has_a_key_of_its_own_kind(self) -> None:
        """An empty serial is none."""
        keys: set[Hashable] = {POLICIES["group_by_serial"](a_member(serial=serial)) for serial in (None, "")}

        assert len(keys) == 1
        assert a_path().serial is None
