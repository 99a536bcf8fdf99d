"""
The target port group of the path goes to another state, standby unless told otherwise, as in a takeover.

Strikes all paths of that group. `heal` gives it the state that it had at the start. A disk that the kernel looked at
while its port was unavailable has no size until it is scanned again (``device/rescan``), as with any array.
"""

from typing import Final

from ..lio import GROUPS
from ..place import lun, write
from . import Effect

BACKENDS: Final = ("fcoe", "iscsi", "stuck", "tcm_loop")
EFFECT: Final = Effect.ERROR
# SPC-5, asymmetric access state.
STATES: Final = {"optimized": 0, "nonoptimized": 1, "standby": 2, "unavailable": 3, "offline": 14, "transitioning": 15}


def inject(path: str, state: str = "standby") -> None:
    """Change the state of the group that the path is in, to one of `STATES`."""
    _set(path, STATES[state])


def heal(path: str) -> None:
    """Restore it."""
    _set(path, GROUPS[group(path)])


def group(path: str) -> str:
    """Return the name of the target port group of a path."""
    # "TG Port Alias: optimized", and more lines on its ports.
    return (lun(path) / "alua_tg_pt_gp").read_text().splitlines()[0].rpartition(" ")[2]


def _set(path: str, state: int) -> None:
    write((lun(path) / "unit").resolve(strict=True) / "alua" / group(path) / "alua_access_state", str(state))
