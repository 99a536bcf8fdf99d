"""
The devices that are paths of maps: what they are, which stays, and the state that each is in, which does not.

Strategy: a map holds its paths open, so behind a number in its table is the same disk as long as the table is the same.
So all of sysfs is read, and drivers are asked, only when a table is another one; a driver that does not answer would
cost a thread each time. A path whose device was deleted under its map keeps its name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ... import errors
from ...maps.host import Host
from ...maps.snapshot import MapSnapshot
from ...paths.attributes import attribute_of
from ...paths.path import Path
from ...units import DevT, format_devt

_WITH_STATES: Final = ("scsi", "nvme")


class Members:
    """
    The paths of all maps of a host.

    Args:
        host: The host.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._tables: dict[tuple[DevT, str], str] | None = None
        self._paths: dict[str, Path] = {}

    def paths(self, snapshots: Iterable[MapSnapshot]) -> Mapping[str, Path]:
        """Return the path devices of these maps, by ``major:minor``; those that sysfs shows, or did."""
        now = list(snapshots)
        tables = {(each.devt, each.uuid): each.table_line.params for each in now}
        if tables != self._tables:
            members = {device for each in now for device in _devices(each)}
            shown = ((format_devt(path.devt), path) for path in self._host.paths())
            self._paths = {number: path for number, path in shown if number in members}
            self._tables = tables
        else:
            self._paths.update(self._changed())
        return self._paths

    def _changed(self) -> list[tuple[str, Path]]:
        """Return the devices that are in another state."""
        sysfs = self._host.sysfs
        states = (
            (number, path, attribute_of(f"{sysfs}/block/{path.name}/device", "state"))
            for number, path in self._paths.items()
            if path.bus in _WITH_STATES
        )
        return [(number, replace(path, state=state)) for number, path, state in states if state != path.state]


def _devices(snapshot: MapSnapshot) -> Iterator[str]:
    try:
        yield from snapshot.table.devices
    except errors.UnexpectedStatus:
        return
