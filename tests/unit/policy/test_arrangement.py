import pytest

from multipath.errors import ConfigError
from multipath.paths.state import PathState
from multipath.policy.arrangement import Arrangement, arrangement
from multipath.policy.live import LiveGroups
from multipath.policy.member import Member
from multipath.wire.table import MultipathTable

from .world import a_member, settings_of

LIVE = "0 0 2 2 service-time 0 2 2 8:16 1 1 8:0 1 1 service-time 0 1 2 8:32 1 1 "
BY_PRIO = {"path_grouping_policy": "group_by_prio"}


def arranged(members: list[Member], live: str | None = LIVE, **options: str) -> Arrangement:
    """Return the groups of these paths."""
    lived = None if live is None else LiveGroups.of(MultipathTable.parse(live))
    return arrangement(members, settings_of(*members, **{**BY_PRIO, **options}), lived)


def names(found: Arrangement) -> list[str]:
    """Return the paths of each group."""
    return [" ".join(member.path.name for member in group.members) for group in found.groups]


def members(*priorities: int | None, groups: tuple[int, ...] = ()) -> list[Member]:
    """Return paths with these priorities, and port groups where they are given."""
    return [
        a_member(unit, priority, port_group=groups[unit] if groups else None)
        for unit, priority in enumerate(priorities)
    ]


class TestPathsOfKnownPriorities:
    def test_stand_in_order_of_priority_in_a_new_map(self) -> None:
        """The best group first, and in use from the beginning."""
        found = arranged(members(10, 10, 50), live=None)

        assert (names(found), found.best, found.current) == (["sdc", "sda sdb"], 1, 1)

    def test_keep_the_order_that_lives(self) -> None:
        """Another order of the same groups is worth a switch, not a reload."""
        found = arranged(members(50, 50, 10))

        assert (names(found), found.best, found.current) == (["sdb sda", "sdc"], 1, 2)
        assert found.reasons == ()

    def test_stand_anew_when_a_group_changes(self) -> None:
        """Then the table is loaded anyway, and I/O begins in the best group."""
        found = arranged(members(10, 50, 50))

        assert (names(found), found.best, found.current) == (["sdb sdc", "sda"], 1, 1)

    def test_alternate_adapters_for_round_robin_alone(self) -> None:
        """The other selectors find their paths themselves."""
        paths = [a_member(unit, adapter="AB"[unit // 2], host=unit // 2) for unit in range(4)]

        assert names(arranged(paths, None, path_selector="round-robin 0")) == ["sda sdc sdb sdd"]
        assert names(arranged(paths, None, path_selector="service-time 0")) == ["sda sdb sdc sdd"]

    def test_part_when_they_are_marginal(self) -> None:
        """With ``marginal_pathgroups``, and last."""
        good, bad = a_member(0, 10), Member(a_member(1).path, 50, PathState.UP, marginal=True)

        assert names(arranged([good, bad], None, marginal_pathgroups="on")) == ["sda", "sdb"]
        assert names(arranged([good, bad], None, marginal_pathgroups="fpin")) == ["sda", "sdb"]
        assert names(arranged([good, bad], None, path_grouping_policy="multibus")) == ["sda sdb"]


class TestAPathThatGoesDown:
    @pytest.mark.parametrize("worth", [0, 10, -1, None])
    def test_stays_in_its_group(self, worth: int | None) -> None:
        """What the kernel says of it now is worth nothing, least of all a reload."""
        found = arranged([*members(50), a_member(1, worth, PathState.DOWN), a_member(2, 10)])

        assert (names(found), [group.priority for group in found.groups]) == (["sdb sda", "sdc"], [50, 10])

    def test_stays_with_the_others_that_are_down(self) -> None:
        """Even when its whole group is."""
        down = [a_member(0, 0, PathState.DOWN), a_member(1, 1, PathState.DOWN)]

        assert names(arranged([*down, a_member(2, 10)])) == ["sdb sda", "sdc"]

    def test_goes_where_its_group_goes(self) -> None:
        """Two states became one: the path that is down follows the one beside which it lives."""
        found = arranged([*members(10), a_member(1, 0, PathState.DOWN), a_member(2, 10)])

        assert names(found) == ["sda sdb sdc"]


class TestPathsOfUnknownPriorities:
    def test_stand_by_port_group_in_a_new_map(self) -> None:
        """Ports of one group have one state."""
        found = arranged(members(None, None, None, groups=(1, 2, 1)), live=None)

        assert names(found) == ["sda sdc", "sdb"]
        assert found.reasons == ("the priority of sda sdb sdc is not known yet; port groups stand in for it",)

    def test_stand_as_they_live(self) -> None:
        """Whoever knew the priorities made these groups, and uses one of them."""
        found = arranged(members(None, 50, None))

        assert (names(found), found.best, found.current) == (["sdb sda", "sdc"], 2, 2)
        assert found.reasons == ("the priority of sda sdc is not known yet; the live order of groups stays",)

    def test_take_in_what_joins(self) -> None:
        """By its port group; I/O stays where it is."""
        found = arranged(members(None, None, None, None, groups=(1, 1, 2, 2)))

        assert (names(found), found.best, found.current) == (["sda sdb", "sdc sdd"], 2, 2)

    def test_stand_by_other_policies_but_in_the_order_that_lives(self) -> None:
        """Where the groups do not depend on priorities, they are made; their order does depend on them."""
        third, first = a_member(2, None, serial="B"), a_member(0, None, serial="A")

        found = arranged([first, a_member(3, None, serial="C"), third], path_grouping_policy="group_by_serial")

        assert (names(found), found.best) == (["sda", "sdc", "sdd"], 2)

    def test_do_not_matter_for_paths_that_are_down(self) -> None:
        """Nobody can ask them."""
        down = a_member(2, None, PathState.DOWN)

        assert arranged([*members(50, 50), down]).reasons == ()


class TestAPolicyThatDoesNotExist:
    def test_is_refused(self) -> None:
        """With the ones that do."""
        with pytest.raises(ConfigError, match="it is none of failover, multibus"):
            arranged(members(1), path_grouping_policy="multibusXYZ")
