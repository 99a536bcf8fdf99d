"""
Commands are accepted and never answered; the host's abort is: what a lossy link or a sick controller does.

I/O ends by the command's time limit, times the number of retries. Strikes every unit of that host.
"""

from typing import Final

from ..place import knob, write
from . import Effect

BACKENDS: Final = ("scsi_debug_per_path",)
EFFECT: Final = Effect.SILENCE
_TIMEOUT: Final = "4"


def inject(path: str) -> None:
    """Break the path."""
    write(knob(path, "opts"), _TIMEOUT)
    write(knob(path, "every_nth"), "1")


def heal(path: str) -> None:
    """Restore it; what was lost stays lost, until its time limit."""
    write(knob(path, "every_nth"), "0")
    write(knob(path, "opts"), "0")
