"""What others do at the same time, with the same numbers, names and links: only the map that was meant changes."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from multipath import Control, Host, Map, MultipathTable, errors
from multipath.dm.device import DeviceTable
from multipath.dm.reference import DeviceRef
from multipath.maps.snapshot import read_snapshot
from multipath.paths.commands import KernelCommands
from multipath.paths.path import Path as PathDevice

from .conftest import UUID
from .oracle import dmsetup

pytestmark = pytest.mark.kernel

COMMANDS: dict[str, Callable[[Map], object]] = {
    "status": Map.status,
    "fail_path": lambda handle: handle.fail_path("8:0"),
    "suspend": Map.suspend,
    "resume": Map.resume,
    "reload": lambda handle: handle.reload(handle.snapshot.table),
    "rename": lambda handle: handle.rename("other"),
    "remove": Map.remove,
}


def state(name: str) -> str:
    """Return all that dmsetup knows of a device."""
    return dmsetup("info", name) + dmsetup("status", name) + dmsetup("table", "--inactive", name)


@pytest.fixture
def switched(paths: list[str]) -> Iterator[Path]:
    """Give a link to the first path, right in ``/dev``, as a rule of udev may make it."""
    link = Path("/dev/the-disk")
    link.symlink_to(f"/dev/block/{paths[0]}")
    yield link
    link.unlink()


class TestAHandleOnAMapThatIsGone:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_leaves_the_map_alone_that_got_its_number(
        self, host: Host, table: MultipathTable, paths: list[str], command: str
    ) -> None:
        """Its map had no uuid, and the kernel gives the lowest free number to the next one."""
        gone = host.create("gone", table)
        dmsetup("remove", "gone")
        other = host.create("precious", MultipathTable.build([paths]), uuid=UUID)
        assert other.devt == gone.devt
        before = state("precious")

        with pytest.raises(errors.DeviceNotFound, match="its number now belongs to a device with the uuid"):
            COMMANDS[command](gone)

        assert state("precious") == before

    @pytest.mark.parametrize("command", COMMANDS)
    def test_leaves_the_map_alone_that_got_its_uuid(
        self, host: Host, dm: Control, table: MultipathTable, command: str
    ) -> None:
        """A daemon made the map again, under another number: above all it must not be left suspended."""
        gone = host.create("again", table, uuid=UUID)
        dmsetup("remove", "again")
        dm.create("filler")
        assert host.create("again", table, uuid=UUID).devt != gone.devt
        before = state("again")

        with pytest.raises(errors.DeviceNotFound, match="its uuid now belongs to"):
            COMMANDS[command](gone)

        assert state("again") == before

    def test_can_still_be_given_a_uuid(self, dm: Control) -> None:
        """The device that has a uuid now is the one that had none."""
        device = dm.create("late")

        assert dm.set_uuid(device, "LATE").uuid == "LATE"


class TestAReadOnlyMap:
    def test_stays_read_only_when_it_is_reloaded(self, host: Host, table: MultipathTable) -> None:
        """A replica that may not be written to is not opened for writing because a path came."""
        size = host.paths()[0].size
        dmsetup("create", "replica", "--readonly", "--uuid", UUID, "--table", f"0 {size} multipath {table}")
        found = host.map("replica")

        found.reload(MultipathTable.build([table.devices]))

        assert found.info().read_only
        assert dmsetup("info", "-c", "--noheadings", "-o", "read_only", "replica") == "Read-only\n"
        found.remove()


class TestAReference:
    def test_to_a_character_device_is_no_map(self, host: Host, mpath: Map) -> None:
        """Character devices have numbers of their own, and one of them is that of the map."""
        node = "/dev/a-clock"
        os.mknod(node, stat.S_IFCHR | 0o600, mpath.devt)
        try:
            with pytest.raises(errors.NotFound):
                host.map(node)
        finally:
            os.unlink(node)

    @pytest.mark.parametrize("ref", ["/dev/\0", "/dev/\ud800"])
    def test_that_no_file_can_have_is_not_found(self, host: Host, ref: str) -> None:
        """A NUL and half a character are no reason for another kind of error."""
        with pytest.raises(errors.NotFound):
            host.map(ref)

    def test_may_be_a_path_object(self, host: Host, mpath: Map) -> None:
        """What pathlib gives is taken as it is."""
        assert host.map(Path("/dev/mapper/mpatha")).devt == mpath.devt


class TestAPathOfATable:
    def test_may_have_the_kernels_name(self, host: Host, mpath: Map) -> None:
        """A message takes it, so a table does."""
        names = [path.name for path in host.paths()]

        mpath.reload(MultipathTable.build([names]))

        assert dmsetup("table", "mpatha").endswith("service-time 0 4 2 8:0 1 1 8:16 1 1 8:32 1 1 8:48 1 1 \n")

    def test_may_be_a_link_in_dev(self, host: Host, switched: Path, paths: list[str]) -> None:
        """What is not the kernel's own name is looked up as a file."""
        made = host.create("linked", MultipathTable.build([[str(switched)]]), uuid=UUID)

        assert made.table().devices == (paths[0],)
        made.remove()

    def test_is_the_one_that_was_asked_for_its_identity(self, dm: Control, switched: Path, paths: list[str]) -> None:
        """A link that is switched in between leads nowhere new: the kernel gets the number."""

        class Switching(KernelCommands):
            def vpd_page(self, path: PathDevice, page: int) -> bytes:
                switched.unlink()
                switched.symlink_to(f"/dev/block/{paths[3]}")
                return super().vpd_page(path, page)

        with Host(control=dm, commands=Switching()) as host:
            made = host.create("linked", MultipathTable.build([[str(switched)]]), uuid=UUID)

        assert dmsetup("deps", "-o", "devno", "linked").strip().endswith("(8, 0)")
        dm.remove(made.snapshot.info)

    def test_is_not_asked_when_verification_is_off(self, dm: Control, table: MultipathTable) -> None:
        """Sizes come from sysfs then; a device that cannot answer can be a path."""

        class Silent(KernelCommands):
            def vpd_page(self, path: PathDevice, page: int) -> bytes:
                pytest.fail(f"{path} was asked for page {page}")

        with Host(control=dm, commands=Silent()) as host:
            made = host.create("unasked", table, uuid=UUID, verify=False)

            assert made.snapshot.size == host.paths()[0].size
        made.remove()


class TestAMapThatIsReloadedWhileItIsRead:
    def test_is_read_again(self, dm: Control, mpath: Map, paths: list[str]) -> None:
        """Table and status have the same groups, though the same paths in the same order tell of no change."""

        class Between(Control):
            reloads = 1

            def table(self, ref: DeviceRef, *, inactive: bool = False) -> DeviceTable:
                if self.reloads:
                    self.reloads -= 1
                    mpath.reload(MultipathTable.build([paths]))
                return super().table(ref, inactive=inactive)

        with Between() as control:
            snapshot = read_snapshot(control, "mpatha")

        assert snapshot
        assert len(snapshot.status.groups) == len(snapshot.table.groups) == 1


class TestADeviceThatAnotherProgramIsMaking:
    def test_is_not_removed_when_our_table_is_refused(self, host: Host, dm: Control, paths: list[str]) -> None:
        """It has our name and uuid and no live table yet: it may be finished by us, but it is not ours to take away."""
        dm.create("mpatha", uuid=UUID)
        wrong = MultipathTable.parse(f"0 0 1 1 no-such-selector 0 1 0 {paths[0]}")

        with pytest.raises(errors.TableLoadError):
            host.create("mpatha", wrong, uuid=UUID)

        assert dm.info("mpatha").uuid == UUID
        assert not dm.info("mpatha").inactive_table


class TestAMapThatGoesWithItsLastUser:
    def test_is_not_returned_as_created(self, host: Host, dm: Control, table: MultipathTable) -> None:
        """Whoever got it would lose it at any moment."""
        made = host.create("leaving", table, uuid=UUID)
        with open("/dev/mapper/leaving", "rb"):
            dmsetup("remove", "--deferred", "leaving")

            with pytest.raises(errors.DeviceExists, match="when its last user closes it"):
                host.create("leaving", table, uuid=UUID)
        deadline = time.monotonic() + 5
        while os.path.lexists("/dev/mapper/leaving") and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises(errors.DeviceNotFound):
            made.info()


class TestAMapWhoseNameEndsWithASpace:
    def test_claims_its_paths(self, host: Host, table: MultipathTable) -> None:
        """It is not the map of that name without the space."""
        line = f"0 {host.paths()[0].size} multipath {table}"
        dmsetup("create", "mpatha ", "--manglename", "none", "--noudevrules", "--noudevsync", "--table", line)

        with pytest.raises(errors.PathClaimed, match="held by map mpatha "):
            host.create("mpatha", table, uuid=UUID)


class TestATableWithAPathInUse:
    def test_names_who_has_it_and_not_the_map_itself(self, mpath: Map, paths: list[str]) -> None:
        """The paths that stay are held by the map, which is no reason."""
        mpath.reload(MultipathTable.build([paths[1:]]))
        disk = os.open(f"/dev/block/{paths[0]}", os.O_RDONLY | os.O_EXCL)
        try:
            with pytest.raises(errors.TableLoadError) as refused:
                mpath.reload(MultipathTable.build([paths]))
        finally:
            os.close(disk)

        assert [str(holder).split()[0] for holder in refused.value.holders] == ["process"]


class TestAWaitOfAnyLength:
    @pytest.mark.parametrize("timeout", [40 * 86400.0, float("inf")])
    def test_ends_with_the_event(self, dm: Control, mpath: Map, paths: list[str], timeout: float) -> None:
        """Months are more milliseconds than poll takes."""
        before = mpath.info().event_nr
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(dm.wait, "mpatha", before, timeout=timeout)
            mpath.fail_path(paths[0])

            assert waiting.result(10).info.event_nr > before


class TestAMinorNumberThatLinuxCannotHave:
    @pytest.mark.parametrize("minor", [1 << 20, -1])
    def test_is_not_cut_to_one_that_it_can(self, dm: Control, minor: int) -> None:
        """The kernel would take the lowest 20 bits."""
        with pytest.raises(ValueError, match="no device number"):
            dm.create("numbered", minor=minor)

        assert dm.devices() == []


@pytest.mark.kernel(udev=False)
class TestManyWhoKeepTheNodesThemselves:
    def test_do_not_trip_over_each_other(self, dm: Control, table: MultipathTable) -> None:
        """Each sees the devices and links of the others come and go, and always has its own."""

        def live(name: str) -> None:
            with Host() as host:
                for _ in range(8):
                    made = host.create(name, table, uuid=name, verify=False)
                    assert os.stat(f"/dev/mapper/{name}").st_rdev == made.devt
                    made.rename(f"{name}-too")
                    assert os.stat(f"/dev/mapper/{name}-too").st_rdev == made.devt
                    made.remove()
                    assert not os.path.lexists(f"/dev/mapper/{name}-too")

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(live, [f"map{number}" for number in range(6)]))

    def test_leave_the_links_of_a_udev_that_they_do_not_see(self, dm: Control) -> None:
        """In a container, ``/dev`` is the host's, whose udev writes a space as a hexadecimal number."""
        dmsetup("create", "two words", "--manglename", "none", "--noudevrules", "--table", "0 8 zero")
        link = Path("/dev/mapper/two\\x20words")
        link.unlink(missing_ok=True)
        link.symlink_to(f"../{dm.info('two words').node}")

        dm.make_nodes()
        assert link.is_symlink()

        dm.remove("two words")
        assert not link.is_symlink()
