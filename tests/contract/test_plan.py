"""What a configuration asks for, planned and applied, in every world: the second time there is nothing to do."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from multipath import MultipathTable, Plan, errors
from multipath.config.reader import read_configuration
from multipath.maps.planned_map import Action
from multipath.maps.state_file import StateFolder

from .world import GROWN, World

DEFAULTS = "defaults {\n user_friendly_names yes\n find_multipaths off\n queue_without_daemon yes\n}\n"
SELECTORS = (
    "service-time 0",
    "round-robin 0",
    "queue-length 0",
    "historical-service-time 0",
    "historical-service-time 2 512 1",
    "no-such-selector 0",
)
MULTIBUS, FAILOVER = (f"detect_pgpolicy no\n path_grouping_policy {policy}\n" for policy in ("multibus", "failover"))
Planner = Callable[..., Plan]


@pytest.fixture
def planned(world: World, tmp_path: Path) -> Planner:
    """Give who plans this world."""
    state = StateFolder(tmp_path / "multipath")

    def plan(overrides: str = "", more: str = "") -> Plan:
        text = f"{DEFAULTS}overrides {{\n{overrides}\n}}\n{more}"
        return world.host.plan(read_configuration([("multipath.conf", text)]), state=state)

    return plan


def actions(plan: Plan) -> list[tuple[Action, ...]]:
    """Return what is to be done about each map."""
    return [each.actions for each in plan.maps]


class TestAPlan:
    @pytest.mark.parametrize("selector", SELECTORS)
    @pytest.mark.parametrize("more", ["", "rr_weight priorities\n rr_min_io_rq 3\n no_path_retry queue\n"])
    def test_leaves_nothing_to_do(self, world: World, planned: Planner, selector: str, more: str) -> None:
        """Whatever the selector and its arguments; one that this kernel does not have leaves no map."""
        options = f'path_selector "{selector}"\n{more}'

        with suppress(errors.ApplyFailed):
            planned(options).apply()
        known = bool(world.control.devices())

        assert actions(planned(options)) == [(Action.NOTHING,) if known else (Action.CREATE,)]
        assert known or not selector.startswith(("service-time", "round-robin", "queue-length"))

    @pytest.mark.parametrize(
        "policy", ["failover", "multibus", "group_by_serial", "group_by_prio", "group_by_node_name"]
    )
    def test_of_any_grouping_leaves_nothing_to_do(self, planned: Planner, policy: str) -> None:
        """Also where the best group is to be used at once."""
        options = f"detect_pgpolicy no\n path_grouping_policy {policy}\n failback immediate\n"
        planned(options).apply()

        assert actions(planned(options)) == [(Action.NOTHING,)]

    def test_changes_only_what_differs(self, world: World, planned: Planner) -> None:
        """From one grouping to another, and a message for queueing."""
        planned(f"{MULTIBUS} no_path_retry fail").apply()

        queueing = planned(f"{MULTIBUS} no_path_retry queue")
        assert actions(queueing) == [(Action.QUEUEING,)]
        queueing.apply()
        regrouped = planned(f"{FAILOVER} no_path_retry queue")
        assert actions(regrouped) == [(Action.RELOAD,)]
        regrouped.apply()

        (live,) = world.host.maps()
        assert len(live.table().groups) == 4
        assert live.table().features.queue_if_no_path
        assert actions(planned(f"{FAILOVER} no_path_retry queue")) == [(Action.NOTHING,)]

    def test_does_not_revive_a_path_that_failed(self, world: World, planned: Planner, paths: tuple[str, ...]) -> None:
        """A path that the kernel has failed is no difference; no reload, and no switch to its group."""
        options = f"{FAILOVER} failback immediate"
        planned(options).apply()
        (live,) = world.host.maps()
        live.fail_path(paths[0])
        planned(options).apply()

        assert actions(planned(options)) == [(Action.NOTHING,)]
        assert live.status().failed_paths == {paths[0]}

    def test_takes_a_path_out_that_the_configuration_no_longer_allows(self, world: World, planned: Planner) -> None:
        """And takes it back in."""
        planned().apply()

        smaller = planned("", "blacklist {\n devnode sda\n}\n")
        assert actions(smaller) == [(Action.RELOAD,)]
        smaller.apply()
        assert len(world.host.maps()[0].table().devices) == 3
        assert actions(planned()) == [(Action.RELOAD,)]
        planned().apply()
        assert len(world.host.maps()[0].table().devices) == 4

    def test_resizes_the_map_of_a_unit_that_grew(self, world: World, planned: Planner) -> None:
        """Once every path knows."""
        planned().apply()
        world.grow()
        for path in world.paths:
            world.rescan(path)

        grown = planned()

        assert actions(grown) == [(Action.RESIZE,)]
        grown.apply()
        assert world.host.maps()[0].read().size == GROWN
        assert actions(planned()) == [(Action.NOTHING,)]

    def test_renames(self, world: World, planned: Planner) -> None:
        """The map is the same one under another name."""
        (first,) = planned().apply()
        alias = f"multipaths {{\n multipath {{\n wwid {first.planned.wwid}\n alias data\n }}\n}}\n"

        renamed = planned("", alias)

        assert actions(renamed) == [(Action.RENAME,)]
        renamed.apply()
        assert world.host.map(first.planned.wwid).name == "data"
        assert actions(planned("", alias)) == [(Action.NOTHING,)]

    def test_finishes_what_a_killed_program_began(self, world: World, planned: Planner) -> None:
        """The device is there, its table is not."""
        uuid = planned().maps[0].uuid
        world.control.create("begun", uuid=uuid)

        planned().apply()

        assert world.host.map(uuid).name == "mpatha"
        assert actions(planned()) == [(Action.NOTHING,)]

    def test_refuses_paths_that_another_map_has(self, world: World, planned: Planner, paths: tuple[str, ...]) -> None:
        """A device that is not multipath-tools' kind is built on one of them."""
        world.host.create("other", MultipathTable.build([paths[:1]]))

        plan = planned()

        assert actions(plan) == [(Action.REFUSE,)]
        assert "held by map other" in str(plan)
        plan.apply()
        assert [each.name for each in world.control.devices()] == ["other"]

    def test_leaves_maps_of_others_alone(self, world: World, planned: Planner, paths: tuple[str, ...]) -> None:
        """A multipath map without an identity of the kind stays whatever it is."""
        made = world.host.create("other", MultipathTable.build([paths]))
        before = made.read()
        planned().apply()

        assert made.read() == before

    def test_fails_for_a_path_that_cannot_tell_what_it_is(self, world: World, planned: Planner) -> None:
        """It went away after the plan; nothing is left, and the error has the evidence."""
        plan = planned()
        world.lose(world.paths[1])

        with pytest.raises(errors.ApplyFailed) as failed:
            plan.apply()

        assert isinstance(failed.value.results[0].error, errors.PathsDiffer)
        assert world.control.devices() == []
