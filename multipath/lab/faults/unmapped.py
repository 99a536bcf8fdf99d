"""
The array takes the unit away from the path's port, as by a mistake in its masking.

The loopback host removes the disk, which comes back under another number. Not for iSCSI: there the disk stays, and the
kernel hands "logical unit not supported" to the reader without trying another path, as it does with a medium error.
"""

import time
from pathlib import Path
from typing import Final

from ...errors import LabError
from .. import place
from ..guest import refuse_outside
from . import Effect
from .alua_state import group

BACKENDS: Final = ("stuck", "tcm_loop")
EFFECT: Final = Effect.ERROR
_NOTES: Final = Path("/run/multipath-lab-unmapped")
_PATIENCE: Final = 10.0
_POLL: Final = 0.02


def inject(path: str) -> None:
    """Break the path."""
    lun = place.lun(path)
    _NOTES.mkdir(exist_ok=True)
    unit = (lun / "unit").resolve(strict=True)
    (_NOTES / path).write_text(f"{lun}\n{unit}\n{group(path)}\n{place.address(path)}\n")
    (lun / "unit").unlink()


def heal(path: str) -> None:
    """Map the unit again, and wait for a disk at that address; does nothing where none was taken under that name."""
    refuse_outside()
    note = _NOTES / path
    if not note.exists():
        return
    lun, unit, name, address = note.read_text().split()
    (Path(lun) / "unit").symlink_to(unit)
    place.write(Path(lun) / "alua_tg_pt_gp", name)
    note.unlink()
    deadline = time.monotonic() + _PATIENCE
    while not place.at(address):
        if time.monotonic() > deadline:
            raise LabError(f"no disk came at {address} within {_PATIENCE:g} s")
        time.sleep(_POLL)
