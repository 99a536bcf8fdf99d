import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.config.setting import Value
from multipath.errors import ConfigError
from multipath.paths.state import PathState
from multipath.policy.desired import DesiredMap, desired_map
from multipath.policy.facts import Facts
from multipath.policy.member import Member
from multipath.policy.settings import map_settings
from multipath.policy.throughput import Throughput
from multipath.wire.table import MultipathTable

from .test_grouping import PATHS
from .world import NVME, WWID, a_member, by, configured, settings_of

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
    @settings(max_examples=40, deadline=None)
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
    @settings(max_examples=40, deadline=None)
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


class TestAThousandShuffles:
    @pytest.mark.slow
    @given(PATHS, POLICIES, st.randoms(use_true_random=False))
    @settings(max_examples=1000, deadline=None)
    def test_make_one_map(self, members: list[Member], policy: str, chance: random.Random) -> None:
        """And none of them makes another."""
        shuffled = chance.sample(members, len(members))

        one, other = (desired(*each, path_grouping_policy=policy) for each in (members, shuffled))

        assert str(one) == str(other)


class TestAPathThatIsDown:
    def test_does_not_join_a_map(self) -> None:
        """It will when it is up."""
        made = desired(a_member(0), a_member(1, state=PathState.DOWN), path_grouping_policy="multibus")

        assert made.table.devices == ("8:0",)
        assert [str(each) for each in made.left_out] == ["sdb: is down, and will join when it is up"]
        assert "  without sdb: is down, and will join when it is up" in str(made)

    def test_does_not_leave_a_map(self) -> None:
        """A path that fails is no reason for a reload."""
        table = "0 0 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1 "

        made = desired_now(table, a_member(0), a_member(1, state=PathState.DOWN), path_grouping_policy="multibus")

        assert made.table.same_as(MultipathTable.parse(table))
        assert made.left_out == ()

    def test_makes_no_map_alone(self) -> None:
        """There is nothing that I/O could go to."""
        made = desired(a_member(0, state=PathState.DOWN))

        assert (made.groups, made.best_group, str(made.table)) == ((), 0, "0 0 0 0")


class TestAMapThatIsInItsSecondGroup:
    TABLE = "0 1 alua 2 2 service-time 0 2 2 8:0 1 1 8:16 1 1 service-time 0 2 2 8:32 1 1 8:48 1 1 "

    @pytest.mark.parametrize(("failback", "action"), [("immediate", "switch"), ("manual", "nothing"), (5, "wait")])
    def test_goes_back_as_failback_says(self, failback: Value, action: str) -> None:
        """Without a load: the table is right."""
        made = desired_now(self.TABLE, *ALUA, failback=failback)

        assert made.table.same_as(MultipathTable.parse(self.TABLE))
        assert (made.best_group, made.failback.action) == (1, action)

    def test_switches_where_the_best_group_lives_second(self) -> None:
        """The order of the live table stays, and the number is that of the live one."""
        turned = [replace(member, priority=60 - (member.priority or 0)) for member in ALUA]

        made = desired_now(self.TABLE.replace("2 2 s", "2 1 s", 1), *turned, failback="immediate")

        assert made.table.same_as(MultipathTable.parse(self.TABLE))
        assert (made.table.initial_group, made.failback.action, made.failback.group) == (2, "switch", 2)


class TestIoAffinity:
    @given(PATHS, st.randoms(use_true_random=False))
    @settings(max_examples=40, deadline=None)
    def test_deals_the_same_cpus_out_again(self, members: list[Member], chance: random.Random) -> None:
        """So that a map that was made needs no load."""
        options = configured(path_selector="io-affinity 0", path_grouping_policy="group_by_serial")
        dealt = map_settings(WWID, members, options, Facts(cpus=tuple(range(26))))
        table = MultipathTable.parse(str(desired_map(WWID, members, dealt).table))

        again = desired_map(WWID, chance.sample(members, len(members)), dealt, table)

        assert again.table.differences(table) == ()


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        ("options", "option"),
        [
            ({"path_selector": "round-robin"}, "path_selector"),
            ({"features": "3 a"}, "features"),
            ({"hardware_handler": "2 alua"}, "hardware_handler"),
            ({"path_grouping_policy": "best"}, "path_grouping_policy"),
            ({"path_selector": "newer\x1b[2J 0"}, "path_selector"),
            ({"features": "1 \x1c"}, "features"),
            ({"hardware_handler": "1 al\nua"}, "hardware_handler"),
            ({"features": "1 w\u00f6rd"}, "features"),
        ],
    )
    def test_is_refused_with_its_line(self, options: dict[str, Value], option: str) -> None:
        """Never a wrong map."""
        with pytest.raises(ConfigError, match=f"multipath.conf:7: {option}"):
            desired(a_member(), **options)


class TestHostileFacts:
    WORDS = st.text(max_size=20) | st.sampled_from(["alua", "0", "queue_mode bio", "\\", "a\\ b"])

    @given(WORDS, WORDS, WORDS, st.integers())
    @settings(max_examples=60, deadline=None)
    def test_make_a_table_that_says_what_it_says_or_none(
        self, handler: str, selector: str, words: str, count: int
    ) -> None:
        """Whatever a device calls its handler, and whatever a file says."""
        member = a_member(handler=handler, tpgs=1)
        options: dict[str, Value] = {"path_selector": f"round-robin 1 {selector}", "features": f"1 {words}"}
        try:
            table = desired(member, **options, rr_min_io_rq=count).table
        except ConfigError:
            return

        assert MultipathTable.parse(str(table)) == table
        assert str(table).isprintable()


class TestReasons:
    def test_name_a_queue_mode_that_has_to_be(self) -> None:
        """It is not the configured one."""
        tcp = replace(a_member(), path=replace(NVME, protocol="nvme:tcp"))

        made = desired(tcp)

        assert made.reasons == ("queue_mode is bio, not rq: the map or its paths take nothing else",)

    def test_name_a_queue_mode_that_no_kernel_has(self) -> None:
        """The map is made without it, as multipath-tools does; a kernel would refuse the table."""
        made = desired(a_member(), features="4 queue_mode turbo pg_init_retries 5")

        assert made.reasons == ("queue_mode 'turbo' is none that a kernel has, and is left out",)

    def test_name_a_throughput_that_nobody_can_use(self) -> None:
        """Only service-time can be told."""
        asked = replace(settings_of(a_member(), path_selector="round-robin 0"), throughput=Throughput.LINK_SPEED)

        assert desired_map(WWID, [a_member()], asked).reasons == ("round-robin knows no relative throughput",)
