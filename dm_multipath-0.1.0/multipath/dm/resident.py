"""
Keeping this process alive and in memory while storage is away.

Strategy: a manager may be needed to bring back the very disk that its own pages would be read from, or swapped to. So
it can ask the kernel to keep all of its pages, and not to choose it when memory runs out.
"""

import os
from pathlib import Path
from typing import Final

from .. import errors
from .._native.libc import ffi, lib

_ADJUSTMENT: Final = Path("/proc/self/oom_score_adj")
_NEVER: Final = "-1000"


def lock_memory() -> None:
    """
    Keep every page of this process in memory, those that come later too.

    Raises:
        NotPermitted: without CAP_IPC_LOCK, and with a limit that is too small.
    """
    if lib.mlockall(lib.MCL_CURRENT | lib.MCL_FUTURE):
        _refuse(int(ffi.errno), "mlockall", "run as root, or raise RLIMIT_MEMLOCK")


def unlock_memory() -> None:
    """Let the kernel page this process again."""
    lib.munlockall()


def spare_from_killer() -> None:
    """
    Ask the kernel not to kill this process when memory runs out.

    Raises:
        NotPermitted: without CAP_SYS_RESOURCE.
    """
    try:
        _ADJUSTMENT.write_text(_NEVER)
    except OSError as error:
        _refuse(error.errno or 0, str(_ADJUSTMENT), "run as root")


def _refuse(number: int, what: str, hint: str) -> None:
    raise errors.NotPermitted(number, what, said=os.strerror(number), hint=hint)
