"""
The partition table of a disk, from the blocks that it stands in.

Strategy: the first block decides. Without a record in it there is no table, whatever else stands on the disk: that is
how the kernel and kpartx see it, and a table that was wiped is none. A record that says GPT is never read as a DOS
table: where the GPT cannot be used, that is an error and no empty disk.
"""

from typing import Final

from ..errors import PartitionTableError
from ..units import Bytes, Sectors
from .block_reader import BlockReader, Read
from .gpt import PRIMARY, SIGNATURE, read_gpt
from .mbr import parse_record, read_dos_table
from .partition import PartitionTable, TableKind

_BLOCK_SIZES: Final = (512, 4096)


def read_partition_table(read: Read, size: Sectors, *, block_size: int = 512) -> PartitionTable:
    """
    Return the partition table of a disk; an empty one of no kind where it has none.

    Args:
        read: Called with offset and length, in bytes and whole blocks; returns what stands there.
        size: The size of the disk.
        block_size: The bytes of its logical blocks, which the table counts in.

    Raises:
        PartitionTableError: there is a table, and it cannot be used; or a block size that no disk has.

    Synchronization: none required.

    >>> read_partition_table(lambda offset, length: bytes(length), Sectors(2048)).kind.value
    'none'
    """
    blocks = BlockReader(read, size, block_size)
    if not blocks.count:
        return PartitionTable(TableKind.NONE, block_size=block_size)
    record = parse_record(blocks.read(0, block_size))
    if record is None or not record.is_table:
        return PartitionTable(TableKind.NONE, block_size=block_size, remarks=_why_none(record is not None, blocks))
    if not record.is_protective:
        return read_dos_table(record, blocks)
    try:
        return read_gpt(blocks)
    except PartitionTableError as error:
        raise PartitionTableError("; ".join([str(error), *_other_blocks(read, blocks)])) from None


def _why_none(has_signature: bool, blocks: BlockReader) -> tuple[str, ...]:
    """Return what may make somebody wonder."""
    if has_signature:
        return ("block 0 is the boot sector of a file system, not a partition table",)
    if blocks.count > PRIMARY and blocks.read(PRIMARY, len(SIGNATURE)) == SIGNATURE:
        return ("block 1 has the header of a GPT, but block 0 has no protective record: the GPT does not count",)
    return ()


def _other_blocks(read: Read, blocks: BlockReader) -> list[str]:
    """Return that the GPT was made for blocks of another size, where it was: a copy from another kind of disk."""
    for other in _BLOCK_SIZES:
        end = max(other + len(SIGNATURE), blocks.block_size)
        length = -(-end // blocks.block_size) * blocks.block_size
        if other != blocks.block_size and blocks.count * blocks.block_size >= length:
            data = read(Bytes(0), Bytes(length))
            if data[other : other + len(SIGNATURE)] == SIGNATURE:
                return [f"there is one for blocks of {other} bytes, but this disk has blocks of {blocks.block_size}"]
    return []
