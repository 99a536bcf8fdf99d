"""Guests of QEMU with Debian's stock kernels, from the inside and from the outside."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from multipath.errors import GuestPanicked, GuestTimeout
from multipath.lab import Machine, Sinks, guest, run
from multipath.lab.sinks import discard

MACHINE = Machine(kernel="6.1", stock=True, paths=0, udev=False, timeout=60)
HANDLERS = ("scsi_dh_alua", "scsi_dh_rdac", "scsi_dh_emc", "scsi_dh_hp_sw")


def output_of(command: str, machine: Machine = MACHINE) -> tuple[int, str, str]:
    """Run a shell command in a guest; return its status, standard output and standard error."""
    out: list[bytes] = []
    err: list[bytes] = []
    status = run(["sh", "-c", command], machine, Sinks(out.append, err.append, discard))
    return status, b"".join(out).decode(), b"".join(err).decode()


@pytest.mark.kernel(stock=True, on="6.1")
class TestAStockGuest:
    def test_knows_where_it_is(self, lab_kernel: str) -> None:
        """It is inside, on the stock kernel of the name that was asked for."""
        assert (guest.inside(), guest.stock(), guest.kernel_name()) == (True, True, lab_kernel)
        assert lab_kernel == "newest" or os.uname().release.startswith(f"{lab_kernel}.")
        assert os.uname().release.endswith("-amd64")

    def test_has_one_unit_on_four_paths(self) -> None:
        """The array is the same as in user-mode Linux."""
        assert [sorted(names) for names in guest.luns()] == [["sda", "sdb", "sdc", "sdd"]]

    def test_has_links_by_identifier(self) -> None:
        """The rules of udev have named the unit before the command starts."""
        links = {link.name for link in Path("/dev/disk/by-id").iterdir()}

        assert {"wwn-0x33333330000007d0", "scsi-333333330000007d0"} <= links

    @pytest.mark.parametrize("module", [*HANDLERS, "nvme_tcp", "nvmet_tcp", "dm_service_time"])
    def test_has_what_user_mode_linux_lacks(self, module: str) -> None:
        """SCSI device handlers and NVMe over TCP can be loaded by name."""
        assert subprocess.run(["modprobe", "--dry-run", module], check=False).returncode == 0

    def test_fails_a_path_that_is_taken_down(self) -> None:
        """An offline path refuses to be read; a running one is read again."""
        name = guest.luns()[0][0]

        guest.set_state(name, "offline")
        with pytest.raises(OSError, match=r"No such device|Input/output error"):
            Path(f"/dev/{name}").read_bytes()
        guest.set_state(name, "running")

        with Path(f"/dev/{name}").open("rb") as disk:
            assert len(disk.read(512)) == 512


@pytest.mark.slow
class TestACommandInAStockGuest:
    def test_is_heard_whole_and_writes_to_no_file_of_the_machine(self, tmp_path: Path) -> None:
        """Its status and output arrive, much of it too; the scratch folder is shared, and nothing else."""
        witness = Path.cwd() / "written-in-a-guest"
        much = f"{sys.executable} -c 'import sys; sys.stdout.buffer.write(bytes(range(128)) * 8192)'"
        command = f"echo err >&2; echo x >{witness}; echo here >$MULTIPATH_LAB_SCRATCH/out; nproc; {much}; exit 7"

        status, out, err = output_of(command, replace(MACHINE, scratch=tmp_path, cpus=2))

        assert (status, err) == (7, "err\n")
        assert out.encode() == b"2\n" + bytes(range(128)) * 8192
        assert (tmp_path / "out").read_text() == "here\n"
        assert not witness.exists()

    def test_is_killed_when_its_time_is_over(self) -> None:
        """The limit is hard."""
        with pytest.raises(GuestTimeout, match="limit of 3 s"):
            output_of("sleep 100", replace(MACHINE, timeout=3))

    def test_that_kills_its_kernel_is_reported_with_the_end_of_the_console(self) -> None:
        """The error holds the kernel's last words."""
        with pytest.raises(GuestPanicked, match=r"6.1 \(stock\) died") as caught:
            output_of("echo c >/proc/sysrq-trigger; sleep 100")

        assert any("Kernel panic - not syncing: sysrq triggered crash" in line for line in caught.value.last_lines)
