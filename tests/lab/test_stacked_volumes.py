"""The example of mirrors and snapshots on multipath maps, on a real kernel; dmsetup says what was made."""

import mmap
import os
from collections.abc import Iterator

import pytest

from examples.stacked_volumes.volumes import make_mirror, make_origin, take_snapshot
from multipath import Control, DeviceInfo, Host, Map, MultipathTable
from multipath.dm.targets import MirrorStatus, SnapshotStatus
from multipath.errors import DeviceExists, TableLoadError
from multipath.lab import guest
from multipath.units import format_devt

from .oracle import dmsetup

pytestmark = pytest.mark.kernel(backend="tcm_loop", paths=2, luns=3)
BLOCK = 4096


@pytest.fixture
def units(host: Host, dm: Control) -> Iterator[list[Map]]:
    """Give a map of two paths over each of three units; what was built on them goes first, from the top."""
    yield [
        host.create(f"unit{number}", MultipathTable.build([[f"/dev/{path}" for path in names]]), uuid=f"mpath-{number}")
        for number, names in enumerate(guest.luns())
    ]
    while entries := dm.devices():
        below = {device for entry in entries for device in dm.deps(entry)}
        for entry in entries:
            if entry.devt not in below:
                dm.remove(entry, timeout=60)


@pytest.fixture
def volume(dm: Control, units: list[Map]) -> DeviceInfo:
    """Give a volume over a mirror of two units, both in sync."""
    mirror = make_mirror(dm, "mirror", units[:2])
    wait_in_sync(dm)
    return make_origin(dm, "data", mirror)


def mirror_status(dm: Control) -> MirrorStatus:
    """Return what the mirror says."""
    return MirrorStatus.parse(dm.status("mirror")[0].params)


def wait_in_sync(dm: Control) -> None:
    """Wait until both copies are alike; the mirror raises an event then."""
    event = dm.info("mirror").event_nr
    while not mirror_status(dm).in_sync:
        event = dm.wait("mirror", event, timeout=60).info.event_nr


def write(name: str, data: bytes) -> None:
    """Write a block at the beginning of a device, past the page cache."""
    fd = os.open(f"/dev/mapper/{name}", os.O_WRONLY | os.O_DIRECT)
    try:
        assert os.pwrite(fd, _aligned(data), 0) == BLOCK
    finally:
        os.close(fd)


def read(name: str) -> bytes:
    """Read the block at the beginning of a device, past the page cache."""
    fd, buffer = os.open(f"/dev/mapper/{name}", os.O_RDONLY | os.O_DIRECT), mmap.mmap(-1, BLOCK)
    try:
        assert os.preadv(fd, [buffer], 0) == BLOCK
        return bytes(buffer).rstrip(b"\0")
    finally:
        os.close(fd)


def _aligned(data: bytes) -> mmap.mmap:
    buffer = mmap.mmap(-1, BLOCK)
    buffer[: len(data)] = data
    return buffer


class TestAMirrorOfTwoUnits:
    def test_is_what_dmsetup_shows(self, units: list[Map], volume: DeviceInfo) -> None:
        """Its table has both maps; the volume stands on it."""
        first, second = (format_devt(unit.devt) for unit in units[:2])

        assert f"mirror core 1 1024 2 {first} 0 {second} 0 2 handle_errors keep_log" in dmsetup("table", "mirror")
        assert "snapshot-origin" in dmsetup("table", volume.name)

    def test_writes_to_both(self, volume: DeviceInfo) -> None:
        """Each unit has the bytes."""
        write(volume.name, b"twice")

        assert [read("unit0"), read("unit1")] == [b"twice", b"twice"]

    def test_survives_the_loss_of_a_whole_unit(self, dm: Control, units: list[Map], volume: DeviceInfo) -> None:
        """First one path of it, which multipath survives, and then the other, which the mirror does."""
        write(volume.name, b"before")
        first, second = guest.luns()[0]
        try:
            guest.set_state(first, "offline")
            write(volume.name, b"one path left")
            assert mirror_status(dm).health == "AA"

            guest.set_state(second, "offline")
            write(volume.name, b"one unit left")
            assert read(volume.name) == b"one unit left"
            assert mirror_status(dm).failed == (format_devt(units[0].devt),)
        finally:
            for path in (first, second):
                guest.set_state(path, "running")
                units[0].reinstate_path(path)

    def test_that_the_kernel_refuses_leaves_nothing(self, dm: Control, units: list[Map]) -> None:
        """One copy is no mirror."""
        with pytest.raises(TableLoadError):
            make_mirror(dm, "mirror", units[:1])
        assert {entry.name for entry in dm.devices()} == {"unit0", "unit1", "unit2"}


class TestASnapshot:
    def test_keeps_what_was(self, dm: Control, units: list[Map], volume: DeviceInfo) -> None:
        """What changes later is on the volume, and on both of its copies."""
        write(volume.name, b"old")
        taken = take_snapshot(dm, "before", volume, units[2])
        write(volume.name, b"new")

        assert (read("before"), read(volume.name), read("unit1")) == (b"old", b"new", b"new")
        assert not dm.info(volume).suspended
        assert "snapshot" in dmsetup("table", taken.name)
        status = SnapshotStatus.parse(dm.status("before")[0].params)
        assert str(status) == dmsetup("status", "before").split("snapshot ")[1].strip()

    def test_can_be_taken_again(self, dm: Control, units: list[Map], volume: DeviceInfo) -> None:
        """From the newer state, when the first is gone."""
        write(volume.name, b"one")
        dm.remove(take_snapshot(dm, "first", volume, units[2]))
        write(volume.name, b"two")
        take_snapshot(dm, "second", volume, units[2])
        write(volume.name, b"three")

        assert read("second") == b"two"

    def test_that_is_refused_lets_the_volume_go_on(self, dm: Control, units: list[Map], volume: DeviceInfo) -> None:
        """Its name is taken."""
        dm.create("taken")
        with pytest.raises(DeviceExists):
            take_snapshot(dm, "taken", volume, units[2])

        assert not dm.info(volume).suspended
        write(volume.name, b"goes on")
