"""What a guest has, seen from the inside."""

import os
import subprocess
from pathlib import Path

import pytest

from multipath.lab import guest

SELECTORS = ("dm-round-robin", "dm-queue-length", "dm-service-time")


def read_sector(name: str) -> bytes:
    """Read the first sector of a path."""
    with Path(f"/dev/{name}").open("rb") as disk:
        return disk.read(512)


@pytest.mark.kernel
class TestAGuest:
    def test_knows_where_it_is(self, lab_kernel: str) -> None:
        """It is inside, and on the kernel that was asked for."""
        assert guest.inside()
        assert guest.kernel_name() == lab_kernel
        assert lab_kernel == "newest" or os.uname().release.startswith(f"{lab_kernel}.")

    def test_has_one_unit_on_four_paths(self) -> None:
        """Without wishes there is one logical unit, and four ways to it; a path that came back may have a new name."""
        assert [sorted(names) for names in guest.luns()] == [["sda", "sdb", "sdc", "sdd"]]

    def test_has_links_by_identifier(self) -> None:
        """Where udevd runs, its rules have named the unit before the command starts."""
        links = {link.name for link in Path("/dev/disk/by-id").iterdir()}

        assert {"wwn-0x33333330000007d0", "scsi-333333330000007d0"} <= links

    @pytest.mark.parametrize("module", SELECTORS)
    def test_has_the_modules_of_the_path_selectors(self, module: str) -> None:
        """Those that distributions ship can be loaded by name, as device-mapper itself does it."""
        assert subprocess.run(["modprobe", "--dry-run", module], check=False).returncode == 0

    @pytest.mark.parametrize("folder", ["/tmp", "/run"])
    def test_has_fresh_folders(self, folder: str) -> None:
        """What the machine has there is not seen: a file system of the guest's own lies over it."""
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]

        assert [kind for _, place, kind, *_ in mounts if place == folder][-1] == "tmpfs"


@pytest.mark.kernel
class TestAPathThatIsTakenDown:
    def test_fails_until_it_is_put_back(self) -> None:
        """An offline path refuses to be read; a running one is read again."""
        name = guest.luns()[0][0]

        guest.set_state(name, "offline")
        with pytest.raises(OSError, match=r"No such device|Input/output error"):
            read_sector(name)
        guest.set_state(name, "running")

        assert len(read_sector(name)) == 512


@pytest.mark.kernel(paths=2, luns=3, size=8, udev=False)
class TestAGuestOfAnotherShape:
    def test_has_the_units_and_paths_that_were_asked_for(self) -> None:
        """Each logical unit has as many paths as there are hosts."""
        assert [len(names) for names in guest.luns()] == [2, 2, 2]

    def test_has_the_size_that_was_asked_for(self) -> None:
        """In MiB, here counted in sectors."""
        assert int(Path("/sys/block/sda/size").read_text()) == 8 * 2048

    def test_without_udevd_has_no_links(self) -> None:
        """There is devtmpfs and nothing else, as in an installer."""
        assert Path("/dev/sda").is_block_device()
        assert not Path("/dev/disk").exists()
        assert not Path("/run/udev").exists()


class TestTheMachine:
    def test_is_no_guest(self) -> None:
        """Tests without the marker run where pytest was started."""
        assert not guest.inside()
