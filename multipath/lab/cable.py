"""
The virtual cable of a path of the backend ``fcoe``, at the target's end: unplugged, silent, or slow.

Strategy: the kernel's target waits for the data of a write that it has begun, for ever, and for that before it lets go
of a session, with locks held that all other cables need. So nothing is ever cut in the middle: new commands are dropped
first, and what has begun ends.
"""

import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..errors import LabError
from . import fc_port, place

# There are two protocols on the line: 0x8906 has the frames (FCoE), 0x8914 tells who is there (FIP). A frame of Fibre
# Channel begins behind 14 bytes of the other's head; its first byte says what is in it: 1 for data that was asked for.
_SILENCE: Final = (
    "egress protocol 0x8914 prio 1 matchall action drop",
    "ingress protocol 0x8914 prio 2 matchall action drop",
    "ingress protocol 0x8906 prio 3 u32 match u8 1 0xff at 14 action ok",
    "ingress protocol 0x8906 prio 4 matchall action drop",
)
# With a rate, however high, a packet follows the one before it.
_IN_ORDER: Final = ("rate", "10gbit")
_CALM: Final = 0.1  # seconds between two looks
_LOOKS: Final = 5  # in a row, between which nothing was sent: the guest may stand still for longer than one
_PATIENCE: Final = 10.0


def is_of(path: str) -> bool:
    """Return whether a path has such a cable."""
    return fc_port.is_of(place.device(path))


def plug(path: str) -> None:
    """Plug the cable in; does nothing where it is."""
    _run("ip", "link", "set", _end(path), "up")


def unplug(path: str) -> None:
    """Pull the cable out, and wait until the initiator sees that the link is down."""
    silence(path)
    _run("ip", "link", "set", _end(path), "down")
    unsilence(path)
    fc_port.wait_unplugged(place.device(path))


def silence(path: str) -> None:
    """Let no new command through, nor what says that the ports are there, and wait until what has begun has ended."""
    end = _end(path)
    filters = "".join(f"filter replace dev {end} {each}\n" for each in _SILENCE)
    _run("tc", "-batch", "-", text=f"qdisc replace dev {end} clsact\n{filters}")
    _wait_calm(Path("/sys/class/net") / end / "statistics/tx_packets")


def unsilence(path: str) -> None:
    """Let everything through; does nothing where it is."""
    with suppress(subprocess.CalledProcessError):
        _run("tc", "qdisc", "del", "dev", _end(path), "clsact")


def delay(path: str, milliseconds: int) -> None:
    """Let everything that the target sends be so late."""
    # Not taken away where it is 0: what waits there would be lost. What comes after it does not overtake it.
    words = ("root", "netem", "delay", f"{milliseconds}ms", *_IN_ORDER)
    _run("tc", "qdisc", "replace", "dev", _end(path), *words)


def _end(path: str) -> str:
    return fc_port.interface(place.device(path))


def _wait_calm(sent: Path) -> None:
    deadline, before, calm = time.monotonic() + _PATIENCE, "", 0
    while calm < _LOOKS:
        if time.monotonic() > deadline:
            raise LabError(f"the target goes on to answer for {_PATIENCE:g} s, though nothing new is asked")
        time.sleep(_CALM)
        calm = calm + 1 if before == (before := sent.read_text()) else 0


def _run(*words: str, text: str = "") -> None:
    subprocess.run(words, check=True, capture_output=True, text=True, input=text)
