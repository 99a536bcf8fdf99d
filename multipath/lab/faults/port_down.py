"""The target port is down, and the transport says so. Strikes every unit that is seen through it."""

from typing import Final

from ..iscsi_session import is_of, wait_for
from ..place import device, port, write
from . import Effect

BACKENDS: Final = ("iscsi", "stuck", "tcm_loop")
EFFECT: Final = Effect.ERROR


def inject(path: str) -> None:
    """Break the path: an iSCSI portal closes its connections, on which I/O fails after the session's own limit."""
    _set(path, up=False)


def heal(path: str) -> None:
    """Restore it; the initiator logs in again by itself, and is waited for."""
    _set(path, up=True)
    if is_of(device(path)):
        wait_for(device(path))


def _set(path: str, *, up: bool) -> None:
    folder = port(path)
    if (folder / "enable").exists():
        write(folder / "enable", "01"[up])
    else:
        write(folder / "transport_status", "online" if up else "offline")
