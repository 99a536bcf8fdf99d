"""Commands of the interface against dmsetup, on the real kernel; what they do is in ``tests/contract``."""

import os

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

    def test_keeps_its_identity_when_it_is_renamed(self, dm: Control, device: DeviceInfo) -> None:
        """A snapshot from before leads to the renamed device, and the link in /dev/mapper follows."""
        dm.rename(device, "other")

        assert dm.info(device).name == "other"
        assert [entry.name for entry in os.scandir("/dev/mapper") if entry.name != "control"] == ["other"]

    def test_holds_io_back_while_suspended(self, dm: Control, device: DeviceInfo) -> None:
        """Suspended and resumed show in dmsetup."""
        assert dm.suspend(device).suspended
        assert "SUSPENDED" in dmsetup("info", "stack")
        assert not dm.resume(device).suspended


class TestAMessage:
    def test_is_answered_in_text(self, dm: Control, device: DeviceInfo) -> None:
        """A core message's answer comes back."""
        assert dm.message(device, "@stats_create - 1") == "0"
        assert (
            dm.message(device, "@stats_list")
            == dmsetup("message", "stack", "0", "@stats_list").removesuffix("\n") + "\n"
        )


class TestARefusedRequest:
    def test_on_a_busy_device_names_the_holders(self, dm: Control, device: DeviceInfo) -> None:
        """Who has it open, and what is stacked on it, stands in the error."""
        dm.load(dm.create("above"), [linear(format_devt(device.devt))])
        dm.resume("above")

        with open("/dev/mapper/stack", "rb"), pytest.raises(errors.DeviceBusy) as busy:
            dm.remove(device, timeout=0)

        held = {holder.kind: holder.name for holder in busy.value.holders}
        assert held["map"] == "above"
        assert held["process"].startswith(f"{os.getpid()} (")
        dm.remove("above")


class TestARefusedTable:
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
