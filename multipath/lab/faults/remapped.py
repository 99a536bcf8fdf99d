"""
The array shows another unit under the number of the one before, and the host's disk stays: what is written goes astray.

The worst mistake of a storage administrator. The host is told by a unit attention; its disk keeps the old identity.
"""

import os
import re
from pathlib import Path
from typing import Final

from ..guest import refuse_outside
from ..place import lun, write
from . import Effect
from .alua_state import group

BACKENDS: Final = ("fcoe", "iscsi")
EFFECT: Final = Effect.ELSEWHERE
_NOTES: Final = Path("/run/multipath-lab-remapped")
_SPARE: Final = Path("/sys/kernel/config/target/core/fileio_0/spare")
_SERIAL: Final = "5a5a0000"


def inject(path: str) -> None:
    """Break the path: it leads to a unit of equal size, full of zeros."""
    refuse_outside()
    place = lun(path)
    unit = (place / "unit").resolve(strict=True)
    _NOTES.mkdir(exist_ok=True)
    (_NOTES / path).write_text(f"{unit}\n{group(path)}\n")
    _make_spare(unit)
    _show(place, _SPARE)


def heal(path: str) -> None:
    """Restore it."""
    refuse_outside()
    if not (_NOTES / path).exists():
        return
    unit, name = (_NOTES / path).read_text().split()
    place = lun(path)
    _show(place, Path(unit))
    write(place / "alua_tg_pt_gp", name)
    (_NOTES / path).unlink()


def _make_spare(like: Path) -> None:
    if _SPARE.exists():
        return
    # "… SectorSize: 512 … File: /run/… Size: 67108864 …"
    size = re.findall(r"\bSize: (\d+)", (like / "info").read_text())[0]
    store = f"/run/multipath-lab-array/{_SPARE.name}"
    Path(store).touch()
    os.truncate(store, int(size))
    _SPARE.mkdir()
    write(_SPARE / "control", f"fd_dev_name={store},fd_dev_size={size}")
    write(_SPARE / "wwn/vpd_unit_serial", _SERIAL)
    write(_SPARE / "enable", "1")


def _show(place: Path, unit: Path) -> None:
    # Who was let in by name is not any more when the unit goes.
    masks = list(place.parents[1].glob(f"acls/*/{place.name}/unit"))
    for mask in masks:
        mask.unlink()
    (place / "unit").unlink()
    (place / "unit").symlink_to(unit)
    for mask in masks:
        mask.symlink_to(place)
