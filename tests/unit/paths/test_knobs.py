"""Where the attributes of a path are that bound how long the kernel waits."""

from pathlib import Path as Folder

import pytest

from multipath.paths.knobs import FOREVER, OFFLINE, Knob, format_knob, knob_files, knob_values, parse_knob

from .timeout_tree import path_of, timeout_tree

SCSI = {Knob.TIMEOUT: 30.0, Knob.MAX_SECTORS: 1280.0, Knob.EH_TIMEOUT: 10.0, Knob.MAX_RETRIES: 5.0}
OF_HOST = {Knob.EH_DEADLINE: FOREVER, Knob.STATE: 1.0}
EXPECTED = [
    ("fc", {**SCSI, **OF_HOST, Knob.FAST_IO_FAIL: FOREVER, Knob.DEV_LOSS: 45.0}),
    ("iscsi", {**SCSI, **OF_HOST, Knob.RECOVERY: 120.0, Knob.NOOP_INTERVAL: 5.0, Knob.NOOP_TIMEOUT: 5.0}),
    ("sas", {**SCSI, **OF_HOST, Knob.NEXUS_LOSS: 2000.0}),
    ("srp", {**SCSI, **OF_HOST, Knob.RECONNECT: 10.0, Knob.FAST_IO_FAIL: 15.0, Knob.DEV_LOSS: 600.0}),
    (
        "nvme",
        {
            Knob.IO_TIMEOUT: 30.0, Knob.MAX_SECTORS: 1280.0, Knob.CTRL_LOSS: 600.0, Knob.RECONNECT: 10.0,
            Knob.FAST_IO_FAIL: FOREVER, Knob.KEEP_ALIVE: 5.0,
        },
    ),
]  # fmt: skip
TEXTS = [
    (Knob.IO_TIMEOUT, "3600", 3.6), (Knob.MAX_RETRIES, "0", 0.0), (Knob.EH_DEADLINE, "off", FOREVER),
    (Knob.FAST_IO_FAIL, "5", 5.0), (Knob.CTRL_LOSS, "-1", FOREVER), (Knob.STATE, "offline", OFFLINE),
]  # fmt: skip


class TestTheAttributesOfAPath:
    @pytest.mark.parametrize(("name", "expected"), EXPECTED)
    def test_are_those_of_its_transport(self, tmp_path: Folder, name: str, expected: dict[Knob, float]) -> None:
        """Each is found where the kernel has it, with its value in seconds."""
        path = timeout_tree(name, tmp_path)

        assert knob_values(knob_files(path, sysfs=tmp_path)) == expected

    @pytest.mark.parametrize("name", ["fc", "iscsi", "sas", "srp"])
    def test_of_what_stands_above_are_shared(self, tmp_path: Folder, name: str) -> None:
        """Those of the disk and its device are the path's own, and no others are."""
        files = knob_files(timeout_tree(name, tmp_path), sysfs=tmp_path)

        own = {each.knob for each in files if not each.shared}
        assert own == {Knob.TIMEOUT, Knob.MAX_SECTORS, Knob.EH_TIMEOUT, Knob.MAX_RETRIES, Knob.STATE}

    def test_of_a_path_that_went_away_are_none(self, tmp_path: Folder) -> None:
        """Nothing is raised."""
        assert knob_files(path_of("fc", "sdz", "9:0:0:0", 0), sysfs=tmp_path) == ()


class TestAValue:
    @pytest.mark.parametrize(("knob", "text", "value"), TEXTS)
    def test_survives_a_round_trip(self, knob: Knob, text: str, value: float) -> None:
        """What is read can be written."""
        assert parse_knob(knob, f"{text}\n") == value
        assert format_knob(knob, value) == text

    @pytest.mark.parametrize("text", ["", "soon", "3.5"])
    def test_that_is_none_is_none(self, text: str) -> None:
        """A file that says something else holds no value."""
        assert parse_knob(Knob.IO_TIMEOUT, text) is None
