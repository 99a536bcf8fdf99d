"""
A storage agent in little: attaches volumes over all their paths, says how they are, repairs and detaches them.

It knows nothing of tests; `test_agent.py` tests it on a machine in memory, whose cables can be pulled.
"""

import enum

from multipath import Features, Host, Map, MultipathTable, Path
from multipath.errors import NotFound
from multipath.units import format_devt

_UUID_PREFIX = "mpath-"


class Health(enum.Enum):
    """How a volume is."""

    HEALTHY = "every path serves"
    DEGRADED = "some paths have failed"
    STALLED = "no path serves; I/O waits"


class StorageAgent:
    """
    The agent of one machine.

    Args:
        host: The machine; the real one where none is given.
    """

    def __init__(self, host: Host | None = None) -> None:
        self._host = host or Host()

    def attach(self, wwid: str, name: str) -> Map:
        """
        Make a volume usable as ``/dev/mapper/<name>``, over all paths that this machine has to it.

        A volume that is attached already gets the paths that it lacks. I/O waits while no path is left.

        Raises:
            NotFound: no path of this machine leads to it.
        """
        paths = self._paths_to(wwid)
        if not paths:
            raise NotFound(f"no path leads to volume {wwid}; is it exported to this machine?")
        table = MultipathTable.build([[path.name for path in paths]], features=Features(queue_if_no_path=True))
        attached = self._attached(wwid)
        if attached is None:
            return self._host.create(name, table, uuid=f"{_UUID_PREFIX}{wwid}")
        if set(attached.table().devices) != {format_devt(path.devt) for path in paths}:
            attached.reload(table)
        return attached

    def health(self, wwid: str) -> Health:
        """Tell how a volume is."""
        status = self._volume(wwid).status()
        if not status.is_usable:
            return Health.STALLED
        return Health.DEGRADED if status.failed_paths else Health.HEALTHY

    def repair(self, wwid: str) -> int:
        """Use the failed paths of a volume again whose device is there; return how many. One that lies fails again."""
        volume = self._volume(wwid)
        there = {format_devt(path.devt) for path in self._paths_to(wwid) if path.state == "running"}
        back = sorted(volume.status().failed_paths & there)
        for path in back:
            volume.reinstate_path(path)
        return len(back)

    def detach(self, wwid: str) -> None:
        """
        Remove a volume from this machine. Its queueing stays: without it, I/O that waits for a path would be lost.

        Raises:
            DeviceBusy: somebody uses it.
        """
        self._volume(wwid).remove(timeout=0)

    def _paths_to(self, wwid: str) -> list[Path]:
        """Return the paths to a volume: of an NAA identity the WWID is the digits, with a 3 in front."""
        return [path for path in self._host.paths() if path.designator == f"naa.{wwid[1:]}"]

    def _attached(self, wwid: str) -> Map | None:
        try:
            return self._host.map(f"{_UUID_PREFIX}{wwid}")
        except NotFound:
            return None

    def _volume(self, wwid: str) -> Map:
        volume = self._attached(wwid)
        if volume is None:
            raise NotFound(f"volume {wwid} is not attached")
        return volume
