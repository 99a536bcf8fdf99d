"""
The partitions of a map, and the maps over them, as kpartx makes them.

Strategy: the partition table is read once and compared with what is there; nothing is done to a map that is right
already. What may be refused is found out before anything is changed: a table that cannot be used, a partition beyond
the end, a map that would move or go away while it is in use. The changes themselves are one transaction. Where another
program, udev's kpartx for one, made some of the maps meanwhile, all is looked at again.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, overload

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..paths.request import Asker
from ..paths.sysfs import block_folder, number
from ..units import SECTOR_SIZE, Sectors
from ..wire.partition import PartitionTable
from ..wire.partition_table import read_partition_table
from .in_use import wait_unused
from .map_blocks import MapBlocks
from .partition_change import PartitionAction, PartitionChange, changes
from .partition_map import PartitionMap, live_maps, wanted_maps
from .snapshot import read_snapshot
from .transaction import Transaction
from .udev_rules import udev_flags_for

_TRIES: Final = 3
_READ_DEADLINE: Final = 30.0


class Partitions(Sequence[PartitionMap]):
    """
    The maps over the partitions of one map, by their numbers, as they were when this was made.

    Attributes:
        parent: The map.

    Synchronization: as its `Control`.
    """

    def __init__(self, control: Control, parent: DeviceInfo, *, sysfs: Path, asker: Callable[[], Asker]) -> None:
        self._control, self._sysfs, self._asker = control, sysfs, asker
        self.parent = control.info(parent)
        self._live = live_maps(control, self.parent)

    @overload
    def __getitem__(self, index: int) -> PartitionMap: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[PartitionMap, ...]: ...
    def __getitem__(self, index: int | slice) -> PartitionMap | tuple[PartitionMap, ...]:
        """Return one map, or a slice of them."""
        return self._live[index]

    def __iter__(self) -> Iterator[PartitionMap]:
        """Iterate over the maps."""
        return iter(self._live)

    def __len__(self) -> int:
        """Return how many maps there are."""
        return len(self._live)

    def __repr__(self) -> str:
        """Return the names."""
        return f"<Partitions of {self.parent}: {', '.join(each.name for each in self) or 'none'}>"

    # What is read.

    def table(self, *, deadline: float = _READ_DEADLINE) -> PartitionTable:
        """
        Read the partition table of the map.

        Args:
            deadline: Seconds for each read.

        Raises:
            PartitionTableError: it has one that cannot be used.
            NoUsablePath: the map queues and has no usable path, or is suspended: it was not read.
            WaitTimeout: a read did not end in time.
            BlockError: a read failed.
        """
        read = MapBlocks(self._control, self.parent, self._asker, deadline)
        size = read.readable().size
        block_size = number(block_folder(self.parent.devt, self._sysfs), "queue/logical_block_size") or SECTOR_SIZE
        try:
            return read_partition_table(read, size, block_size=block_size)
        except errors.PartitionTableError as error:
            raise errors.PartitionTableError(f"map {self.parent.name}: {error}; nothing was changed") from None

    def changes(
        self,
        *,
        stale: bool = True,
        delimiter: str | None = None,
        read_only: bool = False,
        deadline: float = _READ_DEADLINE,
    ) -> tuple[PartitionChange, ...]:
        """
        Return what `update` would do, or without ``stale`` what `add` would; nothing is changed.

        Raises:
            PartitionTableError, NameRefused, NoUsablePath, WaitTimeout, BlockError: as `update`.
        """
        table = self.table(deadline=deadline)
        size = self._size()
        wanted = wanted_maps(self.parent, size, table, self._live, delimiter)
        return changes(self._live, wanted, stale=stale, read_only=read_only or self.parent.read_only)

    # What is changed.

    def add(
        self,
        *,
        delimiter: str | None = None,
        read_only: bool = False,
        timeout: float = 5.0,
        deadline: float = _READ_DEADLINE,
    ) -> "Partitions":
        """
        Have a map for each partition; those without a partition stay. Return the maps that are there then.

        Raises:
            DeviceExists, DeviceBusy, TableLoadError, PartitionTableError, NameRefused, NoUsablePath, WaitTimeout,
                BlockError, UdevError: as `update`.
        """
        return self._done(stale=False, delimiter=delimiter, read_only=read_only, timeout=timeout, deadline=deadline)

    def update(
        self,
        *,
        delimiter: str | None = None,
        read_only: bool = False,
        timeout: float = 5.0,
        deadline: float = _READ_DEADLINE,
    ) -> "Partitions":
        """
        Have a map for each partition and no other, also where the table was wiped; return the maps that are there then.

        All of it is done, or nothing; where nothing has to be done, nothing is.

        Args:
            delimiter: What stands between the map's name and the number, ``"-part"`` for example. Without it each map
                keeps its name, and new ones are called like the others; the first one as kpartx does it: ``p`` where
                the map's name ends in a digit, else nothing.
            read_only: Whether the maps refuse writes; those of a read-only map always do.
            timeout: Seconds to wait for programs that have a map open which would move or go away.
            deadline: Seconds for each read of the partition table.

        Raises:
            PartitionTableError: the table cannot be used, or a partition ends behind the map.
            NoUsablePath: the map queues and has no usable path, or is suspended: it was not read.
            WaitTimeout: a read did not end in time.
            BlockError: a read failed.
            DeviceBusy: a map that would move, shrink or go away is in use; ``.holders`` says by whom.
            DeviceExists: another device has a name or a uuid that is needed.
            NameRefused: no device may have such a name.
            TableLoadError: the kernel refused a table.
            UdevError: udev did not finish in time; what was done is taken back.
        """
        return self._done(stale=True, delimiter=delimiter, read_only=read_only, timeout=timeout, deadline=deadline)

    def remove(self, *, deferred: bool = False, timeout: float = 5.0) -> "Partitions":
        """
        Remove all the maps, whatever the partition table says; the map is not read. Return what is left: none.

        Args:
            deferred: Those in use go away with their last user.
            timeout: Seconds to wait for programs that have one open.

        Raises:
            DeviceBusy: one is in use, and all stay; ``.holders`` says by whom.
        """
        fresh = self._fresh()
        if not deferred:
            fresh.refuse_busy("removal", timeout)
        with fresh.transaction() as transaction:
            for each in fresh:
                transaction.remove(each.info, deferred=deferred, timeout=timeout)
        return self._fresh()

    # How.

    def transaction(self) -> Transaction:
        """Return a transaction whose changes udev's rules look at as the paths allow it."""
        snapshot = read_snapshot(self._control, self.parent)
        return Transaction(self._control, udev_flags_for(0 if snapshot is None else snapshot.status.paths_active))

    def refuse_busy(self, what: str, timeout: float) -> None:
        """
        Wait until no map is in use.

        Raises:
            DeviceBusy: one still is.
        """
        for each in self:
            wait_unused(self._control, each.info, what, sysfs=self._sysfs, timeout=timeout)

    def _fresh(self) -> "Partitions":
        return Partitions(self._control, self.parent, sysfs=self._sysfs, asker=self._asker)

    def _size(self) -> Sectors:
        snapshot = read_snapshot(self._control, self.parent)
        return Sectors(0) if snapshot is None else snapshot.size

    def _done(
        self, *, stale: bool, delimiter: str | None, read_only: bool, timeout: float, deadline: float
    ) -> "Partitions":
        for last in (False,) * (_TRIES - 1) + (True,):
            before = self._fresh()
            wanted = before.changes(stale=stale, delimiter=delimiter, read_only=read_only, deadline=deadline)
            try:
                before._make(wanted, timeout)
                return self._fresh() if wanted else before
            except (errors.DeviceExists, errors.DeviceNotFound):
                if last or self._fresh()._live == before._live:
                    raise
        raise AssertionError("the last try returns or raises")

    def _make(self, wanted: Sequence[PartitionChange], timeout: float) -> None:
        for change in wanted:
            if change.disturbs and change.live is not None:
                what = "removal" if change.wanted is None else "reload"
                wait_unused(self._control, change.live.info, what, sysfs=self._sysfs, timeout=timeout)
        if wanted:
            with self.transaction() as transaction:
                _make_in(transaction, wanted, timeout)
        else:
            self._control.make_nodes()


def _make_in(transaction: Transaction, wanted: Sequence[PartitionChange], timeout: float) -> None:
    """Make the changes: what the kernel may refuse first."""
    loaded: list[tuple[DeviceInfo, PartitionMap | None]] = []
    for change in wanted:
        to, live = change.wanted, change.live
        if to is None or change.action is PartitionAction.RENAME:
            continue
        if live is None:
            device = transaction.create(to.name, to.uuid, to.line, read_only=change.read_only)
        else:
            transaction.load(device := live.info, to.line, read_only=change.read_only)
        loaded.append((device, live))
    for change in wanted:
        if change.action is PartitionAction.REMOVE and change.live is not None:
            transaction.remove(change.live.info, timeout=timeout)
    for change in wanted:
        if change.action is PartitionAction.RENAME and change.live is not None:
            transaction.rename(change.live.info, change.name)
    for device, live in loaded:
        transaction.resume(device, None if live is None else live.line)
