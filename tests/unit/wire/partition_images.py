"""Disks in memory with partition tables on them, written here byte for byte as their specifications have it."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from multipath.units import SECTOR_SIZE, Bytes, Sectors
from multipath.wire.partition import PartitionTable
from multipath.wire.partition_table import read_partition_table

LINUX = "0fc63daf-8483-4772-8e79-3d69d8477de4"
DISK = "11111111-2222-3333-4444-555555555555"
Entry = tuple[int, int, int]  # type, first block, blocks
Slot = tuple[int, int, str]  # first block, last block, label


@dataclass
class Image:
    """
    A disk.

    Attributes:
        blocks: How many blocks it has.
        block_size: Their size.
        reads: What was read: offset and length.
    """

    blocks: int = 4096
    block_size: int = 512
    reads: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with zeroes."""
        self.data = bytearray(self.blocks * self.block_size)

    @property
    def size(self) -> Sectors:
        """Its size."""
        return Sectors(len(self.data) // SECTOR_SIZE)

    def read(self, offset: Bytes, length: Bytes) -> bytes:
        """Read, in whole blocks only, and never beyond the end."""
        assert offset % self.block_size == length % self.block_size == 0
        assert offset + length <= len(self.data)
        self.reads.append((offset, length))
        return bytes(self.data[offset : offset + length])

    def table(self) -> PartitionTable:
        """Read its partition table."""
        return read_partition_table(self.read, self.size, block_size=self.block_size)

    def put(self, block: int, data: bytes) -> None:
        """Write at a block."""
        at = block * self.block_size
        self.data[at : at + len(data)] = data

    def record(self, *entries: Entry, block: int = 0, disk_id: int = 0xCAFE0001, active: int = 0) -> "Image":
        """Write a record with up to four entries."""
        packed = b"".join(struct.pack("<BxxxBxxxII", active, *entry) for entry in entries)
        self.put(block, struct.pack("<440xI2x", disk_id) + packed.ljust(64, b"\0") + b"\x55\xaa")
        return self

    def gpt(
        self, *slots: Slot, count: int = 128, entry_size: int = 128, alternate: int | None = None, primary: bool = True
    ) -> "Image":
        """Write a protective record, both headers and both sets of entries; an empty slot is one without label."""
        self.record((0xEE, 1, min(self.blocks - 1, 0xFFFFFFFF)), disk_id=0)
        packed = b"".join(_entry(number, slot).ljust(entry_size, b"\0") for number, slot in enumerate(slots, 1))
        entries = packed.ljust(count * entry_size, b"\0")
        last = self.blocks - 1
        behind = last - -(-len(entries) // self.block_size)
        for own, other, place in ((1, alternate or last, 2), (last, 1, behind)):
            if own != 1 or primary:
                self.put(own, header(own, other, place, entries, count, entry_size))
                self.put(place, entries)
        return self


def header(own: int, other: int, place: int, entries: bytes, count: int, entry_size: int, size: int = 92) -> bytes:
    """Return a header that is right."""
    fields = 0x10000, size, 0, 0, own, other, 34, 4000, guid(DISK), place, count, entry_size, zlib.crc32(entries)
    return sealed(struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", *fields))


def sealed(data: bytes) -> bytes:
    """Return a header with the checksum that it should have."""
    plain = data[:16] + bytes(4) + data[20:]
    return plain[:16] + struct.pack("<I", zlib.crc32(plain)) + plain[20:]


def guid(text: str) -> bytes:
    """Return a GUID as it stands on a disk."""
    low, middle, high, *rest = text.split("-")
    return struct.pack("<IHH", int(low, 16), int(middle, 16), int(high, 16)) + bytes.fromhex("".join(rest))


def own_guid(number: int) -> str:
    """Return the identity that partition ``number`` has in these images."""
    return f"aaaaaaaa-bbbb-cccc-dddd-{number:012x}"


def _entry(number: int, slot: Slot) -> bytes:
    first, last, label = slot
    if not label:
        return bytes(128)
    return struct.pack(
        "<16s16sQQQ72s", guid(LINUX), guid(own_guid(number)), first, last, 0, label.encode("utf-16-le")[:72]
    )


def rows(table: PartitionTable) -> Sequence[tuple[int, int, int]]:
    """Return number, start and size of each partition, in sectors."""
    return [(each.number, each.start, each.size) for each in table.partitions]
