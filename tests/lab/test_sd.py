"""A disk in trouble: the errno that a program gets from this kernel's sd driver, and from a virtual disk."""

import errno
import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from multipath.virtual import VirtualHost

pytestmark = pytest.mark.kernel

DRIVER = Path("/sys/bus/pseudo/drivers/scsi_debug")
BAD = 0x1234  # where scsi_debug has its unreadable sectors, ten of them
LENGTH = 4096


@dataclass
class Disk:
    """
    A disk of this kernel.

    Attributes:
        device: Its SCSI device in sysfs.
        fd: The disk, open for direct I/O.
    """

    device: Path
    fd: int

    def write(self, attribute: str, text: str) -> None:
        """Write into sysfs."""
        (self.device / attribute).write_text(f"{text}\n")


@pytest.fixture
def disk(paths: list[str]) -> Iterator[Disk]:
    """Give the first path of the array, in order again afterwards."""
    folder = Path(f"/sys/dev/block/{paths[0]}").resolve()
    fd = os.open(f"/dev/{folder.name}", os.O_RDWR | os.O_DIRECT)
    yield Disk((folder / "device").resolve(), fd)
    os.close(fd)
    (DRIVER / "opts").write_text("0\n")
    (folder / "device/state").write_text("running\n")


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a virtual host with one disk."""
    with VirtualHost() as made:
        made.add_array(paths=1)
        yield made


def errno_of(fd: int, sector: int = 0) -> int:
    """Return what a direct read ends with; zero where it succeeds."""
    buffer = mmap.mmap(-1, LENGTH)
    try:
        os.preadv(fd, [buffer], sector * 512)
    except OSError as error:
        return error.errno or 0
    return 0


def virtual_errno_of(world: VirtualHost, sector: int = 0) -> int:
    """Return the same for the virtual disk."""
    with world.open("sda") as disk:
        pending = disk.submit("read", sector * 512, bytearray(LENGTH))
        pending.wait()
    return 0 if pending.status is None else pending.status.value


def differences(disk: Disk, world: VirtualHost, sectors: tuple[int, ...] = (0,)) -> list[tuple[int, int, int]]:
    """Return where the two disks answer differently: sector, errno here, errno there."""
    answers = [(sector, errno_of(disk.fd, sector), virtual_errno_of(world, sector)) for sector in sectors]
    return [answer for answer in answers if answer[1] != answer[2]]


class TestADiskInTrouble:
    def test_that_is_offline_fails_as_the_virtual_one(self, disk: Disk, world: VirtualHost) -> None:
        """And both do their work again when they are running."""
        path = world.arrays[0].paths[0]
        with world.open("sda") as opened:
            disk.write("state", "offline")
            path.offline()
            pending = opened.submit("read", 0, bytearray(LENGTH))
            assert pending.status is not None
            assert (errno_of(disk.fd), pending.status.value) == (errno.EIO, errno.EIO)

        disk.write("state", "running")
        path.online()
        assert differences(disk, world) == []

    def test_that_cannot_read_a_sector_fails_as_the_virtual_one(self, disk: Disk, world: VirtualHost) -> None:
        """With the errno that no other path is tried for; beside it all is well."""
        (DRIVER / "opts").write_text("2\n")
        world.arrays[0].units[0].medium_error(BAD, 10)

        assert errno_of(disk.fd, BAD & ~7) == errno.ENODATA
        assert differences(disk, world, (0, BAD & ~7, (BAD & ~7) + 8, (BAD & ~7) + 16)) == []


class TestADiskThatIsScanned:
    @pytest.mark.parametrize(
        "attribute",
        ["timeout", "eh_timeout", "type", "state", "scsi_disk/{}/max_retries", "block/{}/ro", "block/{}/removable"],
    )
    def test_has_the_attributes_of_the_virtual_one(self, disk: Disk, world: VirtualHost, attribute: str) -> None:
        """Under the same names, with the values of a new disk."""
        here, there = disk.device, world.sysfs.root / world.arrays[0].paths[0].folder

        assert value_of(here, attribute) == value_of(there, attribute)

    def test_has_its_pages_as_the_virtual_one(self, disk: Disk, world: VirtualHost) -> None:
        """Header included, under the same names."""
        there = world.sysfs.root / world.arrays[0].paths[0].folder

        for page in there.glob("vpd_pg*"):
            assert page.read_bytes()[1] == (disk.device / page.name).read_bytes()[1]


def value_of(device: Path, attribute: str) -> str:
    """Return an attribute below a SCSI device, ``{}`` being the one name there."""
    (file,) = device.glob(attribute.replace("{}", "*"))
    return file.read_text()
