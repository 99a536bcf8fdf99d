"""
The prioritizer ``iet``: paths by the iSCSI portal that is preferred.

Strategy: multipath-tools looks for a link in ``/dev/disk/by-path`` that has an address in it. The same address stands
in udev's database, as the path's ``ID_PATH``, and in sysfs, as its target's. Both are compared as addresses.
"""

import re
import socket
from contextlib import suppress
from typing import Final

from ...paths.path import Path
from .priority import Priority

_WORD: Final = "preferredip="
_PREFERRED, _OTHER, _WRONG = 20, 10, 0
_OF_UDEV: Final = re.compile(r"(?:^|-)ip-(.+?)-iscsi-")


def priority(args: str, path: Path) -> Priority:
    """Return 20 for a path by the preferred portal, 10 for another, 0 where the arguments name none."""
    if wrong := problems(args):
        return Priority(_WRONG, f"iet: {wrong[0]}")
    wanted = args.split()[0].removeprefix(_WORD)
    preferred = _address(wanted)
    portals = [path.target_port or "", *_OF_UDEV.findall((path.udev or {}).get("ID_PATH", ""))]
    by = next((portal for portal in portals if _of_portal(portal) == preferred), None)
    return Priority(_OTHER, f"by no portal {wanted}") if by is None else Priority(_PREFERRED, f"by portal {by}")


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments; every path gets 0 then."""
    word = (args.split() or [""])[0]
    if not word.startswith(_WORD) or _address(word.removeprefix(_WORD)) is None:
        return (f"'preferredip=ADDRESS' is needed, not {args!r}; every path gets 0",)
    return tuple(f"{more!r} is ignored" for more in args.split()[1:])


def _of_portal(text: str) -> bytes | None:
    """Return the address of a portal ``ADDRESS:PORT,GROUP``."""
    return _address(text.partition(",")[0].rpartition(":")[0])


def _address(text: str) -> bytes | None:
    """Return an address, however it is spelt; ``None`` for what is none."""
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError, ValueError):
            return socket.inet_pton(family, text.strip("[]"))
    return None
