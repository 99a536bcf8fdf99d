"""Taking a unit away, on a virtual host: which steps, what is refused, what is left."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path as Folder
from typing import Any

import pytest

from multipath import Features, Host, Map, MultipathTable, Target, errors
from multipath.maps.state_file import StateFolder
from multipath.units import Sectors, format_devt
from multipath.virtual import VirtualArray, VirtualHost


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world in memory."""
    with VirtualHost() as world:
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give a host on it."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def array(world: VirtualHost) -> VirtualArray:
    """Give an array of two paths to one unit."""
    return world.add_array(paths=2)


@pytest.fixture
def mpath(host: Host, array: VirtualArray) -> Map:
    """Give a queueing map of them."""
    table = MultipathTable.build([[path.name for path in array.paths]], features=Features(queue_if_no_path=True))
    return host.create("mpatha", table, uuid=f"mpath-{array.wwid}")


def partition(host: Host, mpath: Map, number: int = 1) -> None:
    """Map a partition of a map, as kpartx does."""
    device = host.control.create(f"{mpath.name}-part{number}", uuid=f"part{number}-{mpath.uuid}")
    line = Target(Sectors(0), Sectors(64), "linear", f"{format_devt(mpath.devt)} {64 * number}")
    host.control.load(device, [line])
    host.control.resume(device)


def volume(host: Host, below: str) -> None:
    """Put a logical volume on a device."""
    device = host.control.create("vg-data", uuid="LVM-abc")
    line = Target(Sectors(0), Sectors(8), "linear", f"{format_devt(host.control.info(below).devt)} 0")
    host.control.load(device, [line])
    host.control.resume(device)


def names(host: Host) -> list[str]:
    """Return the names of all devices."""
    return sorted(entry.name for entry in host.control.devices())


def steps(plan: Any) -> list[str]:
    """Return the steps of the only unit of a plan."""
    (unit,) = plan.units
    return [f"{step.act} {step.name}" for step in unit.steps]


def refusal(host: Host, *args: Any, **gates: Any) -> Any:
    """Return why the only unit is refused, after it was run all the same and nothing was changed."""
    before = names(host), [path.name for path in host.paths()]
    plan = host.detach_plan(*args, **gates)
    (unit,) = plan.refused
    with pytest.raises(errors.DetachFailed) as failed:
        plan.run(patience=0)
    assert failed.value.errors == (unit.refused,)
    assert (names(host), [path.name for path in host.paths()]) == before
    return unit.refused


class TestAMapThatNobodyUses:
    def test_is_flushed_and_removed_with_its_partitions_first(self, host: Host, mpath: Map) -> None:
        """The last partition first; the disks stay, for nobody said that they may go."""
        partition(host, mpath, 1)
        partition(host, mpath, 2)

        plan = host.detach_plan("mpatha")
        assert steps(plan) == [
            "flush mpatha",
            "remove partition mpatha-part2",
            "remove partition mpatha-part1",
            "remove map mpatha",
        ]
        report = plan.run()

        assert [str(result.outcome) for result in report.results] == ["done"] * 4
        assert report.is_clean
        assert names(host) == []
        assert [path.name for path in host.paths()] == ["sda", "sdb"]

    def test_goes_with_its_disks_where_that_is_allowed(
        self, host: Host, mpath: Map, array: VirtualArray, world: VirtualHost
    ) -> None:
        """Those of its unit, and of no other."""
        world.add_array(paths=1)

        plan = host.detach_plan(array.wwid, paths=True)
        assert steps(plan) == ["flush mpatha", "remove map mpatha", "delete path sda", "delete path sdb"]
        assert plan.run().is_clean

        assert [path.name for path in host.paths()] == ["sdc"]

    def test_takes_disks_of_its_unit_along_that_it_does_not_have(self, host: Host, array: VirtualArray) -> None:
        """A path that never joined is left over like any other."""
        host.create("mpatha", MultipathTable.build([["sda"]]), uuid=f"mpath-{array.wwid}")

        host.detach_plan("mpatha", paths=True).run()

        assert host.paths() == ()

    def test_is_gone_the_second_time(self, host: Host, mpath: Map) -> None:
        """The same plan again does nothing, and a new one has nothing to do."""
        plan = host.detach_plan(["mpatha", mpath.uuid], paths=True)
        plan.run()

        assert {str(result.outcome) for result in plan.run().results} == {"gone already"}
        again = host.detach_plan(["mpatha"], paths=True)
        assert (again.units, again.missing) == ((), ("mpatha",))
        assert again.run().results == ()

    def test_is_forgotten_where_that_is_asked_for(self, host: Host, mpath: Map, tmp_path: Folder) -> None:
        """Else multipath-tools would make a map of a single path, for the unit once had one."""
        state = StateFolder(tmp_path)
        wwid = mpath.uuid.removeprefix("mpath-")
        state.add_wwids([wwid, "3600"])

        host.detach_plan("mpatha", forget=True, state=state).run()

        assert state.wwids().wwids == ("3600",)

    def test_says_what_it_would_do(self, host: Host, mpath: Map) -> None:
        """For people, and for programs."""
        plan = host.detach_plan(["mpatha", "nosuch"])

        assert str(plan).splitlines() == [
            f"detach mpatha ({mpath.uuid.removeprefix('mpath-')})",
            f"  1. flush mpatha ({format_devt(mpath.devt)}): what is cached is written to its unit",
            f"  2. remove map mpatha ({format_devt(mpath.devt)})",
            "nothing answers to 'nosuch': it is gone already, or never was",
        ]
        record = plan.as_record()
        assert [step["act"] for step in record["units"][0]["steps"]] == ["flush", "remove"]
        assert record["missing"] == ["nosuch"]


class TestAMapInUse:
    def test_is_refused_with_what_has_to_go_first(self, host: Host, mpath: Map) -> None:
        """A logical volume on a partition: the volume, and how it is taken away."""
        partition(host, mpath)
        volume(host, "mpatha-part1")

        refused = refusal(host, "mpatha")

        assert isinstance(refused, errors.DeviceBusy)
        assert "lvm vg-data on mpatha-part1" in str(refused)
        assert "lvchange -an vg/data" in str(refused)

    def test_keeps_its_partitions_when_its_user_does_not_end(self, host: Host, mpath: Map, world: VirtualHost) -> None:
        """The kernel has the last word, and nothing was taken away before it."""
        partition(host, mpath)
        plan = host.detach_plan("mpatha")

        with world.open("mpatha"), pytest.raises(errors.DetachFailed) as failed:
            plan.run(patience=0)

        assert isinstance(failed.value.errors[0], errors.DeviceBusy)
        assert names(host) == ["mpatha", "mpatha-part1"]
        assert mpath.table().features.queue_if_no_path
        assert not mpath.info().suspended
        assert plan.run(patience=0).is_clean

    def test_is_held_by_the_partition_of_another_map(self, host: Host, mpath: Map) -> None:
        """Its uuid says whose it is; it stands here by mistake, and is not ours to remove."""
        device = host.control.create("other-part1", uuid="part1-mpath-other")
        host.control.load(device, [Target(Sectors(0), Sectors(8), "linear", f"{format_devt(mpath.devt)} 0")])
        host.control.resume(device)

        assert "held by partition other-part1" in str(refusal(host, "mpatha"))

    def test_keeps_its_disks(self, host: Host, mpath: Map, world: VirtualHost) -> None:
        """What comes after the map is not begun."""
        with world.open("mpatha"), pytest.raises(errors.DetachFailed) as failed:
            host.detach_plan("mpatha", paths=True).run(patience=0)

        outcomes = [str(result.outcome) for result in failed.value.report.results]
        assert outcomes == ["done", "failed", "not done", "not done"]
        assert len(host.paths()) == 2

    def test_has_its_partitions_again_when_it_cannot_go_after_them(self, host: Host, mpath: Map) -> None:
        """What was removed is made again of its table: name, uuid and lines."""
        partition(host, mpath)
        before = host.control.table("mpatha-part1").targets

        class Opened(Exception):
            """What comes between."""

        real = host.control.remove

        def remove(ref: Any, **how: Any) -> None:
            if getattr(ref, "name", "") == "mpatha":
                raise Opened
            real(ref, **how)

        host.control.remove = remove  # type: ignore[method-assign]
        with pytest.raises(Opened):
            mpath.remove(partitions=True)

        assert host.control.table("mpatha-part1").targets == before
        assert host.control.info("mpatha-part1").uuid == f"part1-{mpath.uuid}"

    def test_may_go_with_its_last_user(self, host: Host, mpath: Map, world: VirtualHost) -> None:
        """Nothing is flushed, and nothing of it is failed."""
        with world.open("mpatha"):
            report = host.detach_plan("mpatha", deferred=True).run()

            assert [each.kind for each in report.leftovers] == ["map"]
            assert "last user" in str(report)
        assert names(host) == []

    def test_cannot_lose_its_disks_then(self, host: Host, mpath: Map) -> None:
        """They would be dead under its user."""
        with pytest.raises(ValueError, match="deferred or paths"):
            host.detach_plan("mpatha", deferred=True, paths=True)


class TestAMapWithoutAUsablePath:
    @pytest.fixture
    def ghost(self, mpath: Map, array: VirtualArray) -> Map:
        """Fail all of its paths."""
        for path in array.paths:
            path.break_cable()
            mpath.fail_path(path.name)
        return mpath

    def test_is_refused_unless_ghosts_may_go(self, host: Host, ghost: Map) -> None:
        """Nothing can be written back, and whoever asks has to know that."""
        refused = refusal(host, "mpatha")

        assert isinstance(refused, errors.GateClosed)
        assert refused.gate == "ghosts"

    def test_goes_without_a_flush(self, host: Host, ghost: Map) -> None:
        """A flush would wait for a path for ever."""
        plan = host.detach_plan("mpatha", ghosts=True)

        assert steps(plan) == ["remove map mpatha"]
        assert plan.run().is_clean

    def test_goes_with_disks_that_do_not_answer(self, host: Host, ghost: Map) -> None:
        """What they were when they were scanned is all that is known, and is the unit that is meant."""
        plan = host.detach_plan("mpatha", ghosts=True, paths=True)

        assert "it does not answer; when it was scanned it was naa." in str(plan)
        assert plan.run().is_clean
        assert host.paths() == ()

    def test_whose_user_waits_is_refused_unless_its_io_may_fail(
        self, host: Host, ghost: Map, world: VirtualHost
    ) -> None:
        """It keeps the I/O, and its user waits."""
        with world.open("mpatha"):
            refused = refusal(host, "mpatha", ghosts=True)

        assert refused.gate == "fail_io"

    def test_queues_again_when_its_user_does_not_end(self, host: Host, ghost: Map, world: VirtualHost) -> None:
        """What waits fails; what comes later waits again."""
        with world.open("mpatha") as disk:
            pending = disk.submit("write", 0, bytes(4096))
            with pytest.raises(errors.DetachFailed, match="in use"):
                host.detach_plan("mpatha", ghosts=True, fail_io=True).run(patience=0)

            with pytest.raises(errors.BlockError):
                pending.result()
            assert ghost.table().features.queue_if_no_path
        assert host.detach_plan("mpatha", ghosts=True, fail_io=True).run().is_clean

    @pytest.mark.parametrize("failure", [KeyboardInterrupt, errors.DeviceMapperError(5, "DM_DEV_REMOVE")])
    def test_queues_again_whatever_ends_the_removal(self, host: Host, ghost: Map, failure: Any) -> None:
        """An interrupt too."""

        def remove(*_: Any, **__: Any) -> None:
            assert not ghost.table().features.queue_if_no_path
            raise failure

        host.control.remove = remove  # type: ignore[method-assign]
        with suppress(errors.DetachFailed, KeyboardInterrupt):
            host.detach_plan("mpatha", ghosts=True, fail_io=True).run()

        assert ghost.table().features.queue_if_no_path


class TestADeviceThatAProgramBeganAndLeft:
    def test_is_removed_as_a_map(self, host: Host) -> None:
        """It has the uuid of a map and no table."""
        host.control.create("mpatha", uuid="mpath-3600")

        assert host.detach_plan("mpatha").run().is_clean
        assert names(host) == []


class TestAPathThatLeadsElsewhere:
    @pytest.fixture
    def remapped(self, mpath: Map, array: VirtualArray, world: VirtualHost) -> str:
        """Show another unit where the paths of the map led."""
        other = world.add_array(paths=1)
        array.remap(0, other.units[0])
        return other.wwid

    def test_is_told_by_the_guard(self, mpath: Map, remapped: str) -> None:
        """The kernel and udev remember the old unit; the path itself is asked."""
        found = mpath.verify()

        assert [(each.path, str(each.doubt), each.is_proof) for each in found] == [
            ("sda", "rescan", True),
            ("sda", "wwid", True),
            ("sdb", "rescan", True),
            ("sdb", "wwid", True),
        ]
        assert remapped in str(found[1])

    def test_is_not_deleted(self, host: Host, mpath: Map, remapped: str) -> None:
        """Nor anything else done: who is to be detached is in doubt."""
        refused = refusal(host, "mpatha", paths=True)

        assert isinstance(refused, errors.PathsDiffer)
        assert "stale=True" in str(refused)

    def test_goes_where_that_is_allowed(self, host: Host, mpath: Map, remapped: str) -> None:
        """It is said that it leads elsewhere."""
        plan = host.detach_plan("mpatha", paths=True, stale=True)

        assert "although it leads elsewhere" in str(plan)
        assert plan.run().is_clean

    def test_is_found_just_before_it_is_deleted(
        self, host: Host, mpath: Map, array: VirtualArray, world: VirtualHost
    ) -> None:
        """The plan may be older than the change; the map is gone, the disks stay."""
        plan = host.detach_plan("mpatha", paths=True)
        array.remap(0, world.add_array(paths=1).units[0])

        with pytest.raises(errors.DetachFailed) as failed:
            plan.run()

        outcomes = [str(result.outcome) for result in failed.value.report.results]
        assert outcomes == ["done", "done", "failed", "not done"]
        assert [path.name for path in host.paths()] == ["sda", "sdb", "sdc"]


class TestAMapThatLeadsToItsUnit:
    def test_has_nothing_to_be_told(self, mpath: Map) -> None:
        """No line, no doubt."""
        assert mpath.verify() == ()

    def test_is_not_what_else_was_expected(self, mpath: Map) -> None:
        """WWID, serial number and size, each of every path."""
        found = mpath.verify(wwid="3600", serial="nosuch", size=Sectors(8))

        assert [str(each.doubt) for each in found] == ["size", "wwid", "serial"] * 2

    def test_tells_of_a_path_that_is_silent_or_gone(self, mpath: Map, array: VirtualArray, world: VirtualHost) -> None:
        """Neither is proof of anything."""
        array.paths[0].break_cable()
        world.delete(array.paths[1])

        found = mpath.verify()

        assert [(str(each.doubt), each.is_proof) for each in found] == [("silent", False), ("gone", False)]


class TestPathsWithoutAMap:
    def test_are_deleted_by_the_wwid_of_their_unit(self, host: Host, array: VirtualArray, world: VirtualHost) -> None:
        """What a removal left that was cut short."""
        world.add_array(paths=1)

        host.detach_plan(array.wwid, paths=True).run()

        assert [path.name for path in host.paths()] == ["sdc"]

    def test_are_deleted_one_by_one_by_their_names(self, host: Host, array: VirtualArray) -> None:
        """A path is not its unit."""
        assert steps(host.detach_plan("sdb", paths=True)) == ["delete path sdb"]

    def test_stay_unless_they_may_go(self, host: Host, array: VirtualArray) -> None:
        """The gate has a name; asked for by the name of the unit, it is the map that was meant, and that is gone."""
        assert refusal(host, "sdb").gate == "paths"
        for ref in (array.wwid, f"mpath-{array.wwid}"):
            plan = host.detach_plan(ref)
            assert (plan.units, plan.missing) == ((), (ref,))
            assert plan.run().is_clean

    def test_are_forgotten_although_they_stay(self, host: Host, array: VirtualArray, tmp_path: Folder) -> None:
        """Also those of a unit whose map went before."""
        state = StateFolder(tmp_path)
        state.add_wwid(array.wwid)

        report = host.detach_plan(array.wwid, forget=True, state=state).run()

        assert report.is_clean
        assert array.wwid not in state.wwids()
        assert len(host.paths()) == len(array.paths)

    def test_that_a_map_has_are_not_what_is_detached(self, host: Host, mpath: Map) -> None:
        """The map is, by its own name."""
        with pytest.raises(errors.PathClaimed, match="held by map mpatha"):
            host.detach_plan("sda", paths=True)

    def test_that_another_map_has_stay(self, host: Host, array: VirtualArray) -> None:
        """Two maps share a path; it goes with neither."""
        host.create("mpatha", MultipathTable.build([["sda", "sdb"]]), uuid=f"mpath-{array.wwid}")
        host.create("other", MultipathTable.build([["sdb"]]), uuid="mpath-other", verify=False)

        assert "held by map other" in str(refusal(host, "mpatha", paths=True))


class TestSomethingElse:
    def test_is_not_detached(self, host: Host, mpath: Map) -> None:
        """A logical volume is no map of multipath; nothing else of the request is done."""
        volume(host, "mpatha")

        with pytest.raises(errors.NotFound, match="no multipath map"):
            host.detach_plan(["mpatha", "vg-data"])


class TestAPlanOfValues:
    def test_cannot_be_run(self, host: Host) -> None:
        """It belongs to no machine."""
        from multipath.maps.detach_plan import DetachPlan

        with pytest.raises(ValueError, match="belongs to no machine"):
            DetachPlan(()).run()
