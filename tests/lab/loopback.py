"""The kernel's own SCSI target, looped back: one unit behind two hosts, each with its target port group."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TARGET = Path("/sys/kernel/config/target")
HOSTS = ("naa.6001405000000001", "naa.6001405000000002")
SERIAL = "a0a0a0a0-0001"
_MODULES = ("target_core_mod", "target_core_file", "tcm_loop")


@contextmanager
def loopback(folder: Path) -> Iterator[None]:
    """Make two disks of one unit; the first is optimized, the second is not."""
    subprocess.run(["modprobe", "-a", *_MODULES], check=True)
    if not TARGET.exists():
        subprocess.run(["mount", "-t", "configfs", "none", TARGET.parent], check=True)
    backing, unit = folder / "backing", TARGET / "core/fileio_0/disk0"
    backing.write_bytes(b"")
    os.truncate(backing, 64 << 20)
    unit.mkdir(parents=True)
    _write(unit / "control", f"fd_dev_name={backing},fd_dev_size={64 << 20}")
    _write(unit / "wwn/vpd_unit_serial", SERIAL)
    _write(unit / "enable", "1")
    try:
        for number, host in enumerate(HOSTS, 1):
            _add(host, number, unit)
        subprocess.run(["udevadm", "settle"], check=True)
        yield
    finally:
        _remove(unit)
        subprocess.run(["udevadm", "settle"], check=True)


def _add(host: str, number: int, unit: Path) -> None:
    group = unit / f"alua/group{number}"
    group.mkdir()
    _write(group / "tg_pt_gp_id", f"{number}")
    _write(group / "alua_access_type", "3")
    _write(group / "alua_access_state", f"{number - 1}")
    port = TARGET / "loopback" / host / "tpgt_1"
    port.mkdir(parents=True)
    _write(port / "nexus", host)
    lun = port / "lun/lun_0"
    lun.mkdir()
    (lun / "unit").symlink_to(unit)
    _write(lun / "alua_tg_pt_gp", group.name)


def _remove(unit: Path) -> None:
    for host in HOSTS:
        port = TARGET / "loopback" / host / "tpgt_1"
        with suppress(FileNotFoundError):
            (port / "lun/lun_0/unit").unlink()
            (port / "lun/lun_0").rmdir()
            port.rmdir()
            port.parent.rmdir()
    for group in unit.glob("alua/group*"):
        group.rmdir()
    unit.rmdir()
    unit.parent.rmdir()


def _write(file: Path, text: str) -> None:
    file.write_text(f"{text}\n")
