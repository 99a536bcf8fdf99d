"""The records of ``-o json``: their keys are a promise."""

import json

import pytest

from multipath._native import codec
from multipath.frontends.cli.record import (
    EventRecord,
    GroupRecord,
    MapRecord,
    MapTree,
    PathRecord,
    event_record,
    map_record,
    map_tree,
)
from multipath.maps.event import Event, EventKind

from .snapshots import NO_GROUPS, ONE_GROUP, TWO_GROUPS, brief, snapshot

DEVICES = {"8:0": brief()}
# The promise: a key may be added here, none may be changed or taken away.
MAP_KEYS = [
    "name",
    "uuid",
    "wwid",
    "device_number",
    "node",
    "size_bytes",
    "event_nr",
    "suspended",
    "read_only",
    "queue_if_no_path",
    "open_count",
    "paths_total",
    "paths_active",
    "groups_total",
    "current_group",
]
TREE_KEYS = [*MAP_KEYS, "features", "hardware_handler", "groups"]
GROUP_KEYS = ["number", "state", "selector", "paths_total", "paths_active", "paths"]
PATH_KEYS = [
    "device_number",
    "name",
    "state",
    "fail_count",
    "selector_values",
    "hctl",
    "device_state",
    "vendor",
    "model",
    "designator",
    "size_bytes",
]
EVENT_KEYS = ["event", "name", "uuid", "path", "group", "detail", "map"]


class TestTheKeys:
    def test_are_those_that_were_promised(self) -> None:
        """The records as they are printed."""
        record = map_tree(snapshot(), DEVICES)
        event = event_record(Event(EventKind.ADDED, snapshot()))

        assert list(map_record(snapshot())) == MAP_KEYS
        assert sorted(record) == sorted(TREE_KEYS)
        assert list(record["groups"][0]) == GROUP_KEYS
        assert list(record["groups"][0]["paths"][0]) == PATH_KEYS
        assert list(event) == EVENT_KEYS

    @pytest.mark.parametrize("record", [PathRecord, GroupRecord, MapRecord, MapTree, EventRecord])
    def test_are_each_explained(self, record: type) -> None:
        """The docstring of a record names the keys that it adds."""
        inherited = MapRecord.__annotations__ if record is MapTree else {}

        for key in record.__annotations__.keys() - inherited.keys():
            assert f"        {key}: " in str(record.__doc__)

    def test_count_no_paths_ambiguously(self) -> None:
        """``paths`` is the list, the numbers say what they count."""
        record = map_tree(snapshot(), DEVICES)

        assert "paths" not in record
        assert isinstance(record["groups"][0]["paths"], list)


class TestAMap:
    def test_says_what_the_kernel_says(self) -> None:
        """Identity, size, counts and features."""
        record = map_tree(snapshot(), DEVICES)

        assert (record["name"], record["node"], record["device_number"]) == ("mpatha", "dm-7", "253:7")
        assert (record["uuid"], record["wwid"]) == ("mpath-3600140500000000", "3600140500000000")
        assert (record["size_bytes"], record["event_nr"], record["open_count"]) == (64 << 20, 4, 1)
        assert (record["paths_total"], record["paths_active"]) == (2, 1)
        assert (record["queue_if_no_path"], record["features"]) == (True, ["queue_if_no_path"])
        assert record["hardware_handler"] == "alua"

    def test_without_a_wwid_has_none(self) -> None:
        """Where the uuid is not of the form ``mpath-…``."""
        assert map_record(snapshot(uuid="LVM-abc"))["wwid"] is None
        assert map_record(snapshot(uuid=""))["uuid"] == ""

    def test_that_is_suspended_says_so(self) -> None:
        """And one that cannot be written to."""
        flags = codec.FLAG_SUSPEND | codec.FLAG_READONLY | codec.FLAG_ACTIVE_PRESENT
        record = map_record(snapshot(flags=flags))

        assert (record["suspended"], record["read_only"]) == (True, True)

    @pytest.mark.parametrize("texts", [ONE_GROUP, TWO_GROUPS, NO_GROUPS])
    def test_survives_json(self, texts: tuple[str, str]) -> None:
        """Nothing in it that JSON changes."""
        record = map_tree(snapshot(texts), DEVICES)

        assert json.loads(json.dumps(record)) == record


class TestAGroup:
    def test_has_number_state_and_selector(self) -> None:
        """The number is the one that ``mpath switch`` takes."""
        groups = map_tree(snapshot(TWO_GROUPS), {})["groups"]

        assert [(group["number"], group["state"]) for group in groups] == [(1, "active"), (2, "disabled")]
        assert [group["selector"] for group in groups] == ["queue-length", "round-robin"]
        assert [(group["paths_active"], group["paths_total"]) for group in groups] == [(1, 1), (2, 2)]


class TestAPath:
    def test_has_what_the_kernel_and_sysfs_say(self) -> None:
        """State and failures of the map, name and state of the device."""
        first = map_tree(snapshot(), DEVICES)["groups"][0]["paths"][0]

        assert (first["device_number"], first["name"], first["hctl"]) == ("8:0", "sda", "0:0:0:0")
        assert (first["state"], first["device_state"]) == ("active", "running")
        assert (first["vendor"], first["model"]) == ("Linux", "scsi_debug")
        assert first["selector_values"] == {"in_flight_bytes": 4096, "relative_throughput": 1}

    def test_that_sysfs_does_not_have_keeps_its_state(self) -> None:
        """A device that was pulled is still a path of the map."""
        second = map_tree(snapshot(), DEVICES)["groups"][0]["paths"][1]

        assert (second["device_number"], second["state"], second["fail_count"]) == ("8:16", "failed", 3)
        assert (second["name"], second["hctl"], second["size_bytes"]) == (None, None, None)


class TestAnEvent:
    def test_names_its_path_and_the_map_after_it(self) -> None:
        """As ``mpath watch -o json`` prints it."""
        record = event_record(Event(EventKind.PATH_FAILED, snapshot(), "8:16", 1, "failed 3 times"))

        assert (record["event"], record["path"], record["group"]) == ("path_failed", "8:16", 1)
        assert record["map"] == map_record(snapshot())

    def test_of_a_map_that_cannot_be_read_names_it(self) -> None:
        """One line of a newer kernel does not end the watch of all maps."""
        strange = snapshot((ONE_GROUP[0], "a status of tomorrow"))
        record = event_record(Event(EventKind.UNREADABLE, strange, detail="the kernel's status cannot be read"))

        assert (record["event"], record["name"], record["map"]) == ("unreadable", "mpatha", None)

    def test_of_no_path_has_none(self) -> None:
        """Null, not an empty text or a zero."""
        record = event_record(Event(EventKind.REMOVED, snapshot()))

        assert (record["path"], record["group"]) == (None, None)
