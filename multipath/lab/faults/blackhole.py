"""
The network loses every packet to the portal of the path, and nobody is told.

I/O ends when an iSCSI initiator's pings have found out (``noop_out``) and the session's limit has passed; with NVMe,
after its own time limit. Strikes every unit that is seen through the portal.
"""

import subprocess
from contextlib import suppress
from typing import Final

from ..place import portal, wait_for
from . import Effect

BACKENDS: Final = ("iscsi", "nvme_tcp")
EFFECT: Final = Effect.SILENCE
# The rules of routing are asked in the order of their numbers, and the local addresses' comes first, with 0.
_LOCAL: Final = "10"
_OURS: Final = "1"


def inject(path: str) -> None:
    """Break the path."""
    # First of all: outside of a guest it refuses, before the machine's own rules are touched.
    destination = portal(path)
    if _rules("show").startswith("0:\tfrom all lookup local"):
        _rules("add", "pref", _LOCAL, "lookup", "local")
        _rules("del", "pref", "0")
    _rules("add", "pref", _OURS, "to", destination, "blackhole")


def heal(path: str) -> None:
    """Restore it, and wait for the session."""
    destination = portal(path)
    with suppress(subprocess.CalledProcessError):  # no such rule: all is well
        _rules("del", "pref", _OURS, "to", destination)
    wait_for(path)


def _rules(*words: str) -> str:
    return subprocess.run(["ip", "rule", *words], check=True, capture_output=True, text=True).stdout
