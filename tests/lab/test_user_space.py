"""Multipath in user space over the disks of a real kernel: the engine of the virtual host, no device-mapper."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Features, Host, Map, MultipathTable, errors
from multipath.paths.path import Path as Disk
from multipath.units import format_devt
from multipath.virtual import FilePath, SystemClock, VirtualHost

pytestmark = pytest.mark.kernel


@pytest.fixture
def disks(host: Host) -> tuple[Disk, ...]:
    """Give the four disks of the array."""
    return host.paths()


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world in real time."""
    with VirtualHost(clock=SystemClock()) as world:
        yield world


@pytest.fixture
def ways(world: VirtualHost, disks: tuple[Disk, ...]) -> list[FilePath]:
    """Give the disks as paths of that world."""
    return [world.add_file_path(f"/dev/{disk.name}") for disk in disks]


@pytest.fixture
def image(world: VirtualHost, ways: list[FilePath]) -> Map:
    """Give a map over them that queues."""
    table = MultipathTable.build([[way.name for way in ways]], features=Features(queue_if_no_path=True))
    return Host(**world.seams()).create("image", table)


def set_state(disk: Disk, state: str) -> None:
    """Take a disk offline, or back."""
    Path(f"/sys/block/{disk.name}/device/state").write_text(f"{state}\n")


class TestAMapInUserSpace:
    def test_is_verified_by_what_the_kernel_knows(
        self, image: Map, ways: list[FilePath], disks: tuple[Disk, ...]
    ) -> None:
        """One unit, by its identity in the real sysfs."""
        assert {way.wwid for way in ways} == {disks[0].designator}
        assert image.snapshot.size == disks[0].size
        assert {way.block_size for way in ways} == {512}

    def test_writes_past_a_disk_that_is_offline(self, world: VirtualHost, image: Map, disks: tuple[Disk, ...]) -> None:
        """And another disk reads it back."""
        set_state(disks[0], "offline")
        try:
            with world.open("image") as disk:
                for number in range(8):
                    disk.write(number * 4096, bytes([number + 1]) * 4096)
                disk.flush()
        finally:
            set_state(disks[0], "running")

        assert image.status().failed_paths == {"259:0"}
        with open(f"/dev/{disks[1].name}", "rb", buffering=0) as other:
            os.posix_fadvise(other.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            assert other.read(8 * 4096) == b"".join(bytes([number + 1]) * 4096 for number in range(8))

    def test_holds_io_until_a_disk_is_back(self, world: VirtualHost, image: Map, disks: tuple[Disk, ...]) -> None:
        """All of them were offline."""
        for disk in disks:
            set_state(disk, "offline")
        try:
            pending = world.open("image").submit("write", 0, b"q" * 512)
            assert not pending.wait(timeout=0.05)
            assert image.status().paths_active == 0
        finally:
            for disk in disks:
                set_state(disk, "running")

        image.reinstate_path("259:2")

        assert pending.result(timeout=10) == 512

    def test_has_its_disks_for_itself(self, image: Map, host: Host, disks: tuple[Disk, ...]) -> None:
        """No map of the kernel can be built on them meanwhile, nor a second path here."""
        with pytest.raises(errors.TableLoadError, match="EBUSY"):
            host.create("mpatha", MultipathTable.build([[format_devt(disks[0].devt)]]))
        with VirtualHost() as other, pytest.raises(errors.PathError, match="busy"):
            other.add_file_path(f"/dev/{disks[0].name}")

    def test_opens_a_disk_again(self, ways: list[FilePath], world: VirtualHost, image: Map) -> None:
        """After its cable was broken here."""
        ways[0].break_cable()
        ways[0].plug_cable()
        ways[0].plug_cable()
        with world.open(ways[0].name) as disk:
            assert len(disk.read(0, 4096)) == 4096
