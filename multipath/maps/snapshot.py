"""One map at one moment: its device, its table and its status, all of one event number."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, cast

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo, DeviceTable
from ..dm.reference import DeviceRef
from ..dm.target import Target
from ..units import DevT, Sectors
from ..wire.status import MultipathStatus
from ..wire.table import MultipathTable
from .ownership import UUID_PREFIX

MULTIPATH: Final = "multipath"
_MOST_READS: Final = 8
_MOST_KEPT: Final = 1024  # texts, about a MiB of them
_DEVICE: Final = re.compile(r"\d+:\d+", re.ASCII)
# What a path has before the words that its group counts: its device, and in a status also its state and fail count.
_TABLE_WORDS: Final = 1
_STATUS_WORDS: Final = 3


@dataclass(frozen=True, slots=True)
class MapSnapshot:
    """
    A map at one moment; ``table`` and ``status`` are parsed when they are first asked for.

    Attributes:
        info: The device, with the event number that table and status belong to.
        table_line: The kernel's table.
        status_line: The kernel's status.
    """

    info: DeviceInfo
    table_line: Target
    status_line: Target
    # Not functools.cached_property: its lock costs more than the parsing where clocks are slow.
    _table: MultipathTable | None = field(default=None, init=False, repr=False, compare=False)
    _status: MultipathStatus | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The map's name."""
        return self.info.name

    @property
    def uuid(self) -> str:
        """The map's uuid; empty without one."""
        return self.info.uuid

    @property
    def wwid(self) -> str:
        """The WWID of its unit, where its uuid is of multipath-tools' kind; else empty."""
        return self.uuid.removeprefix(UUID_PREFIX) if self.uuid.startswith(UUID_PREFIX) else ""

    @property
    def devt(self) -> DevT:
        """The map's device number."""
        return self.info.devt

    @property
    def size(self) -> Sectors:
        """The map's size."""
        return self.table_line.length

    @property
    def table(self) -> MultipathTable:
        """The table, typed."""
        if self._table is None:
            try:
                object.__setattr__(self, "_table", MultipathTable.parse(self.table_line.params))
            except errors.TableError as error:
                raise errors.UnexpectedStatus(f"map {self.name}: the kernel's table cannot be read: {error}") from error
        return cast(MultipathTable, self._table)

    @property
    def status(self) -> MultipathStatus:
        """The status, typed."""
        if self._status is None:
            try:
                object.__setattr__(self, "_status", MultipathStatus.parse(self.status_line.params, self.table))
            except errors.TableError as error:
                raise errors.UnexpectedStatus(
                    f"map {self.name}: the kernel's status cannot be read: {error}"
                ) from error
        return cast(MultipathStatus, self._status)

    def share(self, before: "MapSnapshot") -> None:
        """Take over what was parsed of an earlier snapshot, as far as the kernel's texts are the same."""
        if self._table is None and self.table_line.params == before.table_line.params:
            object.__setattr__(self, "_table", before._table)
            if self._status is None and self.status_line.params == before.status_line.params:
                object.__setattr__(self, "_status", before._status)


def read_snapshot(control: Control, ref: DeviceRef) -> MapSnapshot | None:
    """
    Read one map; ``None`` when the device is not a multipath map with a live table.

    Table and status are two commands: they are read again until no event and no other groups came in between.

    Raises:
        DeviceNotFound: there is no such device.
        UnexpectedStatus: the map changed each time it was read.
    """
    for _ in range(_MOST_READS):
        status = control.status(ref)
        line = _multipath_line(status)
        if line is None:
            return None
        table = control.table(status.info)
        in_table = _multipath_line(table)
        if in_table is not None and table.info.event_nr == status.info.event_nr and _agree(in_table, line):
            return MapSnapshot(status.info, in_table, line)
    raise errors.UnexpectedStatus(f"map {ref} changed each of {_MOST_READS} times it was read; try again")


def read_map(control: Control, ref: DeviceRef) -> MapSnapshot:
    """
    Read one map.

    Raises:
        NotFound: the device is no multipath map with a live table.
        DeviceNotFound: there is no such device.
        UnexpectedStatus: the map changed each time it was read.
    """
    snapshot = read_snapshot(control, ref)
    if snapshot is None:
        raise errors.NotFound(f"{ref} is no multipath map with a live table")
    return snapshot


def _multipath_line(found: DeviceTable) -> Target | None:
    """Return the line of a map; ``None`` where this is the table or status of something else."""
    lines = found.targets
    return lines[0] if len(lines) == 1 and lines[0].type == MULTIPATH else None


def _agree(table: Target, status: Target) -> bool:
    """Tell whether both have the same groups of devices; a swap of tables, which raises no event, shows in them."""
    try:
        return _groups(table.params, _TABLE_WORDS) == _groups(status.params, _STATUS_WORDS)
    except (IndexError, ValueError):  # a newer kernel's text: whoever parses it will say what is wrong with it
        return _DEVICE.findall(table.params) == _DEVICE.findall(status.params)


# A table seldom changes, and a status not while nothing happens: who reads maps again and again has most of them here.
@lru_cache(maxsize=_MOST_KEPT)
def _groups(text: str, own_words: int) -> tuple[tuple[str, ...], ...]:
    """Return the devices of each group of a table or status, where a path has ``own_words`` besides those it counts."""
    words = text.split()
    at = 1 + int(words[0])  # the features, or the values that a status begins with
    at += 1 + int(words[at])  # the handler
    count, at = int(words[at]), at + 2
    groups: list[tuple[str, ...]] = []
    for _ in range(count):
        at += 2 + int(words[at + 1])  # the selector, or the state of the group
        start, step = at + 2, own_words + int(words[at + 1])
        at = start + int(words[at]) * step
        groups.append(tuple(words[start:at:step]))
    return tuple(groups)


def read_snapshots(control: Control) -> list[MapSnapshot]:
    """Read every multipath map with a live table, in the kernel's order; one that goes away meanwhile is left out."""
    found = []
    for entry in control.devices():
        try:
            snapshot = read_snapshot(control, entry)
        except errors.DeviceNotFound:
            continue
        if snapshot is not None:
            found.append(snapshot)
    return found
