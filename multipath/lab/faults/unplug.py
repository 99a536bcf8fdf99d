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

BACKENDS: Final = ("fcoe", "iscsi", "scsi_debug", "scsi_debug_per_path", "stuck", "tcm_loop", "two_hbas")
EFFECT: Final = Effect.ERROR
_NOTES: Final = Path("/run/multipath-lab-unplugged")
_PATIENCE: Final = 10.0
_POLL: Final = 0.02


def inject(path: str) -> None:
    """Break the path."""
    device = place.device(path)
    _NOTES.mkdir(exist_ok=True)
    with (_NOTES / path).open("a") as notes:  # another disk of that name may be away: one that came back took it over
        notes.write(f"{device.name}\n")
    place.write(device / "delete", "1")


def heal(path: str) -> None:
    """Bring back all that was removed under that name, if anything was."""
    refuse_outside()
    note = _NOTES / path
    if note.exists():
        for address in note.read_text().split():
            if not place.at(address):
                _scan(address)
        note.unlink()


def _scan(address: str) -> None:
    host = address.split(":")[0]
    place.write(Path(f"/sys/class/scsi_host/host{host}/scan"), "- - -")
    deadline = time.monotonic() + _PATIENCE
    while not place.at(address):
        if time.monotonic() > deadline:
            raise LabError(f"no disk came at {address} within {_PATIENCE:g} s of a scan")
        time.sleep(_POLL)
