"""
The host is in recovery: commands are not started at all, as behind a Fibre Channel port that is blocked.

No time limit runs, so nothing ends them but the end of the fault, or somebody who fails the path in its map. Opening
the disk waits as well. Strikes every unit of that host.
"""

import errno
import fcntl
import os
from pathlib import Path
from typing import Final

from ..place import device, host, write
from . import Effect

BACKENDS: Final = ("fcoe", "iscsi", "scsi_debug", "scsi_debug_per_path", "stuck", "tcm_loop", "two_hbas")
EFFECT: Final = Effect.HELD
# <scsi/sg.h>: a reset of nothing at all, after which the kernel wakes who waited for the host, and starts its queues.
_SG_SCSI_RESET: Final = 0x2284
_NOTHING: Final = (0).to_bytes(4, "little")


def inject(path: str) -> None:
    """Break the path."""
    write(host(path) / "state", "recovery")


def heal(path: str) -> None:
    """Restore it."""
    write(host(path) / "state", "running")
    # The state alone starts nothing that is queued, and wakes nobody.
    for generic in device(path).glob("scsi_generic/*"):
        _wake(Path("/dev") / generic.name)


def _wake(node: Path) -> None:
    try:
        descriptor = os.open(node, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ENXIO:  # whoever set the device offline starts its queue when it runs again
            return
        raise
    try:
        fcntl.ioctl(descriptor, _SG_SCSI_RESET, _NOTHING)
    finally:
        os.close(descriptor)
