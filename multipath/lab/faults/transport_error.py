"""
Every command ends as aborted, for an error on the link: the host tries each again, in vain, and then fails it.

Strikes every unit of that host.
"""

from typing import Final

from ..place import knob, write
from . import Effect

BACKENDS: Final = ("scsi_debug_per_path",)
EFFECT: Final = Effect.ERROR
_TRANSPORT: Final = "0x10"


def inject(path: str) -> None:
    """Break the path."""
    # The module gives this error to what it answers later, not to what it answers at once: a microsecond will do.
    write(knob(path, "ndelay"), "1000")
    write(knob(path, "opts"), _TRANSPORT)
    write(knob(path, "every_nth"), "1")


def heal(path: str) -> None:
    """Restore it."""
    write(knob(path, "every_nth"), "0")
    write(knob(path, "opts"), "0")
