"""
The master boot record and the chain of records behind it that the logical partitions stand in.

Strategy: numbers are given as the kernel gives them: an entry of the first record has its place, the entries of the
chain are counted from 5 as they come. Each record of the chain is read once, so that a chain that bites its own tail
ends; where the chain breaks off, what came before it counts, and a remark says where.

Source: linux ``block/partitions/msdos.c``; what kpartx makes of the same records is compared in the laboratory.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..errors import PartitionTableError
from .block_reader import BlockReader
from .partition import Partition, PartitionTable, TableKind

RECORD_SIZE: Final = 512
MOST_PARTITIONS: Final = 256
_ENTRIES: Final = 446
_ENTRY: Final = struct.Struct("<BxxxBxxxII")
_SIGNATURE: Final = b"\x55\xaa"
_DISK_ID: Final = slice(440, 444)
_EXTENDED: Final = frozenset({0x05, 0x0F, 0x85})
_PROTECTIVE: Final = 0xEE
_ACTIVE: Final = (0, 0x80)
_FIRST_LOGICAL: Final = 5
_LONGEST_CHAIN: Final = 4 * MOST_PARTITIONS


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One of the four entries of a record.

    Attributes:
        active: 0x80 where to boot from, else 0.
        type: What is in the partition; 0 for nothing.
        start: The first block, counted from where such a record counts from.
        blocks: How many blocks.
    """

    active: int
    type: int
    start: int
    blocks: int

    @property
    def is_extended(self) -> bool:
        """Whether it leads to more records."""
        return self.type in _EXTENDED


@dataclass(frozen=True, slots=True)
class Record:
    """
    The first block of a disk, or of a logical partition.

    Attributes:
        entries: Its four entries.
        disk_id: The identity of the disk; 0 where it has none.
    """

    entries: tuple[Entry, ...]
    disk_id: int

    @property
    def is_table(self) -> bool:
        """Whether its entries are some: the boot sector of a file system has the same signature, and text there."""
        return all(entry.active in _ACTIVE for entry in self.entries)

    @property
    def is_protective(self) -> bool:
        """Whether it says that the disk has a GPT."""
        return any(entry.type == _PROTECTIVE for entry in self.entries)


def parse_record(block: bytes) -> Record | None:
    """Return the record in a block; ``None`` where the block has no signature of one."""
    if len(block) < RECORD_SIZE or block[RECORD_SIZE - 2 : RECORD_SIZE] != _SIGNATURE:
        return None
    entries = tuple(Entry(*_ENTRY.unpack_from(block, _ENTRIES + place * _ENTRY.size)) for place in range(4))
    return Record(entries, int.from_bytes(block[_DISK_ID], "little"))


def read_dos_table(record: Record, blocks: BlockReader) -> PartitionTable:
    """
    Return the table that begins with ``record``; the chains are read.

    Raises:
        PartitionTableError: it has more partitions than any program takes, or its chain could not be read.
    """
    found, remarks = [], list[str]()
    logical = _FIRST_LOGICAL
    for number, entry in enumerate(record.entries, start=1):
        if not entry.blocks:
            continue
        found.append(_partition(number, entry.start, entry, record, blocks))
        if entry.is_extended:
            for start, inner in _chain(entry.start, blocks, remarks):
                found.append(_partition(logical, start, inner, record, blocks, container=number))
                logical += 1
                if logical > MOST_PARTITIONS:
                    raise PartitionTableError(f"its chain has more than {MOST_PARTITIONS} partitions")
    found.sort(key=lambda partition: partition.number)
    uuid = f"{record.disk_id:08x}" if record.disk_id else ""
    return PartitionTable(TableKind.DOS, tuple(found), uuid, blocks.block_size, tuple(remarks))


def _partition(
    number: int, start: int, entry: Entry, record: Record, blocks: BlockReader, container: int = 0
) -> Partition:
    return Partition(
        number,
        blocks.sectors(start),
        blocks.sectors(entry.blocks),
        f"{entry.type:#04x}",
        partuuid=f"{record.disk_id:08x}-{number:02x}" if record.disk_id else "",
        container=container,
        is_extended=entry.is_extended,
    )


def _chain(first: int, blocks: BlockReader, remarks: list[str]) -> Iterator[tuple[int, Entry]]:
    """
    Yield the logical partitions of an extended one, each with its first block.

    A record counts its own partition from itself, and the next record from the beginning of the extended partition.
    """
    here, seen = first, set[int]()
    while True:
        if here in seen or len(seen) == _LONGEST_CHAIN:
            remarks.append(f"the chain of logical partitions comes back to block {here}, and was left there")
            return
        seen.add(here)
        record = parse_record(blocks.read(here, RECORD_SIZE)) if 0 < here < blocks.count else None
        if record is None:
            if here != first:  # a fresh extended partition may be without a record
                remarks.append(f"the chain of logical partitions breaks off: no record at block {here}")
            return
        used = [entry for entry in record.entries[:2] if entry.blocks]
        for entry in used:
            if not entry.is_extended:
                yield here + entry.start, entry
        onward = next((entry.start for entry in used if entry.is_extended), None)
        if onward is None:
            return
        here = first + onward
