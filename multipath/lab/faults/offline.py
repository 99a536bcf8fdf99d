"""The SCSI device is set offline, as by an administrator: I/O fails at once, and nothing brings it back by itself."""

from typing import Final

from ..place import device, write
from . import Effect

BACKENDS: Final = ("fcoe", "iscsi", "scsi_debug", "scsi_debug_per_path", "stuck", "tcm_loop", "two_hbas")
EFFECT: Final = Effect.ERROR


def inject(path: str) -> None:
    """Break the path."""
    write(device(path) / "state", "offline")


def heal(path: str) -> None:
    """Restore it."""
    write(device(path) / "state", "running")
