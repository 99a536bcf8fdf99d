"""What a partition table says: its partitions, and what is odd about it."""

import enum
from dataclasses import dataclass

from ..units import SECTOR_SIZE, Sectors

# Of an extended partition programs may use its first two sectors, where a boot loader may stand, and nothing else.
_OF_AN_EXTENDED = 2


class TableKind(enum.StrEnum):
    """The kinds of partition tables, in the words of lsblk; `NONE` where there is no table."""

    DOS = "dos"
    GPT = "gpt"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Partition:
    """
    One partition.

    Attributes:
        number: From 1; the logical partitions of a DOS table begin at 5.
        start: Where it begins.
        size: How long it is.
        type: Its type: ``"0x83"``, or the GUID.
        label: Its name in a GPT, as the disk says it: never print it unescaped.
        partuuid: Its identity, as udev has it in ``ID_PART_ENTRY_UUID``.
        container: The number of the extended partition that it lies in; 0 for none.
        is_extended: Whether it is an extended partition itself.
    """

    number: int
    start: Sectors
    size: Sectors
    type: str
    label: str = ""
    partuuid: str = ""
    container: int = 0
    is_extended: bool = False

    @property
    def end(self) -> Sectors:
        """The first sector behind it."""
        return Sectors(self.start + self.size)


@dataclass(frozen=True, slots=True)
class PartitionTable:
    """
    A partition table.

    Attributes:
        kind: Which kind.
        partitions: The partitions, by their numbers.
        uuid: The identity of the disk, as udev has it in ``ID_PART_TABLE_UUID``; empty where it has none.
        block_size: The bytes of a block, which the table counts in.
        remarks: What is odd about it and does not hinder, one sentence each.
    """

    kind: TableKind
    partitions: tuple[Partition, ...] = ()
    uuid: str = ""
    block_size: int = SECTOR_SIZE
    remarks: tuple[str, ...] = ()

    def mapped_size(self, partition: Partition) -> Sectors:
        """Return how much of a partition gets a map: of an extended one two sectors or a block, as kpartx does it."""
        if partition.is_extended:
            return Sectors(min(partition.size, max(_OF_AN_EXTENDED, self.block_size // SECTOR_SIZE)))
        return partition.size
