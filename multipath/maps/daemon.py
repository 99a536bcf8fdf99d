"""
What multipathd has to do with waiting and with a resize.

Strategy: what it knows of a map or a path outlives them for a while, and what it is still working on may bring either
back. No event tells of that, so it is asked. One that does not run, or hangs up, knows nothing.
"""

import time
from collections.abc import Iterable
from typing import Final

from .. import errors
from ..multipathd.client import Multipathd
from ..multipathd.socket import daemon_is_running
from ..units import DevT, format_devt

_PATIENCE: Final = 5.0  # seconds for an answer
_IDLE: Final = ("idle", "running")


def is_busy() -> bool:
    """Tell whether multipathd is still working on events, or on its configuration; one that does not answer is."""
    if not daemon_is_running():
        return False
    try:
        with Multipathd(timeout=_PATIENCE) as daemon:
            return daemon.status().busy or not daemon.daemon().state.startswith(_IDLE)
    except errors.DaemonMissing:
        return False
    except errors.DaemonError:
        return True


def remembered(wwid: str, paths: Iterable[DevT]) -> list[str]:
    """Return what of a map and of some paths multipathd still has, one line each."""
    numbers = {format_devt(path) for path in paths}
    if not daemon_is_running():
        return []
    try:
        with Multipathd(timeout=_PATIENCE) as daemon:
            maps = [each for each in daemon.listed_maps() if wwid and each.wwid == wwid]
            known = [each for each in daemon.paths() if each.device_number in numbers] if numbers else []
    except errors.DaemonMissing:
        return []
    except errors.DaemonError as error:
        return [str(error)]
    lines = [f"multipathd has map {each.name}" for each in maps]
    return lines + [f"multipathd has path {each.name} ({each.device_number})" for each in known]


def resize(node: str, timeout: float) -> None:
    """
    Have multipathd give a map the size of its paths; asked again while it is too busy, until the time is over.

    Args:
        node: The map's kernel name, ``dm-N``.
        timeout: Seconds.

    Raises:
        DaemonError: it did not.
    """
    deadline = time.monotonic() + timeout
    with Multipathd(timeout=max(timeout, _PATIENCE)) as daemon:
        while True:
            try:
                daemon.resize_map(node)
            except errors.DaemonBusy:  # it waited for its own lock before it said so
                if time.monotonic() >= deadline:
                    raise
            else:
                return
