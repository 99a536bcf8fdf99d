"""
The maps over the partitions of a map: which there are, and which there should be.

Strategy: a map over a partition is known by its uuid, ``part<number>-`` in front of its parent's, which kpartx and all
udev rules know it by, and by its table: one line of linear on the parent. Its name is a matter of taste. One that is
kept by another program is left its name; without a word from the caller the others get it in the same taste.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceEntry, DeviceInfo
from ..dm.name import checked_name, checked_uuid
from ..dm.target import Target
from ..dm.targets import LinearTarget
from ..units import DevT, Sectors, format_devt
from ..wire.partition import PartitionTable

# What kpartx puts in place of the uuid of a device that has none.
_WITHOUT_UUID = "devnode_{}_Wh5pYvM"


@dataclass(frozen=True, slots=True)
class PartitionMap:
    """
    A map over a partition.

    Attributes:
        number: The number of the partition.
        info: The device.
        line: Its table; ``None`` where it has none yet, for its maker was killed.
    """

    number: int
    info: DeviceInfo
    line: Target | None

    @property
    def start(self) -> Sectors:
        """Where on the parent it begins."""
        return Sectors(0) if self.line is None else LinearTarget.parse(self.line.params).offset

    @property
    def size(self) -> Sectors:
        """How long it is."""
        return Sectors(0) if self.line is None else self.line.length

    @property
    def name(self) -> str:
        """Its name."""
        return self.info.name

    @property
    def uuid(self) -> str:
        """Its uuid."""
        return self.info.uuid

    @property
    def devt(self) -> DevT:
        """Its device number."""
        return self.info.devt


@dataclass(frozen=True, slots=True)
class WantedMap:
    """
    A map that a partition should have.

    Attributes:
        number: The number of the partition.
        name: Its name.
        uuid: Its uuid.
        line: Its table.
    """

    number: int
    name: str
    uuid: str
    line: Target


def live_maps(control: Control, parent: DeviceInfo) -> tuple[PartitionMap, ...]:
    """Return the maps over the partitions of a map, by their numbers."""
    ours = re.compile(rf"part([1-9][0-9]{{0,8}})-{re.escape(_parent_uuid(parent))}\Z", re.ASCII)
    found = (_live(control, entry, ours, parent) for entry in control.devices())
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.number))


def wanted_maps(
    parent: DeviceInfo, size: Sectors, table: PartitionTable, live: Iterable[PartitionMap], delimiter: str | None
) -> tuple[WantedMap, ...]:
    """
    Return the maps that the partitions of a map should have.

    Raises:
        PartitionTableError: a partition that the map is too small for.
        NameRefused: a name or a uuid that no device may have.
    """
    names = _Names(parent.name, tuple(live), delimiter)
    return tuple(_wanted(parent, size, table, names))


def _wanted(parent: DeviceInfo, size: Sectors, table: PartitionTable, names: "_Names") -> Iterator[WantedMap]:
    for partition in table.partitions:
        length = table.mapped_size(partition)
        if partition.start + length > size:
            raise errors.PartitionTableError(
                f"map {parent.name}: partition {partition.number} ends at sector {partition.start + length}, but the "
                f"map has {size} sectors; nothing was changed; resize the map, or correct its partition table"
            )
        linear = LinearTarget(format_devt(parent.devt), partition.start)
        name, uuid = names.of(partition.number), f"part{partition.number}-{_parent_uuid(parent)}"
        checked_name(name)
        checked_uuid(uuid)
        yield WantedMap(partition.number, name, uuid, Target.of(Sectors(0), length, linear))


class _Names:
    """What partitions are called."""

    def __init__(self, parent: str, live: tuple[PartitionMap, ...], delimiter: str | None) -> None:
        self._parent, self._delimiter = parent, delimiter
        self._live = {each.number: each.name for each in live}

    def of(self, number: int) -> str:
        if self._delimiter is not None:
            return f"{self._parent}{self._delimiter}{number}"
        if number in self._live and self._taste_of(number) is not None:
            return self._live[number]
        tastes = [taste for taste in map(self._taste_of, self._live) if taste is not None]
        return f"{self._parent}{tastes[0] if tastes else self._default()}{number}"

    def _default(self) -> str:
        return "p" if self._parent[-1:].isdigit() else ""

    def _taste_of(self, number: int) -> str | None:
        """Return what stands between the name of the map and the number; ``None`` where the name has another form."""
        name, end = self._live[number], str(number)
        if not (name.startswith(self._parent) and name.endswith(end) and len(name) >= len(self._parent) + len(end)):
            return None
        taste = name[len(self._parent) : -len(end)]
        return None if taste[-1:].isdigit() or (not taste and self._default()) else taste


def _parent_uuid(parent: DeviceInfo) -> str:
    return parent.uuid or _WITHOUT_UUID.format(format_devt(parent.devt))


def _live(control: Control, entry: DeviceEntry, ours: re.Pattern[str], parent: DeviceInfo) -> PartitionMap | None:
    """Return the map where it is one over a partition of the parent."""
    try:
        match = ours.match(control.uuid_of(entry))
        if match is None:
            return None
        table = control.table(entry)
    except errors.DeviceNotFound:
        return None
    if not len(table):
        return PartitionMap(int(match[1]), table.info, None)
    line = table[0]
    if len(table) > 1 or line.type != LinearTarget.type or line.params.split()[0] != format_devt(parent.devt):
        return None
    return PartitionMap(int(match[1]), table.info, line)
