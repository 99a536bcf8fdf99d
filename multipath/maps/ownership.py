"""
Whose is it? A map that a running multipathd manages is not changed behind its back, and a path is in one map only.

The kernel lets two maps share a path, live and writable; so it is asked here, of sysfs, who holds a path.
"""

from collections.abc import Iterable
from pathlib import Path

from .. import errors
from ..dm.control import Control
from ..dm.holders import Holder, stacked
from ..units import DevT, format_devt

UUID_PREFIX = "mpath-"


def is_daemons_map(control: Control, uuid: str) -> bool:
    """Tell whether a multipathd runs and manages the map with this uuid; a device-mapper in memory has none."""
    if not (control.shared and uuid.startswith(UUID_PREFIX)):
        return False
    from ..multipathd.socket import daemon_is_running  # here, for who only reads maps asks no daemon

    return daemon_is_running()


def refuse_daemons_map(control: Control, name: str, uuid: str, what: str, *, force: bool) -> None:
    """
    Refuse to change a map that multipathd manages; a device-mapper in memory has none.

    Raises:
        DaemonOwnsMap: the daemon runs, and the map's uuid is one of its kind.
    """
    if not force and is_daemons_map(control, uuid):
        raise errors.DaemonOwnsMap(
            f"{what} of map {name} ({uuid}): multipathd runs and manages it, and would undo this or be misled by it; "
            "ask multipathd, stop it, or use force"
        )


def refuse_claimed_paths(paths: Iterable[DevT], name: str, *, sysfs: Path) -> None:
    """
    Refuse paths that something else than the map ``name`` is built on.

    Raises:
        PathClaimed: with each path and its holders.
    """
    own = Holder("map", name)
    claims = [
        f"{format_devt(path)} is held by {holder}"
        for path in paths
        for holder in stacked(path, sysfs=sysfs)
        if holder != own
    ]
    if claims:
        raise errors.PathClaimed(f"map {name} cannot have these paths, nothing was changed", claims)
