"""
The unit takes a byte a second through one host: what is sent waits there, and no abort gets it back.

The hardest silence: the host has the command and answers for it, so the kernel waits with it.
"""

from typing import Final

from .. import hba
from ..qmp import Qmp
from . import Effect

BACKENDS: Final = ("two_hbas",)
EFFECT: Final = Effect.HELD
_NO_LIMITS: Final = {"bps_rd": 0, "bps_wr": 0, "iops": 0, "iops_rd": 0, "iops_wr": 0}


def inject(path: str) -> None:
    """Break the path."""
    _limit(path, 1)


def heal(path: str) -> None:
    """Restore it; what waits goes on."""
    _limit(path, 0)


def _limit(path: str, bytes_a_second: int) -> None:
    name = hba.name_of(path)
    with Qmp() as qemu:
        qemu.execute("block_set_io_throttle", id=name, bps=bytes_a_second, **_NO_LIMITS)
