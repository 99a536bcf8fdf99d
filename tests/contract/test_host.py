"""The library over a device-mapper: maps made, found, changed and watched, in every world."""

import asyncio
from collections.abc import Iterator
from itertools import islice

import pytest

from multipath import Control, Event, EventKind, Host, Map, MultipathTable, Target, errors
from multipath.dm.command import PROBE_PATHS
from multipath.dm.device import DeviceInfo
from multipath.maps.watch import Watch
from multipath.units import DevT, Sectors, devt, format_devt
from multipath.wire.features import Features

from .world import World

UUID = "mpath-3600140500000000000000000000a11"


@pytest.fixture
def host(world: World) -> Host:
    """Give the machine."""
    return world.host


@pytest.fixture
def table(paths: tuple[str, ...]) -> MultipathTable:
    """Give a table of two groups with two paths each."""
    return MultipathTable.build([paths[:2], paths[2:]])


@pytest.fixture
def mpath(host: Host, table: MultipathTable) -> Iterator[Map]:
    """Give a map of that table."""
    created = host.create("mpatha", table, uuid=UUID)
    yield created
    created.remove()


class TestAnArrayOfFourPaths:
    def test_is_found_with_one_identity(self, host: Host) -> None:
        """Four path devices, one designator, one size."""
        found = host.paths()

        assert len(found) == 4
        assert len({path.designator for path in found}) == 1
        assert {path.state for path in found} == {"running"}


class TestANewMap:
    def test_is_listed_with_its_table_and_status(self, host: Host, mpath: Map) -> None:
        """One pass gives both, of one event number."""
        (only,) = host.maps()

        assert (only.snapshot.table, only.snapshot.status) == (mpath.table(), mpath.status())

    def test_is_returned_when_it_is_asked_for_again(self, host: Host, mpath: Map, table: MultipathTable) -> None:
        """A second creation with one identity and one table changes nothing."""
        before = host.control.info("mpatha")

        assert host.create("mpatha", table, uuid=UUID).devt == mpath.devt
        assert host.control.info("mpatha") == before

    def test_is_not_replaced_by_another_table(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """The name is taken: a reload is what was meant."""
        with pytest.raises(errors.DeviceExists):
            host.create("mpatha", MultipathTable.build([paths]), uuid=UUID)


class TestAPath:
    def test_that_is_failed_and_reinstated_says_so(self, mpath: Map, paths: tuple[str, ...]) -> None:
        """State and fail count follow the messages."""
        mpath.fail_path(paths[1])
        assert mpath.status().failed_paths == {paths[1]}

        mpath.reinstate_path(paths[1])
        assert mpath.status().failed_paths == frozenset()
        assert [path.fail_count for path in mpath.status().paths] == [0, 1, 0, 0]

    @pytest.mark.parametrize("form", ["name", "node", "number"])
    def test_may_be_named_in_any_form(self, host: Host, mpath: Map, form: str) -> None:
        """The kernel's name, its node and its number mean one path."""
        path = host.paths()[0]
        forms: dict[str, str | DevT] = {"name": path.name, "node": f"/dev/{path.name}", "number": path.devt}

        mpath.fail_path(forms[form])

        assert mpath.status().failed_paths == {format_devt(path.devt)}

    def test_that_is_no_member_is_refused(self, mpath: Map) -> None:
        """The kernel's EINVAL comes back as a refused message."""
        with pytest.raises(errors.MessageRefused):
            mpath.fail_path("7:0")

    def test_that_does_not_exist_is_refused(self, mpath: Map) -> None:
        """A name without a device is not sent to the kernel."""
        with pytest.raises(errors.NotFound):
            mpath.fail_path("sdzz")


class TestAProbe:
    def test_fails_the_path_that_does_not_answer(
        self, world: World, dm: Control, mpath: Map, paths: tuple[str, ...]
    ) -> None:
        """A kernel that can probe marks the path that was taken offline; one that cannot says so."""
        with world.open("mpatha") as disk:
            disk.read(0, 4096)
        world.lose(paths[1])
        if dm.version().minor < PROBE_PATHS.minor:
            with pytest.raises(errors.InterfaceMismatch, match="DM_MPATH_PROBE_PATHS on mpatha"):
                mpath.probe_paths()
        else:
            mpath.probe_paths()
            assert mpath.status().failed_paths == {paths[1]}
        world.restore(paths[1])


class TestAGroup:
    def test_is_switched_to(self, mpath: Map) -> None:
        """The second group is current after the hint."""
        mpath.switch_group(2)

        assert mpath.status().current_group == 2

    def test_is_bypassed_and_taken_back(self, mpath: Map) -> None:
        """The state of the group says D, then no longer."""
        mpath.disable_group(1)
        assert mpath.status().groups[0].state == "D"

        mpath.enable_group(1)
        assert mpath.status().groups[0].state != "D"


class TestAReload:
    def test_swaps_the_table_in_one_resume(self, mpath: Map, paths: tuple[str, ...]) -> None:
        """The new table is live, nothing is inactive, nothing is suspended."""
        mpath.reload(MultipathTable.build([paths]))

        info = mpath.info()
        assert len(mpath.status().groups) == 1
        assert not (info.suspended or info.inactive_table)

    def test_that_the_kernel_refuses_changes_nothing(
        self, mpath: Map, table: MultipathTable, paths: tuple[str, ...]
    ) -> None:
        """The old table serves on, and no inactive table is left."""
        wrong = MultipathTable.parse(f"0 0 1 1 no-such-selector 0 1 0 {paths[0]}")

        with pytest.raises(errors.TableLoadError, match="unknown path selector"):
            mpath.reload(wrong)

        assert table.same_as(mpath.table())
        assert not mpath.info().inactive_table

    def test_keeps_queueing_as_the_table_says(self, mpath: Map, paths: tuple[str, ...]) -> None:
        """Queueing comes with the table, and goes with a message."""
        mpath.reload(MultipathTable.build([paths], features=Features(queue_if_no_path=True)))
        assert mpath.table().features.queue_if_no_path

        mpath.queue_if_no_path(False)
        assert not mpath.table().features.queue_if_no_path


@pytest.fixture
def stranger(dm: Control) -> str:
    """Give the number of a device that is no path of the array."""
    dm.load(dm.create("stranger"), [Target(Sectors(0), Sectors(4096), "zero")])
    return format_devt(dm.resume("stranger").devt)


class TestPathsThatAreNotOneUnit:
    def test_of_another_size_are_refused_with_the_evidence(
        self, host: Host, paths: tuple[str, ...], stranger: str
    ) -> None:
        """Size and identity of both stand in the error, and nothing is made."""
        with pytest.raises(errors.PathsDiffer) as refused:
            host.create("mixed", MultipathTable.build([[paths[0], stranger]]))

        assert [line.partition(" sectors, ")[0] for line in refused.value.evidence] == [
            f"sda ({paths[0]}): 131072",
            f"dm-{stranger.partition(':')[2]} ({stranger}): 4096",
        ]
        assert [entry.name for entry in host.control.devices()] == ["stranger"]

    def test_that_cannot_answer_are_refused(self, world: World, host: Host, paths: tuple[str, ...]) -> None:
        """A path that is offline cannot prove what it is."""
        world.lose(paths[3])
        with pytest.raises(errors.PathsDiffer, match="cannot be verified"):
            host.create("blind", MultipathTable.build([paths]))
        world.restore(paths[3])
        assert host.control.devices() == []

    def test_are_refused_when_one_is_missing(self, host: Host, paths: tuple[str, ...]) -> None:
        """A number without a device never reaches the kernel."""
        with pytest.raises(errors.PathsDiffer, match="8:240"):
            host.create("short", MultipathTable.build([[paths[0], "8:240"]]))
        assert host.control.devices() == []

    def test_do_not_join_a_map_of_another_unit(self, host: Host, paths: tuple[str, ...], stranger: str) -> None:
        """A device without identity does not join SCSI paths; the map serves on with the table that it had."""
        narrow = MultipathTable.build([paths[:2]])
        made = host.create("narrow", narrow, uuid=UUID)

        with pytest.raises(errors.PathsDiffer) as refused:
            made.reload(MultipathTable.build([[*paths[:2], stranger]]))

        assert len(refused.value.evidence) == 2
        assert narrow.same_as(made.table())
        made.remove()

    def test_join_a_map_whose_own_paths_are_silent(self, world: World, host: Host, paths: tuple[str, ...]) -> None:
        """What the kernel remembers of the silent paths is compared, so that a map can be rescued."""
        made = host.create("rescue", MultipathTable.build([paths[:1]]), uuid=UUID)
        world.lose(paths[0])
        made.reload(MultipathTable.build([paths[1:2]]))
        world.restore(paths[0])

        assert made.table().devices == (paths[1],)
        made.remove()


class TestACreationThatTheKernelRefuses:
    @pytest.mark.parametrize("name", ["", "a/b", "a b", "a\tb", "a\x1b[31m", "x" * 128, ".", "control", "ü"])
    def test_for_its_name_leaves_nothing(self, host: Host, table: MultipathTable, name: str) -> None:
        """Names that a link could not carry are refused before the kernel would cut them."""
        with pytest.raises(errors.NameRefused, match="device name"):
            host.create(name, table)
        assert host.control.devices() == []

    @pytest.mark.parametrize("uuid", ["", "u" * 129, "mpath-a b", "mpath-\n"])
    def test_for_its_uuid_leaves_nothing(self, host: Host, table: MultipathTable, uuid: str) -> None:
        """The same for uuids."""
        with pytest.raises(errors.NameRefused, match="device uuid"):
            host.create("mpatha", table, uuid=uuid)
        assert host.control.devices() == []

    def test_for_its_table_leaves_nothing(self, host: Host, paths: tuple[str, ...]) -> None:
        """The device that was made for it is gone again."""
        with pytest.raises(errors.TableLoadError, match="unknown path selector"):
            host.create("mpatha", MultipathTable.parse(f"0 0 1 1 no-such-selector 0 1 0 {paths[0]}"))
        assert host.control.devices() == []

    def test_for_a_path_of_another_map_names_that_map(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """The kernel would let both maps write down one path; the library says who has it, and changes nothing."""
        mpath.reload(MultipathTable.build([paths[:2]]))

        with pytest.raises(errors.PathClaimed, match=f"{paths[1]} is held by map mpatha"):
            host.create("second", MultipathTable.build([paths[1:]]))
        host.create("mpathb", MultipathTable.build([paths[2:]]))
        with pytest.raises(errors.PathClaimed, match="held by map mpathb"):
            mpath.reload(MultipathTable.build([paths]))

        assert [entry.name for entry in host.control.devices()] == ["mpatha", "mpathb"]
        assert mpath.table().devices == tuple(paths[:2])


class TestAMapWithoutPaths:
    def test_is_made_with_a_size_of_its_own(self, host: Host) -> None:
        """All its I/O fails, and nobody reads it."""
        empty = host.create("empty", MultipathTable(), size=Sectors(2048), uuid="mpath-empty")

        assert empty.status().paths_total == 0
        empty.remove()

    def test_needs_a_size(self, host: Host) -> None:
        """Without paths there is nothing to take it from."""
        with pytest.raises(errors.PathsDiffer, match="size="):
            host.create("empty", MultipathTable())

    def test_that_queues_refuses_a_flushing_suspend(self, mpath: Map, paths: tuple[str, ...]) -> None:
        """That suspend would fail the queued I/O."""
        mpath.queue_if_no_path(True)
        for path in paths:
            mpath.fail_path(path)

        with pytest.raises(errors.PathsDiffer, match="no usable path"):
            mpath.suspend(flush=True)

        assert not mpath.info().suspended
        mpath.queue_if_no_path(False)


class TestAMapThatGoesAway:
    def test_is_not_found_by_its_handle(self, host: Host, table: MultipathTable) -> None:
        """A handle of a removed map says so, also when a map of another identity took its name and number."""
        handle = host.create("mpatha", table, uuid=UUID)
        handle.remove()
        other = host.create("mpatha", table, uuid="mpath-other")

        with pytest.raises(errors.DeviceNotFound):
            handle.status()
        other.remove()


class TestAWatch:
    def test_begins_with_what_is_there_and_loses_nothing(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """A path that failed and came back between two looks is reported twice, in order."""
        events = host.watch_blocking(timeout=10)
        assert next(events).kind is EventKind.PRESENT

        mpath.fail_path(paths[0])
        mpath.reinstate_path(paths[0])
        mpath.fail_path(paths[0])

        failed, reinstated = (EventKind.PATH_FAILED, paths[0]), (EventKind.PATH_REINSTATED, paths[0])
        assert [(event.kind, event.path) for event in islice(events, 3)] == [failed, reinstated, failed]

    def test_sees_maps_come_change_and_go(self, host: Host, table: MultipathTable, paths: tuple[str, ...]) -> None:
        """Added, reloaded, renamed, removed: one round after each step."""
        watch = Watch(host.control)
        assert watch.round() == []

        made = host.create("mpatha", table, uuid=UUID)
        assert [event.kind for event in watch.round()] == [EventKind.ADDED]
        made.reload(MultipathTable.build([paths]))
        assert [event.kind for event in watch.round()] == [EventKind.RELOADED]
        made.rename("mpathb")
        assert [event.kind for event in watch.round()] == [EventKind.RENAMED]
        made.remove()
        assert [event.kind for event in watch.round()] == [EventKind.REMOVED]
        watch.control.close()

    def test_is_awaited_without_a_thread(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """The asynchronous twin tells the same."""

        async def first_failure() -> Event:
            async for event in host.watch():
                if event.kind is EventKind.PRESENT:
                    mpath.fail_path(paths[2])
                if event.kind is EventKind.PATH_FAILED:
                    return event
            raise AssertionError

        event = asyncio.run(asyncio.wait_for(first_failure(), 10))
        assert (event.name, event.path, event.group) == ("mpatha", paths[2], 2)


class TestASnapshot:
    def test_of_another_device_number_is_refused(self, dm: Control, mpath: Map) -> None:
        """An info that names the uuid of one device and the number of another does not pass."""
        info = mpath.info()
        forged = DeviceInfo(info.name, info.uuid, devt(254, 99), 0, 0, 0, 0)

        with pytest.raises(errors.DeviceNotFound, match="now belongs to"):
            dm.status(forged)
