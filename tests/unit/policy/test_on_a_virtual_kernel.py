"""Decisions against what a kernel makes of them: it prints another text than it was given."""

from collections.abc import Iterator

import pytest

from multipath import Host, Map
from multipath.config.setting import Value
from multipath.policy.candidate import candidate
from multipath.policy.desired import DesiredMap, desired_map
from multipath.policy.facts import Facts
from multipath.policy.settings import map_settings
from multipath.policy.throughput import Throughput
from multipath.probes.prioritizers import priority
from multipath.virtual import VirtualHost

from .world import configured

FACTS = Facts(cpus=(0,))
POLICIES = ["failover", "multibus", "group_by_serial", "group_by_node_name", "group_by_prio"]
SELECTORS = [
    "service-time 0",
    "service-time 1 ignored",
    "round-robin 0",
    "round-robin 2 a b",
    "queue-length 0",
    "historical-service-time 0",
    "historical-service-time 1 512",
    "historical-service-time 2 512 2",
]


@pytest.fixture(params=["6.1", "7.2"])
def world(request: pytest.FixtureRequest) -> Iterator[VirtualHost]:
    """Give a world with one unit down four paths, two of which are better."""
    with VirtualHost(request.param) as world:
        world.add_array(paths=4, groups=("active/optimized", "active/non-optimized"))
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the machine."""
    with Host(**world.seams()) as host:
        yield host


def desired(
    host: Host, options: dict[str, Value], live: Map | None = None, throughput: Throughput = Throughput.EQUAL
) -> DesiredMap:
    """Return the map of all paths of the machine."""
    resolver = configured(**options)
    members = [candidate(path, resolver, priority) for path in host.paths()]
    settings = map_settings("unit", members, resolver, FACTS, throughput)
    return desired_map("unit", members, settings, live.table() if live else None)


class TestAMapThatWasLoaded:
    @pytest.mark.parametrize("throughput", Throughput)
    @pytest.mark.parametrize("selector", SELECTORS)
    def test_needs_no_other_load(self, host: Host, selector: str, throughput: Throughput) -> None:
        """With every selector, with and without arguments, whatever number each path has."""
        options: dict[str, Value] = {"path_selector": selector, "rr_min_io_rq": 100, "rr_weight": "priorities"}
        first = desired(host, options, throughput=throughput)
        live = host.create("mpatha", first.table, uuid="mpath-unit")

        again = desired(host, options, live, throughput)

        assert again.table.differences(live.table()) == ()
        assert again.failback.action == "nothing"

    @pytest.mark.parametrize(
        "policy", ["failover", "multibus", "group_by_serial", "group_by_node_name", "group_by_prio"]
    )
    @pytest.mark.parametrize("features", ["0", "2 pg_init_retries 50", "1 queue_if_no_path", "2 queue_mode bio"])
    def test_needs_none_with_any_policy_and_features(self, host: Host, policy: str, features: str) -> None:
        """Words that the kernel drops, adds or moves are no differences."""
        options: dict[str, Value] = {"path_grouping_policy": policy, "features": features, "detect_pgpolicy": False}
        live = host.create("mpatha", desired(host, options).table, uuid="mpath-unit")

        assert desired(host, options, live).table.differences(live.table()) == ()

    def test_needs_none_with_a_cpu_for_each_path(self, host: Host) -> None:
        """The kernel pads the masks that it prints. This one has a single CPU, so a group can have a single path."""
        options: dict[str, Value] = {
            "path_selector": "io-affinity 0",
            "detect_pgpolicy": False,
            "path_grouping_policy": "failover",
        }
        live = host.create("mpatha", desired(host, options).table, uuid="mpath-unit")

        assert desired(host, options, live).table.differences(live.table()) == ()


class TestAnArrayWhoseStatesChange:
    def test_is_switched_to_its_new_best_group_without_a_load(self, world: VirtualHost, host: Host) -> None:
        """The groups have the paths that they had, so their order stays."""
        (array,) = world.arrays
        options: dict[str, Value] = {"failback": "immediate"}
        first = desired(host, options)
        live = host.create("mpatha", first.table, uuid="mpath-unit")

        array.groups[0].transition("active/non-optimized")
        array.groups[1].transition("active/optimized")
        for path in array.paths:  # the kernel learns of it with the next command
            with world.open(path.name) as disk:
                disk.read(0, 512)
        world.clock.sleep(10)

        after = desired(host, options, live)
        assert [group.priority for group in first.groups] == [50, 10]
        assert after.table.differences(live.table()) == ()
        assert (after.failback.action, after.failback.group) == ("switch", 2)
