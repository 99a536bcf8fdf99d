"""What is read of a machine's files."""

import os
from pathlib import Path

from multipath.maps.doctor.machine import Cookie, Machine, read_machine

RELEASE = "6.1.0-test"


def write(root: Path, file: str, text: str = "x\n", *, changed: int = 0) -> None:
    """Make a file below the root."""
    place = root / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    os.utime(place, (changed, changed))


class TestAMachine:
    def test_without_files_says_nothing(self, tmp_path: Path) -> None:
        """A container, a minimal root."""
        assert read_machine(tmp_path, RELEASE) == Machine(udev=False, state_missing=True)

    def test_has_the_modules_of_its_kernel(self, tmp_path: Path) -> None:
        """Those that can be loaded, those that are built in, and those that are loaded."""
        write(
            tmp_path,
            f"lib/modules/{RELEASE}/modules.dep",
            "kernel/drivers/md/dm-queue-length.ko.xz: kernel/x/dm-mod.ko\n",
        )
        write(tmp_path, f"lib/modules/{RELEASE}/modules.builtin", "kernel/drivers/md/dm-round-robin.ko\n")
        write(tmp_path, "proc/modules", "dm_service_time 16384 1 - Live 0x0\n")

        modules = read_machine(tmp_path, RELEASE).modules
        assert modules is not None
        assert {"dm-queue-length", "dm-round-robin", "dm-service-time"} <= modules

    def test_has_rules_that_others_mask(self, tmp_path: Path) -> None:
        """An empty file in /etc stands for the one in /usr/lib."""
        write(tmp_path, "run/udev/control")
        write(tmp_path, "usr/lib/udev/rules.d/60-multipath.rules")
        write(tmp_path, "usr/lib/udev/rules.d/66-kpartx.rules")
        write(tmp_path, "etc/udev/rules.d/60-multipath.rules", "")

        found = read_machine(tmp_path, RELEASE)
        assert (found.udev, found.rules) == (True, {"60-multipath.rules": False, "66-kpartx.rules": True})

    def test_has_cookies_with_their_age(self, tmp_path: Path) -> None:
        """Other semaphores are none; the latest of both times counts."""
        head = "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
        lines = f" {0x0D4D1234}  0 600 1 0 0 0 0 1000 900\n 17  1 600 1 0 0 0 0 0 0\n nonsense\n"
        write(tmp_path, "proc/sysvipc/sem", head + lines)

        assert read_machine(tmp_path, RELEASE, now=1060).cookies == (Cookie("0xd4d1234", 60),)

    def test_knows_what_the_initramfs_has_old_copies_of(self, tmp_path: Path) -> None:
        """By the times of the files."""
        write(tmp_path, f"boot/initrd.img-{RELEASE}", changed=2000)
        write(tmp_path, "etc/multipath.conf", changed=1000)
        write(tmp_path, "etc/multipath/bindings", changed=3000)
        write(tmp_path, "usr/share/initramfs-tools/hooks/multipath")

        found = read_machine(tmp_path, RELEASE)
        assert (found.image, found.stale) == (f"/boot/initrd.img-{RELEASE}", ("/etc/multipath/bindings",))
        assert (found.builds, found.state_missing) == (True, False)

    def test_has_nodes_and_links_that_lead_nowhere(self, tmp_path: Path) -> None:
        """What ``/dev/mapper`` has."""
        (tmp_path / "dev/mapper").mkdir(parents=True)
        (tmp_path / "dev/mapper/gone").symlink_to("../dm-7")
        (tmp_path / "dev/mapper/null").symlink_to("/dev/null")

        assert read_machine(tmp_path, RELEASE).nodes == {"gone": None, "null": os.makedev(1, 3)}
