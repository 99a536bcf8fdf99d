"""Plans on a machine in memory: what is done, what is left alone, and what is remembered."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path as Folder

import pytest

from multipath import Host, MultipathTable, errors
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.maps.apply import apply
from multipath.maps.plan import Plan
from multipath.maps.planned_map import Action
from multipath.maps.result import Outcome, Result
from multipath.maps.state_file import StateFolder
from multipath.virtual import VirtualHost

DEFAULTS = "defaults {\n user_friendly_names yes\n find_multipaths off\n}\n"


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world with an array of three units, each down four paths."""
    with VirtualHost("6.12") as world:
        world.add_array(paths=4, units=3)
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the machine."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def state(tmp_path: Folder) -> StateFolder:
    """Give a folder for the state files."""
    return StateFolder(tmp_path / "multipath", deadline=1)


def configured(text: str = "") -> Configuration:
    """Return a configuration."""
    return read_configuration([("multipath.conf", DEFAULTS + text)])


@pytest.fixture
def planned(host: Host, state: StateFolder) -> Callable[..., Plan]:
    """Give who plans this machine."""
    return lambda text="", **more: host.plan(configured(text), state=state, **more)


def outcomes(results: tuple[Result, ...]) -> list[str]:
    """Return how each map ended."""
    return [str(result.outcome) for result in results]


class TestAPlanThatIsApplied:
    def test_makes_every_map(self, host: Host, planned: Callable[..., Plan]) -> None:
        """By name, identity and table."""
        plan = planned()

        assert outcomes(plan.apply()) == ["done"] * 3
        assert [(m.name, m.uuid) for m in host.maps()] == [(each.name, each.uuid) for each in plan.maps]
        assert all(each.table and each.table.same_as(host.map(each.name).table()) for each in plan.maps)

    def test_leaves_nothing_to_be_done(self, planned: Callable[..., Plan]) -> None:
        """The second time everything is as it should be."""
        planned().apply()

        again = planned()

        assert again.changes == ()
        assert outcomes(again.apply()) == ["nothing"] * 3

    def test_remembers_names_and_wwids(self, planned: Callable[..., Plan], state: StateFolder) -> None:
        """In the files that multipath-tools reads."""
        plan = planned()
        plan.apply()

        assert dict(state.bindings().by_alias) == {each.name: each.wwid for each in plan.maps}
        assert state.wwids().wwids == tuple(each.wwid for each in plan.maps)

    def test_says_how_far_it_is(self, planned: Callable[..., Plan]) -> None:
        """Once for each map."""
        heard: list[tuple[int, int, Outcome]] = []

        planned().apply(progress=lambda done, total, result: heard.append((done, total, result.outcome)))

        assert heard == [(number, 3, Outcome.DONE) for number in (1, 2, 3)]

    @pytest.mark.parametrize("jobs", [1, 2, 16])
    def test_makes_the_same_maps_with_any_number_of_jobs(
        self, host: Host, planned: Callable[..., Plan], jobs: int
    ) -> None:
        """The results stand in the plan's order, whoever was first."""
        plan = planned()

        results = plan.apply(jobs=jobs)

        assert [result.planned for result in results] == list(plan.maps)
        assert len(host.maps()) == 3

    def test_writes_nothing_before(self, planned: Callable[..., Plan], state: StateFolder) -> None:
        """A plan alone is a dry run."""
        planned()

        assert not Folder(state.folder).exists()


class TestChanges:
    def test_of_everything_at_once(self, host: Host, world: VirtualHost, planned: Callable[..., Plan]) -> None:
        """A unit that grew, another configuration, another name: one apply, and then nothing."""
        first = planned().apply()
        world.arrays[0].luns[0].resize(1 << 18)
        for path in world.arrays[0].paths:
            path.rescan()
        wwid = first[0].planned.wwid
        text = f"overrides {{\n path_grouping_policy failover\n no_path_retry fail\n}}\n{alias(wwid, 'data')}"

        plan = planned(text)

        assert [each.actions for each in plan.maps] == [
            (Action.RENAME, Action.RESIZE),
            (Action.RELOAD,),
            (Action.RELOAD,),
        ]
        assert outcomes(plan.apply()) == ["done"] * 3
        assert host.map("data").read().size == 1 << 18
        assert planned(text).changes == ()

    def test_of_queueing_and_group_are_messages(self, host: Host, planned: Callable[..., Plan]) -> None:
        """The tables stay loaded as they are: paths that failed stay failed."""
        text = "overrides {\n path_grouping_policy failover\n failback immediate\n no_path_retry queue\n}\n"
        planned(text).apply()
        subject = host.maps()[0]
        subject.queue_if_no_path(False)
        subject.switch_group(2)
        subject.fail_path(subject.table().devices[3])

        plan = planned(text)

        assert plan.maps[0].actions == (Action.QUEUEING, Action.SWITCH)
        plan.apply()
        assert subject.table().features.queue_if_no_path
        assert len(subject.status().failed_paths) == 1
        assert planned(text).changes == ()

    def test_of_names_along_a_chain_are_made_from_its_end(self, host: Host, planned: Callable[..., Plan]) -> None:
        """Each name is free before the next map takes it."""
        wwids = [result.planned.wwid for result in planned().apply()]
        text = "".join(alias(wwid, name) for wwid, name in zip(wwids, ("mpathb", "mpathc", "last"), strict=True))

        assert outcomes(planned(text).apply()) == ["done"] * 3
        assert [host.map(wwid).name for wwid in wwids] == ["mpathb", "mpathc", "last"]
        assert planned(text).changes == ()


def alias(wwid: str, name: str) -> str:
    """Return a configuration that gives a map a name."""
    return f"multipaths {{\n multipath {{\n wwid {wwid}\n alias {name}\n }}\n}}\n"


class TestAWorldThatChangedSince:
    def test_fails_a_map_whose_path_is_another_disk(self, host: Host, planned: Callable[..., Plan]) -> None:
        """The number of the disk tells; the other maps are made, and nothing is left of this one."""
        plan = planned()
        first = plan.maps[0]
        stale = replace(first, paths=(replace(first.paths[0], diskseq=9999), *first.paths[1:]))

        with pytest.raises(errors.ApplyFailed, match="its paths have changed") as failed:
            replace(plan, maps=(stale, *plan.maps[1:])).apply()

        assert outcomes(failed.value.results) == ["failed", "done", "done"]
        assert [m.name for m in host.maps()] == ["mpathb", "mpathc"]

    def test_fails_a_map_that_another_program_changed(self, host: Host, planned: Callable[..., Plan]) -> None:
        """What was compared with the plan is not there any more."""
        planned().apply()
        plan = planned("overrides {\n path_grouping_policy failover\n}\n")
        changed = host.maps()[0]
        changed.reload(MultipathTable.build([changed.table().devices[:3]]))

        with pytest.raises(errors.ApplyFailed) as failed:
            plan.apply()

        (error,) = (result.error for result in failed.value.results if result.error)
        assert isinstance(error, errors.PlanOutdated)
        assert len(error.evidence) == 2

    def test_does_not_mind_that_a_map_began_to_queue(self, host: Host, planned: Callable[..., Plan]) -> None:
        """That is no part of a table: whoever looks after the map has it do so."""
        planned().apply()
        plan = planned("overrides {\n path_grouping_policy failover\n}\n")
        host.maps()[0].queue_if_no_path(True)

        assert outcomes(plan.apply()) == ["done", "done", "done"]

    def test_fails_a_map_that_queues_no_more(self, host: Host, planned: Callable[..., Plan]) -> None:
        """Somebody gave its I/O up, and the new table would begin anew to keep it."""
        planned().apply()
        host.maps()[0].queue_if_no_path(True)
        plan = planned("overrides {\n path_grouping_policy failover\n}\n")
        host.maps()[0].queue_if_no_path(False)

        with pytest.raises(errors.ApplyFailed, match="it has changed"):
            plan.apply()

    def test_fails_a_map_whose_path_leads_to_another_unit(
        self, world: VirtualHost, host: Host, planned: Callable[..., Plan]
    ) -> None:
        """The devices are asked once more, whatever sysfs says."""
        plan = planned()
        array = world.arrays[0]
        array.remap(0, array.luns[1])

        with pytest.raises(errors.ApplyFailed) as failed:
            plan.apply(jobs=1)

        assert outcomes(failed.value.results) == ["failed", "done", "done"]
        assert "another unit than when it was scanned" in str(failed.value)

    def test_fails_a_map_whose_unit_was_exchanged_and_scanned(self, host: Host, planned: Callable[..., Plan]) -> None:
        """All paths agree, with each other and with the kernel; but not with the plan."""
        plan = planned()
        first = plan.maps[0]
        told = tuple(replace(path, vpd_83=path.vpd_83.replace(b"\x01\x40", b"\x01\x41")) for path in first.paths)

        with pytest.raises(errors.ApplyFailed, match="the kernel has read another identity"):
            replace(plan, maps=(replace(first, paths=told),)).apply()

        assert host.maps() == []

    def test_makes_a_map_whose_paths_say_something_else_of_their_ports(self, planned: Callable[..., Plan]) -> None:
        """The kernel reads page 0x83 again whenever an array tells of a change; the unit is the same."""
        plan = planned()
        first = plan.maps[0]
        told = tuple(replace(path, vpd_83=path.vpd_83[:-1] + b"?") for path in first.paths)

        assert outcomes(replace(plan, maps=(replace(first, paths=told),)).apply()) == ["done"]

    def test_does_not_remember_what_was_not_made(self, planned: Callable[..., Plan], state: StateFolder) -> None:
        """The WWID is not noted; the name stays bound, for it was chosen for good."""
        plan = planned()
        stale = replace(plan.maps[0], paths=(replace(plan.maps[0].paths[0], diskseq=9999),))

        with pytest.raises(errors.ApplyFailed):
            replace(plan, maps=(stale,)).apply()

        assert state.wwids().wwids == ()
        assert state.bindings().by_alias == {"mpatha": stale.wwid}


class TestAnAliasThatAnotherProgramGaveAway:
    def test_fails_that_map_alone(self, host: Host, planned: Callable[..., Plan], state: StateFolder) -> None:
        """The binding came between plan and apply; it stays as it is."""
        plan = planned()
        state.add_binding("mpatha", "3600other")

        with pytest.raises(errors.ApplyFailed) as failed:
            plan.apply()

        assert outcomes(failed.value.results) == ["failed", "done", "done"]
        assert isinstance(failed.value.results[0].error, errors.BindingConflict)
        assert state.bindings().by_alias["mpatha"] == "3600other"
        assert "mpatha" not in [m.name for m in host.maps()]


class TestAnAliasThatTheFileCannotHold:
    def test_fails_that_map_alone(self, host: Host, planned: Callable[..., Plan], state: StateFolder) -> None:
        """A comment begins in it; the other maps get theirs."""
        plan = planned()
        commented = replace(plan.maps[0], name="m#a", binding="m#a")

        with pytest.raises(errors.ApplyFailed) as failed:
            replace(plan, maps=(commented, *plan.maps[1:])).apply()

        assert outcomes(failed.value.results) == ["failed", "done", "done"]
        assert list(state.bindings().by_alias) == ["mpathb", "mpathc"]
        assert [m.name for m in host.maps()] == ["mpathb", "mpathc"]


class TestAnAliasThatTheConfigurationGivesToAnother:
    def test_is_taken_from_the_unit_that_it_is_bound_to(
        self, host: Host, planned: Callable[..., Plan], state: StateFolder
    ) -> None:
        """That unit gets a new one; the binding that holds no longer stays as a comment."""
        first, second, third = (each.wwid for each in planned().maps)
        state.add_bindings({"mpatha": first, "mpathc": third})

        results = planned(alias(second, "mpatha")).apply()

        assert outcomes(results) == ["done"] * 3
        assert [host.map(wwid).name for wwid in (first, second, third)] == ["mpathb", "mpatha", "mpathc"]
        assert state.bindings().by_alias == {"mpathb": first, "mpathc": third}
        assert f"# mpatha {first}\n".encode() in state.bindings().data


class TestAnInterrupt:
    def test_leaves_whole_maps(self, host: Host, planned: Callable[..., Plan], state: StateFolder) -> None:
        """What is done is done and remembered; nothing is suspended or half made."""

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            planned().apply(progress=interrupted, jobs=1)

        assert [m.name for m in host.maps()] == ["mpatha"]
        assert len(state.wwids().wwids) == 1
        assert outcomes(planned().apply()) == ["nothing", "done", "done"]

    def test_of_many_at_once_leaves_no_thread_behind(
        self, host: Host, planned: Callable[..., Plan], state: StateFolder
    ) -> None:
        """What had begun is finished and remembered by the time the interrupt arrives; nothing is made after it."""

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt) as caught:
            planned().apply(progress=interrupted, jobs=2)

        assert caught.value is not None
        assert not [thread for thread in threading.enumerate() if thread.name == "apply"]
        assert {m.uuid for m in host.maps()} == {f"mpath-{wwid}" for wwid in state.wwids().wwids}


class TestStateThatCannotBeWritten:
    def test_is_told_of_every_map_that_is_not_remembered(
        self, host: Host, planned: Callable[..., Plan], state: StateFolder
    ) -> None:
        """The maps are made: I/O matters more than the file."""
        plan = planned("defaults {\n user_friendly_names no\n}\n")
        Folder(state.folder).mkdir()
        Folder(state.folder, "wwids").mkdir()

        with pytest.raises(errors.ApplyFailed) as failed:
            plan.apply()

        assert outcomes(failed.value.results) == ["failed"] * 3
        assert all(isinstance(result.error, errors.FileError) for result in failed.value.results)
        assert len(host.maps()) == 3


class TestARefusal:
    def test_is_no_failure(self, host: Host) -> None:
        """The plan says it; nothing is tried, and nothing is raised."""
        plan = host.plan(configured())
        refused = tuple(replace(each, actions=(Action.REFUSE,)) for each in plan.maps)

        assert outcomes(apply(refused, host)) == ["refused"] * 3
        assert host.maps() == []
