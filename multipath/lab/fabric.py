"""
What a Fibre Channel fabric tells a host: that a link is bad, that some port has changed.

There is no switch behind the backend ``fcoe``, so the module ``fpin`` says it in the switch's place, to the host of a
path: ``Machine(stock=True, backend="fcoe", modules=("fpin",))``. The kernel counts it, and tells whoever listens.
"""

import struct
from pathlib import Path
from typing import Final, Literal

from ..errors import LabError
from . import fc_port, place

Kind = Literal["link_integrity", "peer_congestion"]
_DOOR: Final = Path("/sys/module/fpin/parameters/notice")
# FC-LS-5: the command of a fabric notice (FPIN), the tags of its descriptors, and what was seen: links that fail, and
# ports that give no credit.
_FPIN: Final = 0x16
_TAGS: Final[dict[Kind, int]] = {"link_integrity": 0x00020001, "peer_congestion": 0x00020003}
_LINK_FAILURE: Final = 1
_CREDIT_STALL: Final = 3
_PERIOD: Final = 10_000  # milliseconds
_COUNT: Final = 7
# The port of a switch that saw it: one of the lab's own, that there is not.
_DETECTING: Final = 0x2000_6C61_6200_0001


def notice(path: str, kind: Kind = "link_integrity") -> None:
    """
    Tell the host of a path that the link to the target's port is bad.

    Raises:
        LabError: not in a guest, not by Fibre Channel, or without the module.
    """
    _say(path, frame(fc_port.name(place.device(path)), kind).hex())


def registered_state_change(path: str) -> None:
    """Tell the host of a path that the state of some port of the fabric has changed (RSCN)."""
    _say(path, "rscn")


def link_up(path: str) -> None:
    """Tell the host of a path that its link is up."""
    _say(path, "linkup")


def frame(port: int, kind: Kind = "link_integrity") -> bytes:
    """Return the notice on a port, by its worldwide name, as a switch sends it."""
    if kind == "link_integrity":
        seen = struct.pack(">HHII", _LINK_FAILURE, 0, _PERIOD, _COUNT)
    else:
        seen = struct.pack(">HHI", _CREDIT_STALL, 0, _PERIOD)
    body = struct.pack(">QQ", _DETECTING, port) + seen + struct.pack(">IQ", 1, port)
    descriptor = struct.pack(">II", _TAGS[kind], len(body)) + body
    return struct.pack(">B3xI", _FPIN, len(descriptor)) + descriptor


def _say(path: str, what: str) -> None:
    fc_port.remote(place.device(path))
    if not _DOOR.exists():
        raise LabError('this guest has no module fpin (--module fpin, modules=("fpin",))')
    place.write(_DOOR, f"{place.address(path).split(':')[0]} {what}")
