"""
The disk is removed from the host, and comes back under another number, found by a scan of its host.

The old number never works again: a map that holds it needs a new table.
"""

import time
from pathlib import Path
from typing import Final

from ...errors import LabError
from .. import place
from ..guest import refuse_outside
from . import Effect

BACKENDS: Final = ("iscsi", "scsi_debug", "scsi_debug_per_path", "stuck", "tcm_loop", "two_hbas")
EFFECT: Final = Effect.ERROR
_NOTES: Final = Path("/run/multipath-lab-unplugged")
_PATIENCE: Final = 10.0
_POLL: Final = 0.02


def inject(path: str) -> None:
    """Break the path."""
    device = place.device(path)
    _NOTES.mkdir(exist_ok=True)
    (_NOTES / path).write_text(device.name)
    place.write(device / "delete", "1")


def heal(path: str) -> None:
    """Bring back what was removed under that name, if anything was; `came_back_as` says what it is called now."""
    refuse_outside()
    if (_NOTES / path).exists():
        _scan((_NOTES / path).read_text())


def came_back_as(path: str) -> str:
    """Return the kernel's name, now, of the disk that was removed as ``path``; nothing while it is not there."""
    refuse_outside()
    return place.at((_NOTES / path).read_text())


def _scan(address: str) -> None:
    host = address.split(":")[0]
    place.write(Path(f"/sys/class/scsi_host/host{host}/scan"), "- - -")
    deadline = time.monotonic() + _PATIENCE
    while not place.at(address):
        if time.monotonic() > deadline:
            raise LabError(f"no disk came at {address} within {_PATIENCE:g} s of a scan")
        time.sleep(_POLL)
