"""
Some sectors of the unit cannot be read: the error is the reader's, and no other path could do better.

Strikes every unit of the module, through all paths. Writing to the sectors does not cure them.
"""

from typing import Final

from ..place import knob, write
from . import Effect

BACKENDS: Final = ("scsi_debug",)
EFFECT: Final = Effect.MEDIUM
# The module's own: ten sectors from this one on.
FIRST_SECTOR: Final = 0x1234
SECTORS: Final = 10
_MEDIUM: Final = "2"


def inject(path: str) -> None:
    """Break the path."""
    write(knob(path, "opts"), _MEDIUM)


def heal(path: str) -> None:
    """Restore it."""
    write(knob(path, "opts"), "0")
