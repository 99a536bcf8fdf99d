import random

from hypothesis import given
from hypothesis import strategies as st

from multipath.config.setting import Value
from multipath.policy.desired import DesiredMap, desired_map
from multipath.policy.member import Member
from multipath.wire.table import MultipathTable

from .test_grouping import PATHS
from .world import WWID, a_member, by, settings_of

ALUA = [
    by(a_member(unit, priority, tpgs=1, port_group=1 + unit // 2), "sysfs")
    for unit, priority in enumerate((50, 50, 10, 10))
]
BOTH = "service-time 0 2 2 8:0 1 1 8:16 1 1 service-time 0 2 2 8:32 1 1 8:48 1 1"
POLICIES = st.sampled_from(["failover", "multibus", "group_by_serial", "group_by_prio", "group_by_node_name"])
SELECTORS = st.sampled_from(
    ["service-time 0", "round-robin 0", "queue-length 0", "historical-service-time 2 512 1", "newer 1 x"]
)


def desired(*members: Member, **options: Value) -> DesiredMap:
    """Return the new map of these paths."""
    return desired_map(WWID, members, settings_of(*members, **options))


def desired_now(live: str | MultipathTable, *members: Member, **options: Value) -> DesiredMap:
    """Return the map of these paths, where one lives."""
    return desired_map(WWID, members, settings_of(*members, **options), MultipathTable.parse(str(live)))


class TestAMapOfAnAluaArray:
    def test_has_a_group_for_each_state(self) -> None:
        """Nothing configured: the groups, the handler and the one number for each path come by themselves."""
        made = desired(*ALUA)

        assert (
            str(made.table) == "0 1 alua 2 1 service-time 0 2 2 8:0 1 1 8:16 1 1 service-time 0 2 2 8:32 1 1 8:48 1 1"
        )
        assert [group.priority for group in made.groups] == [50, 10]
        assert made.best_group == 1

    def test_says_why(self) -> None:
        """A person can follow every step."""
        text = str(desired(*ALUA, no_path_retry=12, failback="immediate"))

        assert text.splitlines() == [
            f"{WWID}: 1 queue_if_no_path 1 alua 2 1 {BOTH}",
            "  group 1, the best: priority 50, 2 of 2 paths up",
            "    sda up, priority 50 by sysfs",
            "    sdb up, priority 50 by sysfs",
            "  group 2: priority 10, 2 of 2 paths up",
            "    sdc up, priority 10 by sysfs",
            "    sdd up, priority 10 by sysfs",
            "  path_grouping_policy is 'group_by_prio': every path speaks ALUA",
            "  hardware_handler is '1 alua': the paths support ALUA",
        ]


class TestTheSamePaths:
    @given(PATHS, POLICIES, SELECTORS, st.sampled_from(["off", "on"]), st.randoms(use_true_random=False))
    def test_give_the_same_map_in_any_order(
        self, members: list[Member], policy: str, selector: str, marginal: str, chance: random.Random
    ) -> None:
        """No answer depends on who was found first."""
        options: dict[str, Value] = {
            "path_grouping_policy": policy,
            "path_selector": selector,
            "marginal_pathgroups": marginal,
        }
        shuffled = chance.sample(members, len(members))

        one, other = (desired(*each, **options) for each in (members, shuffled))

        assert str(one) == str(other)
        assert one.table == other.table

    @given(PATHS, POLICIES, SELECTORS, st.randoms(use_true_random=False))
    def test_change_nothing_of_a_map_that_was_made_of_them(
        self, members: list[Member], policy: str, selector: str, chance: random.Random
    ) -> None:
        """What was loaded is what is wanted: no reload, and no switch."""
        options: dict[str, Value] = {
            "path_grouping_policy": policy,
            "path_selector": selector,
            "rr_min_io_rq": 7,
            "failback": "immediate",
        }
        first = desired(*members, **options)

        again = desired_now(first.table, *chance.sample(members, len(members)), **options)

        assert again.table.differences(first.table) == ()
        assert again.failback.action == "nothing"
        assert again.best_group == first.best_group
