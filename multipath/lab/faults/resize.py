"""
The path shows a unit of another size, as after a resize at the array that the host has not noticed.

The host sees it when the disk is scanned (``device/rescan``), and so does its restoration; an emulated host tells of
both by itself.
"""

import os
import subprocess
from pathlib import Path
from typing import Final

from .. import guest, hba, place
from . import Effect

BACKENDS: Final = ("scsi_debug", "scsi_debug_per_path", "stuck", "two_hbas")
EFFECT: Final = Effect.NONE


def inject(path: str) -> None:
    """Let the unit grow: to twice its size, or to 1 GiB where it is of ``scsi_debug``."""
    _scsi_debug(path, 1) if _is_scsi_debug(path) else _resize(path, 2)


def heal(path: str) -> None:
    """Restore it, and have the host look."""
    _scsi_debug(path, 0) if _is_scsi_debug(path) else _resize(path, 1)
    rescan(path)


def rescan(path: str) -> None:
    """Have the host ask the disk for its size again."""
    place.write(place.device(path) / "rescan", "1")


def _is_scsi_debug(path: str) -> bool:
    return (place.host(path) / "proc_name").read_text().startswith("scsi_debu")


def _scsi_debug(path: str, gibibytes: int) -> None:
    place.write(place.knob(path, "virtual_gb"), str(gibibytes))


def _resize(path: str, factor: int) -> None:
    if guest.backend_name() == "two_hbas":
        hba.resize(path, factor * int(os.environ["MULTIPATH_LAB_SIZE"]))
    else:
        _stuck(path, factor)


def _stuck(path: str, factor: int) -> None:
    """Give the path ``factor`` times the length of the store under it, which grows where it must."""
    name = place.store(path)
    below = subprocess.run(["dmsetup", "table", name], check=True, capture_output=True, text=True).stdout.split()[3]
    loop = (Path("/sys/dev/block") / below).resolve()
    file = Path((loop / "loop/backing_file").read_text().strip())
    original = _original(file)
    if file.stat().st_size < original * factor:
        with file.open("r+b") as store:
            store.truncate(original * factor)
        subprocess.run(["losetup", "-c", f"/dev/{loop.name}"], check=True)
    table = f"0 {original * factor // 512} linear {below} 0"
    subprocess.run(["dmsetup", "load", name, "--table", table], check=True)
    subprocess.run(["dmsetup", "resume", "--noudevsync", name], check=True)


def _original(file: Path) -> int:
    note = file.with_suffix(".size")
    if not note.exists():
        note.write_text(str(file.stat().st_size))
    return int(note.read_text())
