"""
The target port is down, and the transport says so. Strikes every unit that is seen through it.

By Fibre Channel I/O is held for the ``fast_io_fail_tmo`` of the remote port, and after its ``dev_loss_tmo`` the disk is
gone, with nothing left to heal.
"""

from typing import Final

from .. import cable, nvme_controller
from ..backends.nvme_tcp import SUBSYSTEM
from ..guest import refuse_outside
from ..place import port, wait_for, write
from . import Effect

BACKENDS: Final = ("fcoe", "iscsi", "nvme_tcp", "stuck", "tcm_loop")
EFFECT: Final = Effect.ERROR


def inject(path: str) -> None:
    """Break the path: a portal on the network closes its connections, on which I/O fails after the host's own limit."""
    _set(path, up=False)


def heal(path: str) -> None:
    """Restore it; the host connects again by itself, and is waited for."""
    _set(path, up=True)
    wait_for(path)


def _set(path: str, *, up: bool) -> None:
    refuse_outside()
    if nvme_controller.numbers(path):
        _set_nvme(path, up=up)
    elif cable.is_of(path):
        cable.plug(path) if up else cable.unplug(path)
    elif ((folder := port(path)) / "enable").exists():
        write(folder / "enable", "01"[up])
    else:
        write(folder / "transport_status", "online" if up else "offline")


def _set_nvme(path: str, *, up: bool) -> None:
    folder = nvme_controller.port(path)
    link, subsystem = folder / "subsystems" / SUBSYSTEM, folder.parents[1] / "subsystems" / SUBSYSTEM
    if not up:
        link.unlink(missing_ok=True)
    elif not link.is_symlink():
        link.symlink_to(subsystem)
