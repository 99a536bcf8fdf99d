"""Every command of the interface against dmsetup, on the real kernel."""

import os
import subprocess
import threading

import pytest

from multipath import Control, Target, errors
from multipath.dm.device import DeviceInfo
from multipath.units import Sectors, format_devt, parse_devt

from .oracle import dmsetup

pytestmark = pytest.mark.kernel


def linear(path: str, length: int = 2048, start: int = 0, offset: int = 0) -> Target:
    """Return a line that maps to a part of one path."""
    return Target(Sectors(start), Sectors(length), "linear", f"{path} {offset}")


@pytest.fixture
def device(dm: Control, paths: list[str]) -> DeviceInfo:
    """Give a device of two lines over one path; the `dm` fixture removes it."""
    created = dm.create("stack", uuid="TEST-stack")
    dm.load(created, [linear(paths[0]), linear(paths[0], start=2048, offset=4096)])
    return dm.resume(created)


class TestTheInterface:
    def test_tells_its_version_as_dmsetup_does(self, dm: Control) -> None:
        """The version of the interface is the one that dmsetup prints."""
        assert f"Driver version:    {dm.version()}" in dmsetup("version")

    def test_lists_the_targets_that_dmsetup_lists(self, dm: Control) -> None:
        """Every loaded target has the version that dmsetup prints."""
        printed = dict(line.split() for line in dmsetup("targets").splitlines())

        assert {name: f"v{version}" for name, version in dm.target_versions().items()} == printed

    def test_loads_the_module_of_a_target_that_is_asked_for(self, dm: Control) -> None:
        """Asking for one target's version brings its module in."""
        assert dm.target_version("zero").major == 1
        assert "zero" in dm.target_versions()

    def test_refuses_a_target_that_the_kernel_does_not_have(self, dm: Control) -> None:
        """An unknown target is an error that names it."""
        with pytest.raises(errors.DeviceMapperError, match=r"DM_GET_TARGET_VERSION on nonesuch: .*EINVAL"):
            dm.target_version("nonesuch")


class TestADevice:
    def test_is_what_dmsetup_info_says(self, dm: Control, device: DeviceInfo) -> None:
        """Name, uuid, number, open count, event number and lines agree with dmsetup."""
        columns = "name,uuid,major,minor,open,segments,events,suspended,readonly,tables_loaded,device_count"
        name, uuid, major, minor, opened, lines, events, suspended, ro, loaded, _ = (
            dmsetup("info", "-c", "--noheadings", "--separator", "|", "-o", columns, "stack").strip().split("|")
        )
        info = dm.info("stack")

        assert (info.name, info.uuid, format_devt(info.devt)) == (name, uuid, f"{major}:{minor}")
        assert (info.open_count, info.target_count, info.event_nr) == (int(opened), int(lines), int(events))
        assert (info.suspended, info.read_only, info.live_table) == (
            suspended != "Active",
            ro != "Writeable",
            "Live" in loaded,
        )

    def test_has_the_table_and_the_status_that_dmsetup_prints(self, dm: Control, device: DeviceInfo) -> None:
        """Each line agrees to the letter."""
        assert str(dm.table(device)) == dmsetup("table", "stack").removesuffix("\n")
        assert str(dm.status(device)) == dmsetup("status", "stack").removesuffix("\n")

    def test_has_the_dependencies_that_dmsetup_prints(self, dm: Control, device: DeviceInfo, paths: list[str]) -> None:
        """Each used device stands once."""
        assert [format_devt(number) for number in dm.deps(device)] == [paths[0]]
        assert f"({paths[0].replace(':', ', ')})" in dmsetup("deps", "stack")

    def test_stands_in_the_list_with_uuid_and_event_number(self, dm: Control, device: DeviceInfo) -> None:
        """The list tells what each device's own status tells."""
        (entry,) = dm.devices()

        assert (entry.name, entry.devt, entry.event_nr) == (device.name, device.devt, device.event_nr)
        assert entry.uuid in (device.uuid, None)

    def test_is_found_by_name_number_and_snapshot(self, dm: Control, device: DeviceInfo) -> None:
        """All three references lead to one device."""
        assert {dm.info(ref).uuid for ref in ("stack", device.devt, device, dm.devices()[0])} == {"TEST-stack"}

    def test_keeps_its_identity_when_it_is_renamed(self, dm: Control, device: DeviceInfo) -> None:
        """A snapshot from before leads to the renamed device, and the link in /dev/mapper follows."""
        dm.rename(device, "other")

        assert dm.info(device).name == "other"
        assert [entry.name for entry in os.scandir("/dev/mapper") if entry.name != "control"] == ["other"]

    def test_gets_a_uuid_once(self, dm: Control) -> None:
        """A device without uuid takes one; a second is refused."""
        dm.create("bare")

        assert dm.set_uuid("bare", "TEST-bare").uuid == "TEST-bare"
        with pytest.raises(errors.DeviceMapperError, match="set once"):
            dm.set_uuid("bare", "TEST-again")

    def test_takes_the_minor_that_is_asked_for(self, dm: Control) -> None:
        """A persistent minor number is honoured."""
        assert os.minor(dm.create("chosen", minor=77).devt) == 77

    @pytest.mark.parametrize("minor", [-1, 1 << 20, 1 << 40])
    def test_takes_no_minor_that_linux_cannot_have(self, dm: Control, minor: int) -> None:
        """The kernel would take its lowest bits."""
        with pytest.raises(ValueError, match="no device number"):
            dm.create("chosen", minor=minor)
        assert dm.devices() == []

    def test_keeps_a_loaded_table_inactive_until_resume(
        self, dm: Control, device: DeviceInfo, paths: list[str]
    ) -> None:
        """A load changes the inactive slot alone, clear empties it, resume swaps it in."""
        dm.load(device, [linear(paths[1])])

        assert dm.info(device).inactive_table
        assert dm.table(device, inactive=True)[0].params == f"{paths[1]} 0"
        assert len(dm.table(device)) == 2
        assert not dm.clear(device).inactive_table

    def test_holds_io_back_while_suspended(self, dm: Control, device: DeviceInfo) -> None:
        """Suspended and resumed show in dmsetup."""
        assert dm.suspend(device).suspended
        assert "SUSPENDED" in dmsetup("info", "stack")
        assert not dm.resume(device).suspended

    def test_takes_a_geometry(self, dm: Control, device: DeviceInfo) -> None:
        """The kernel accepts a geometry within the device and refuses one without sense."""
        dm.set_geometry(device, 4, 16, 63)

        with pytest.raises(errors.DeviceMapperError, match="cylinders"):
            dm.set_geometry(device, 4, 900, 63)

    def test_is_read_only_when_loaded_so(self, dm: Control, paths: list[str]) -> None:
        """A read-only table makes a read-only device."""
        dm.load(dm.create("ro"), [linear(paths[0])], read_only=True)

        assert dm.resume("ro").read_only

    def test_goes_away_with_its_last_user_when_deferred(self, dm: Control, device: DeviceInfo) -> None:
        """A deferred removal waits for the last close."""
        with open("/dev/mapper/stack", "rb"):
            dm.remove(device, deferred=True)
            assert dm.info(device).deferred_remove
            dm.arm_poll()

        assert dm.poll(10)
        with pytest.raises(errors.DeviceNotFound):
            dm.info(device)
        subprocess.run(["udevadm", "settle"], check=True)  # no cookie belongs to a removal that the kernel does later

    def test_is_measured(self, dm: Control, device: DeviceInfo) -> None:
        """The text for IMA names the target and its version."""
        assert dm.measurements(device)[0].params.startswith("target_name=linear,target_version=")


class TestAListOfManyDevices:
    def test_outgrows_the_first_buffer(self, dm: Control) -> None:
        """Names of two hundred devices come whole, in a buffer that grew."""
        names = [f"long-name-{'x' * 100}-{number:03}" for number in range(200)]
        for name in names:
            dm.create(name, uuid=f"TEST-{name}")

        assert sorted(entry.name for entry in dm.devices()) == names
        dm.remove_all()
        assert dm.devices() == []


class TestAMessage:
    def test_is_answered_in_text(self, dm: Control, device: DeviceInfo) -> None:
        """A core message's answer comes back."""
        assert dm.message(device, "@stats_create - 1") == "0"
        assert (
            dm.message(device, "@stats_list")
            == dmsetup("message", "stack", "0", "@stats_list").removesuffix("\n") + "\n"
        )

    def test_to_a_device_without_a_table_is_no_success(self, dm: Control) -> None:
        """The kernel's positive result is an error that says what is missing."""
        dm.create("empty")

        with pytest.raises(errors.TableMissing, match="no live table"):
            dm.message("empty", "no-such-message")

    def test_that_the_target_does_not_know_is_refused(self, dm: Control, device: DeviceInfo) -> None:
        """The errno stays with the error."""
        with pytest.raises(errors.MessageRefused) as refused:
            dm.message(device, "no such thing")

        assert refused.value.errno is not None
        assert refused.value.ioctl == "DM_TARGET_MSG"

    def test_is_wiped_when_it_is_secret(self, dm: Control, device: DeviceInfo) -> None:
        """SECURE_DATA works like any other message."""
        assert dm.message(device, "@stats_create - 1", secure=True) == "0"


class TestEvents:
    def test_wake_the_poller_that_armed_before(self, dm: Control, device: DeviceInfo) -> None:
        """The file is readable after an event and quiet after it was armed again."""
        dm.arm_poll()
        assert not dm.poll(0)

        dm.rename(device, "renamed")

        assert dm.poll(0)
        dm.arm_poll()
        assert not dm.poll(0)

    def test_wake_a_waiter_in_the_kernel(self, dm: Control, device: DeviceInfo) -> None:
        """DM_DEV_WAIT returns the status of the new event number."""
        before = dm.info(device).event_nr
        renamer = threading.Timer(0.2, lambda: dm.rename(device, "renamed"))
        renamer.start()

        seen = dm.wait(device, before)
        renamer.join()

        assert seen.info.event_nr == before + 1
        assert len(seen) == 2

    def test_that_do_not_come_end_a_wait_in_time(self, dm: Control, device: DeviceInfo) -> None:
        """A wait with a timeout says what it saw."""
        with pytest.raises(errors.WaitTimeout) as late:
            dm.wait(device, dm.info(device).event_nr, timeout=0.1)

        assert late.value.seen is not None

    def test_cannot_be_waited_for_without_a_table(self, dm: Control) -> None:
        """Nothing would wake such a waiter, and it would hold up the removal: refused."""
        dm.create("empty")

        with pytest.raises(errors.TableMissing):
            dm.wait("empty", 0)


class TestARefusedRequest:
    def test_for_a_device_that_is_not_there(self, dm: Control) -> None:
        """It says what was tried and on what."""
        with pytest.raises(errors.DeviceNotFound, match=r"DM_DEV_STATUS on ghost: .*ENXIO"):
            dm.info("ghost")

    def test_for_a_name_that_is_taken(self, dm: Control) -> None:
        """A second device of one name or one uuid is refused, and nothing is left of it."""
        dm.create("taken", uuid="TEST-taken")

        with pytest.raises(errors.DeviceExists, match="DM_DEV_CREATE on taken"):
            dm.create("taken")
        with pytest.raises(errors.DeviceExists):
            dm.create("other", uuid="TEST-taken")
        assert [entry.name for entry in dm.devices()] == ["taken"]

    def test_for_a_device_that_was_made_again(self, dm: Control, device: DeviceInfo) -> None:
        """A snapshot of a removed device does not lead to its successor under another number."""
        dm.remove(device)
        dm.create("placeholder")
        dm.create("stack", uuid="TEST-stack")

        with pytest.raises(errors.DeviceNotFound, match="now belongs to"):
            dm.info(device)

    def test_on_a_closed_control(self) -> None:
        """Use after close is refused before the kernel is asked, and closing twice is fine."""
        control = Control()
        control.close()
        control.close()

        with pytest.raises(errors.Closed):
            control.devices()

    def test_on_a_busy_device_names_the_holders(self, dm: Control, device: DeviceInfo) -> None:
        """Who has it open, and what is stacked on it, stands in the error."""
        dm.load(dm.create("above"), [linear(format_devt(device.devt))])
        dm.resume("above")

        with open("/dev/mapper/stack", "rb"), pytest.raises(errors.DeviceBusy) as busy:
            dm.remove(device, timeout=0)

        held = {holder.kind: holder.name for holder in busy.value.holders}  # type: ignore[attr-defined]
        assert held["map"] == "above"
        assert held["process"].startswith(f"{os.getpid()} (")
        dm.remove("above")


class TestARefusedTable:
    @pytest.mark.parametrize(
        ("lines", "word"),
        [
            ([], 0),
            ([Target(Sectors(8), Sectors(8), "zero")], 0),
            ([Target(Sectors(0), Sectors(0), "zero")], 1),
            ([Target(Sectors(0), Sectors(8), "zero"), Target(Sectors(16), Sectors(8), "zero")], 0),
            ([Target(Sectors(0), Sectors(8), "a-type-of-sixteen")], 2),
            ([Target(Sectors(0), Sectors(8), "linear", "8:0\0 0")], 3),
        ],
    )
    def test_that_no_kernel_takes_is_refused_first(self, dm: Control, lines: list[Target], word: int) -> None:
        """Gaps, no length and names too long never reach the kernel."""
        dm.create("table")

        with pytest.raises(errors.TableError) as refused:
            dm.load("table", lines)

        assert refused.value.word == word
        assert not dm.info("table").inactive_table

    @pytest.mark.parametrize(
        ("kind", "params", "reason"),
        [
            ("linear", "8:250 0", "Device lookup failed"),
            ("multipath", "0 0 1 1 service-time 0 1 2 8:250 1 1", "error getting device"),
            ("multipath", "0 0 1 1 no-such-selector 0 1 0 8:0", "unknown path selector type"),
            ("nonesuch", "", "unknown target type"),
        ],
    )
    def test_carries_what_the_kernel_logged(self, dm: Control, kind: str, params: str, reason: str) -> None:
        """The reason is the kernel's own, and no table is left behind."""
        dm.create("table")

        with pytest.raises(errors.TableLoadError) as refused:
            dm.load("table", [Target(Sectors(0), Sectors(2048), kind, params)])

        assert reason in (refused.value.reason or "")
        assert refused.value.errno in (6, 19, 22)
        assert not dm.info("table").inactive_table

    def test_names_who_holds_a_path(self, dm: Control, paths: list[str]) -> None:
        """A path that another map has claimed comes with that map's name."""
        for name in ("first", "second"):
            dm.create(name)
        dm.load("first", [linear(paths[0])])
        with open(f"/dev/block/{paths[1]}", "rb") as raw:
            held = os.open(raw.name, os.O_RDONLY | os.O_EXCL)

        with pytest.raises(errors.TableLoadError) as refused:
            dm.load("second", [linear(paths[1])])

        os.close(held)
        assert refused.value.errno == 16
        assert f"process {os.getpid()}" in str(refused.value)
        assert parse_devt(paths[1]) not in dm.deps("second", inactive=True)
