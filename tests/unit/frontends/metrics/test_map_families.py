"""What the kernel says, from its own texts."""

import pytest

from multipath._native import codec
from multipath.frontends.metrics import map_families as of
from multipath.frontends.metrics.family import Family, Readings
from multipath.maps.snapshot import MapSnapshot
from multipath.paths.path import Path
from tests.unit.frontends.cli.snapshots import NO_GROUPS, ONE_GROUP, TWO_GROUPS, path, snapshot

from .series import series

DEVICES = {"8:0": path(), "8:16": path("sdb\x1b", 16, state="offline")}


def readings(*maps: MapSnapshot, devices: dict[str, Path] | None = None) -> Readings:
    """Return what is told of maps."""
    found = Readings(of.FAMILIES)
    of.add_maps(found, maps, devices or {})
    return found


class TestAMap:
    def test_is_told_with_its_counts(self) -> None:
        """All paths and those that work are two numbers."""
        found = readings(snapshot())

        told = {family.name: series(found, family)["mpatha",] for family in (of.PATHS, of.ACTIVE_PATHS, of.GROUPS)}
        assert [*told.values()] == [2, 1, 1]
        assert series(found, of.QUEUEING) == {("mpatha",): 1}
        assert series(found, of.SIZE) == {("mpatha",): 64 << 20}
        assert series(found, of.KERNEL_EVENTS) == {("mpatha",): 4}

    def test_says_which_unit_it_leads_to(self) -> None:
        """The WWID is the uuid without its prefix, where it has that one."""
        found = readings(snapshot(), snapshot(name="other", uuid="LVM-x"))

        assert series(found, of.MAP_INFO).keys() == {
            ("mpatha", "mpath-3600140500000000", "3600140500000000", "dm-7", "alua"),
            ("other", "LVM-x", "", "dm-7", "alua"),
        }

    @pytest.mark.parametrize(
        ("flag", "family"), [(codec.FLAG_SUSPEND, of.SUSPENDED), (codec.FLAG_READONLY, of.READ_ONLY)]
    )
    def test_says_what_holds_it_back(self, flag: int, family: Family) -> None:
        """By a flag of the device."""
        assert series(readings(snapshot()), family) == {("mpatha",): 0}
        assert series(readings(snapshot(flags=flag | codec.FLAG_ACTIVE_PRESENT)), family) == {("mpatha",): 1}

    def test_that_cannot_be_read_costs_the_others_nothing(self) -> None:
        """It is told that it is there."""
        found = readings(snapshot(("what", "ever"), name="new"), snapshot())

        assert series(found, of.READABLE) == {("new",): 0, ("mpatha",): 1}
        assert series(found, of.PATHS) == {("mpatha",): 2}

    def test_may_have_no_groups(self) -> None:
        """Then there is no current one."""
        found = readings(snapshot(NO_GROUPS))

        assert series(found, of.CURRENT_GROUP) == {("mpatha",): 0}
        assert series(found, of.GROUP_INFO) == {}


class TestAGroup:
    def test_says_whether_io_goes_through_it(self) -> None:
        """Or whether it is bypassed."""
        found = readings(snapshot(TWO_GROUPS))

        assert series(found, of.GROUP_IN_USE) == {("mpatha", "1"): 1, ("mpatha", "2"): 0}
        assert series(found, of.GROUP_BYPASSED) == {("mpatha", "1"): 0, ("mpatha", "2"): 1}
        assert series(found, of.GROUP_ACTIVE_PATHS) == {("mpatha", "1"): 1, ("mpatha", "2"): 2}
        assert series(found, of.GROUP_INFO).keys() == {("mpatha", "1", "queue-length"), ("mpatha", "2", "round-robin")}


class TestAPath:
    def test_is_told_with_its_state_and_failures(self) -> None:
        """By the kernel's name, or by number where sysfs does not show it."""
        found = readings(snapshot(), devices={"8:16": DEVICES["8:16"]})

        assert series(found, of.PATH_ACTIVE) == {("mpatha", "1", "8:0"): 1, ("mpatha", "1", "sdb\\x1b"): 0}
        assert series(found, of.PATH_FAILURES) == {("mpatha", "1", "8:0"): 0, ("mpatha", "1", "sdb\\x1b"): 3}

    def test_says_what_is_in_flight_in_the_words_of_its_selector(self) -> None:
        """Bytes or I/Os, or nothing."""
        assert series(readings(snapshot(ONE_GROUP)), of.IN_FLIGHT_BYTES)["mpatha", "1", "8:0"] == 4096
        assert series(readings(snapshot(TWO_GROUPS)), of.IN_FLIGHT_IOS) == {("mpatha", "1", "8:0"): 7}

    def test_of_historical_service_time_says_how_long_an_io_takes(self) -> None:
        """In seconds; the kernel counts 1024ths of a nanosecond."""
        table = "0 0 1 1 historical-service-time 0 1 1 8:0 1 "
        found = readings(snapshot((table, f"2 0 0 0 1 1 A 2 0 0 1 3 8:0 A 0 {2_000_000 * 1024} 5 9 ")))

        assert series(found, of.SERVICE_TIME) == {("mpatha", "1", "8:0"): 0.002}
        assert series(found, of.IN_FLIGHT_IOS) == {("mpatha", "1", "8:0"): 5}

    def test_says_what_it_leads_through(self) -> None:
        """And how the device is."""
        found = readings(snapshot(), devices=DEVICES)

        assert ("mpatha", "1", "sda", "8:0", "0:0:0:0", "undef", "", "", "Linux", "scsi_debug") in series(
            found, of.PATH_INFO
        )
        assert series(found, of.DEVICE_STATE).keys() == {
            ("mpatha", "1", "sda", "running"),
            ("mpatha", "1", "sdb\\x1b", "offline"),
        }

    def test_that_stands_in_several_places_is_told_once_in_each_group(self) -> None:
        """Prometheus refuses two values of one series."""
        table = "0 0 2 1 round-robin 0 2 1 8:0 1 8:0 1 round-robin 0 1 1 8:0 1 "
        found = readings(snapshot((table, "2 0 0 0 2 1 A 0 2 0 8:0 F 4 8:0 A 0 E 0 1 0 8:0 A 2 ")))

        assert series(found, of.PATH_FAILURES) == {("mpatha", "1", "8:0"): 4, ("mpatha", "2", "8:0"): 2}
