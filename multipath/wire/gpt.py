"""
The GUID partition table: a header at block 1 and entries, each with a checksum, and a backup of both at the end.

Strategy: nothing of a table is used before both checksums hold. Where the first header or its entries do not, the
backup counts: where the first header says it is, if that much of it can be believed, else in the last block.

Source: UEFI 2.10, 5.3; linux ``block/partitions/efi.c``.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..errors import PartitionTableError
from .block_reader import BlockReader
from .mbr import MOST_PARTITIONS
from .partition import Partition, PartitionTable, TableKind

SIGNATURE: Final = b"EFI PART"
PRIMARY: Final = 1
_HEADER: Final = struct.Struct("<8sIIIIQQQQ16sQIII")
_CHECKSUM: Final = slice(16, 20)
_ENTRY: Final = struct.Struct("<16s16sQQQ72s")
_LARGEST_ENTRY: Final = 4096
_MOST_ENTRY_BYTES: Final = 1 << 20
_PIECE: Final = 1 << 16  # what is read at once
_UNUSED: Final = bytes(16)


@dataclass(frozen=True, slots=True)
class Header:
    """
    A header whose checksum holds.

    Attributes:
        block: Where it stands.
        alternate: Where the other one stands.
        disk: The identity of the disk.
        entries: The first block of the entries.
        count: How many there are.
        entry_size: The bytes of each.
        checksum: The CRC-32 of all of them.
    """

    block: int
    alternate: int
    disk: str
    entries: int
    count: int
    entry_size: int
    checksum: int


def read_gpt(blocks: BlockReader) -> PartitionTable:
    """
    Return the table of a disk whose first block says that it has one.

    Raises:
        PartitionTableError: neither the header nor its backup can be used; each with its fault.
    """
    faults, places = list[str](), [PRIMARY]
    for block in places:  # which grows
        try:
            header = _read_header(block, blocks)
        except PartitionTableError as error:
            faults.append(f"block {block}: {error}")
            places += [blocks.count - 1] if blocks.count - 1 not in places else []
            continue
        try:
            entries = _read_entries(header, blocks)
        except PartitionTableError as error:
            faults.append(f"block {block}: {error}")
            places += [each for each in (header.alternate, blocks.count - 1) if each not in places][: 3 - len(places)]
            continue
        return _table(header, entries, blocks, faults)
    raise PartitionTableError("; ".join(["it has a protective record, but no GPT that can be used", *faults]))


def parse_header(data: bytes, block: int) -> Header:
    """
    Return the header that a block begins with.

    Raises:
        PartitionTableError: it is none, it was altered, it belongs into another block, or it promises what cannot be.
    """
    if data[: len(SIGNATURE)] != SIGNATURE:
        raise PartitionTableError("no header")
    if len(data) < _HEADER.size:
        raise PartitionTableError(f"a header of {len(data)} bytes was cut")
    _, _, size, checksum, _, own, alternate, _, _, disk, entries, count, entry_size, of_all = _HEADER.unpack_from(data)
    if not _HEADER.size <= size <= len(data):
        raise PartitionTableError(f"a header of {size} bytes; a block has {len(data)}")
    summed = bytearray(data[:size])
    summed[_CHECKSUM] = bytes(4)
    if zlib.crc32(summed) != checksum:
        raise PartitionTableError("a header whose checksum does not hold")
    if own != block:
        raise PartitionTableError(f"a header that belongs into block {own}")
    if not _ENTRY.size <= entry_size <= _LARGEST_ENTRY or entry_size & (entry_size - 1):
        raise PartitionTableError(f"a header with entries of {entry_size} bytes")
    if count * entry_size > _MOST_ENTRY_BYTES:
        raise PartitionTableError(f"a header with {count} entries")
    return Header(block, alternate, _guid(disk), entries, count, entry_size, of_all)


def _read_header(block: int, blocks: BlockReader) -> Header:
    return parse_header(blocks.read(block, blocks.block_size), block)


def _read_entries(header: Header, blocks: BlockReader) -> bytes:
    """Return the entries, all of them, if their checksum holds."""
    size, read = header.count * header.entry_size, bytearray()
    while len(read) < size:
        piece = min(_PIECE, size - len(read))
        read += blocks.read(header.entries + len(read) // blocks.block_size, piece)
    if zlib.crc32(read) != header.checksum:
        raise PartitionTableError("a header whose entries were altered: their checksum does not hold")
    return bytes(read)


def _table(header: Header, entries: bytes, blocks: BlockReader, faults: list[str]) -> PartitionTable:
    remarks = [f"{fault}; the backup at block {header.block} was taken" for fault in faults[:1]]
    found = tuple(_partitions(header, entries, blocks, remarks))
    if len(found) > MOST_PARTITIONS:
        raise PartitionTableError(f"it has {len(found)} partitions; at most {MOST_PARTITIONS} are taken")
    return PartitionTable(TableKind.GPT, found, header.disk, blocks.block_size, tuple(remarks))


def _partitions(header: Header, entries: bytes, blocks: BlockReader, remarks: list[str]) -> Iterator[Partition]:
    for number in range(1, header.count + 1):
        kind, own, first, last, _, name = _ENTRY.unpack_from(entries, (number - 1) * header.entry_size)
        if kind == _UNUSED:
            continue
        if last < first:
            remarks.append(f"partition {number} ends before it begins, and was left out")
            continue
        start, size = blocks.sectors(first), blocks.sectors(last - first + 1)
        yield Partition(number, start, size, _guid(kind), _label(name), _guid(own))


def _label(name: bytes) -> str:
    return name.decode("utf-16-le", "replace").partition("\0")[0]


def _guid(data: bytes) -> str:
    """Return a GUID as it is written: its first three numbers stand on the disk the other way round."""
    low, middle, high = struct.unpack("<IHH", data[:8])
    return f"{low:08x}-{middle:04x}-{high:04x}-{data[8:10].hex()}-{data[10:].hex()}"
