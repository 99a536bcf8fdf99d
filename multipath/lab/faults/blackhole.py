"""
The network loses every packet to the portal of the path, and nobody is told; by Fibre Channel, every new command.

I/O ends when an iSCSI initiator's pings have found out (``noop_out``) and the session's limit has passed; with NVMe,
after its own time limit; by Fibre Channel after its own time limit too, or when the target has not been heard of for
some 15 s and ``fast_io_fail_tmo`` has passed. Strikes every unit that is seen through the portal or port.
"""

import subprocess
from contextlib import suppress
from typing import Final

from .. import cable
from ..guest import refuse_outside
from ..place import portal, wait_for
from . import Effect

BACKENDS: Final = ("fcoe", "iscsi", "nvme_tcp")
EFFECT: Final = Effect.SILENCE
# The rules of routing are asked in the order of their numbers, and the local addresses' comes first, with 0.
_LOCAL: Final = "10"
_OURS: Final = "1"


def inject(path: str) -> None:
    """Break the path."""
    # First of all, before the machine's own rules are touched.
    refuse_outside()
    if cable.is_of(path):
        cable.silence(path)
    else:
        _divert(portal(path))


def heal(path: str) -> None:
    """Restore it, and wait for the session."""
    refuse_outside()
    if cable.is_of(path):
        cable.unsilence(path)
        # Ports that have missed each other's beacons may never meet again: where these are sent in the same moment,
        # each drops the other's login. Plugged in anew, both start from the beginning.
        cable.unplug(path)
        cable.plug(path)
    else:
        with suppress(subprocess.CalledProcessError):  # no such rule: all is well
            _rules("del", "pref", _OURS, "to", portal(path))
    wait_for(path)


def _divert(destination: str) -> None:
    if _rules("show").startswith("0:\tfrom all lookup local"):
        _rules("add", "pref", _LOCAL, "lookup", "local")
        _rules("del", "pref", "0")
    _rules("add", "pref", _OURS, "to", destination, "blackhole")


def _rules(*words: str) -> str:
    return subprocess.run(["ip", "rule", *words], check=True, capture_output=True, text=True).stdout
