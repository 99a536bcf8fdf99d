"""What is different between the maps over partitions that are there and those that should be; pure."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .partition_map import PartitionMap, WantedMap


class PartitionAction(enum.StrEnum):
    """What is done to a map over a partition."""

    CREATE = "create"
    RELOAD = "reload"
    RENAME = "rename"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class PartitionChange:
    """
    One change.

    Attributes:
        action: What is done.
        live: The map that is there; ``None`` for one that is made.
        wanted: The map that should be; ``None`` for one that is removed.
        read_only: Whether it is to refuse writes.
    """

    action: PartitionAction
    live: PartitionMap | None
    wanted: WantedMap | None
    read_only: bool = False

    @property
    def name(self) -> str:
        """The name of the map, when all is done."""
        return self.wanted.name if self.wanted else self.live.name if self.live else ""

    @property
    def disturbs(self) -> bool:
        """Whether it must not be done while the map is in use: all but a new name and mere growth."""
        if self.live is None or self.action in (PartitionAction.CREATE, PartitionAction.RENAME):
            return False
        if self.wanted is None or self.live.line is None:
            return self.wanted is None
        moved = self.wanted.line.params != self.live.line.params
        return moved or self.wanted.line.length < self.live.size or self.read_only

    def __str__(self) -> str:
        """Return what is done, in one line."""
        match self.live, self.wanted:
            case PartitionMap(), None:
                return f"remove {self.live.name}"
            case PartitionMap(), WantedMap() if self.action is PartitionAction.RENAME:
                return f"rename {self.live.name} to {self.wanted.name}"
            case _, WantedMap():
                was = f"; was {self.live.line or 'without table'}" if self.live else ""
                return f"{self.action} {self.name}: {self.wanted.line}{was}"
            case _:
                return str(self.action)


def changes(
    live: Iterable[PartitionMap], wanted: Iterable[WantedMap], *, stale: bool, read_only: bool
) -> tuple[PartitionChange, ...]:
    """
    Return the changes, by the numbers of the partitions; none where all is as it should be.

    Args:
        live: The maps that are there.
        wanted: The maps that should be.
        stale: Whether those without a partition are removed.
        read_only: Whether the maps are to refuse writes.
    """
    there = {each.number: each for each in live}
    should = {each.number: each for each in wanted}
    numbers = sorted(should.keys() | (there.keys() if stale else ()))
    return tuple(change for each in numbers for change in _changes(there.get(each), should.get(each), read_only))


def _changes(live: PartitionMap | None, wanted: WantedMap | None, read_only: bool) -> Iterator[PartitionChange]:
    if live is None:
        yield PartitionChange(PartitionAction.CREATE, None, wanted, read_only)
    elif wanted is None:
        yield PartitionChange(PartitionAction.REMOVE, live, None)
    else:
        if live.name != wanted.name:
            yield PartitionChange(PartitionAction.RENAME, live, wanted)
        if live.line != wanted.line or live.info.read_only != read_only:
            yield PartitionChange(PartitionAction.RELOAD, live, wanted, read_only)
