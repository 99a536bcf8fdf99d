"""What the demonstration takes for its array, and what it calls good."""

from dataclasses import replace
from pathlib import Path

import pytest

from multipath import Event, EventKind, Host
from multipath.blocks import BLOCK_SIZE
from multipath.frontends.cli.rehearsal import Outcome, summary
from multipath.frontends.cli.stage import find_array
from multipath.lab.load_report import LoadReport
from multipath.units import Nanoseconds

from .snapshots import snapshot

GOOD = Outcome(
    LoadReport(10, 20, 20 * BLOCK_SIZE, longest=Nanoseconds(2_500_000)),
    (Event(EventKind.ADDED, snapshot()), Event(EventKind.PATH_FAILED, snapshot(), "8:16", 1)),
    (),
    (),
)


def add_disk(sysfs: Path, name: str, number: str, *, model: str = "scsi_debug", unit: str = "naa.1") -> None:
    """Put a SCSI disk into a root of sysfs."""
    device = sysfs / "block" / name / "device"
    device.mkdir(parents=True)
    for folder, key, value in [
        (device.parent, "dev", number),
        (device.parent, "size", "131072"),
        (device, "wwid", unit),
        (device, "vendor", "Linux"),
        (device, "model", model),
        (device, "state", "running"),
    ]:
        (folder / key).write_text(f"{value}\n")


class TestTheArrayThatIsWrittenTo:
    def test_is_virtual_and_has_four_paths(self, tmp_path: Path) -> None:
        """The first four of one logical unit."""
        for index, name in enumerate(["sda", "sdb", "sdc", "sdd", "sde"]):
            add_disk(tmp_path, name, f"8:{16 * index}")

        assert [path.name for path in find_array(Host(sysfs=tmp_path))] == ["sda", "sdb", "sdc", "sdd"]

    def test_is_never_one_with_real_data(self, tmp_path: Path) -> None:
        """Four paths to anything else are left alone."""
        for index, name in enumerate(["sda", "sdb", "sdc", "sdd"]):
            add_disk(tmp_path, name, f"8:{16 * index}", model="FlashArray")

        assert find_array(Host(sysfs=tmp_path)) == ()

    def test_is_one_logical_unit(self, tmp_path: Path) -> None:
        """Two and two make no four."""
        for index, name in enumerate(["sda", "sdb", "sdc", "sdd"]):
            add_disk(tmp_path, name, f"8:{16 * index}", unit=f"naa.{index % 2}")

        assert find_array(Host(sysfs=tmp_path)) == ()


class TestTheOutcome:
    def test_is_good_when_all_was_verified(self) -> None:
        """Every byte, every event, nothing left."""
        assert GOOD.is_good
        assert summary(GOOD) == [
            "10 blocks written, 20 read back; 80 KiB compared, 0 blocks differ",
            "2 events of the kernel, in order; 0 unexpected",
            "1 times a path was lost, 0 times it came back; 0 times I/O went to another group",
            "the longest I/O took 2.5 ms",
            "left behind: nothing",
        ]

    @pytest.mark.parametrize(
        ("bad", "said"),
        [
            (replace(GOOD, io=replace(GOOD.io, blocks_wrong=1, evidence=("at block 1",))), "differs: at block 1"),
            (replace(GOOD, io=replace(GOOD.io, failure="EIO")), "I/O failed: EIO"),
            (replace(GOOD, io=LoadReport()), "0 B compared"),
            (replace(GOOD, left=("map mpdemo",)), "left behind: map mpdemo"),
            (replace(GOOD, unexpected=GOOD.events[:1]), "unexpected: mpatha: added"),
        ],
    )
    def test_is_bad_for_each_thing_that_is_not(self, bad: Outcome, said: str) -> None:
        """And the summary says which."""
        assert not bad.is_good
        assert said in "\n".join(summary(bad))
