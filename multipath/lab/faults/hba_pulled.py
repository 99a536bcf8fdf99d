"""
The host is pulled from its slot with all its paths, and plugged in again: they come back under other numbers.

The kernel is told in advance, as by a lever at the slot, and flushes what it can.
"""

from pathlib import Path
from typing import Final

from .. import hba
from ..guest import refuse_outside
from . import Effect

BACKENDS: Final = ("nvme_pci", "two_hbas")
EFFECT: Final = Effect.ERROR
_NOTES: Final = Path("/run/multipath-lab-pulled")


def inject(path: str) -> None:
    """Break the path."""
    number = hba.number_of(path)
    _NOTES.mkdir(exist_ok=True)
    (_NOTES / path).write_text(str(number))
    hba.unplug(number)


def heal(path: str) -> None:
    """Plug in the host that the path had, if it was pulled; `multipath.lab.hba.paths_of` says what came."""
    refuse_outside()
    if (_NOTES / path).exists():
        hba.plug(int((_NOTES / path).read_text()))
