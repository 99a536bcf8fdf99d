"""Blocks of a disk by their numbers: no question goes beyond its end, and no short answer is taken for a block."""

from collections.abc import Callable

from ..errors import PartitionTableError
from ..units import SECTOR_SIZE, Bytes, Sectors

# Return ``length`` bytes from ``offset``; what it raises goes through.
Read = Callable[[Bytes, Bytes], bytes]

_SMALLEST, _LARGEST = 512, 1 << 16


class BlockReader:
    """
    A disk that is read.

    Args:
        read: Who reads.
        size: The size of the disk.
        block_size: The bytes of one block.

    Attributes:
        block_size: The bytes of one block.
        count: How many whole blocks there are.

    Raises:
        PartitionTableError: a block size that no disk has.
    """

    def __init__(self, read: Read, size: Sectors, block_size: int) -> None:
        if not _SMALLEST <= block_size <= _LARGEST or block_size & (block_size - 1):
            raise PartitionTableError(f"no disk has blocks of {block_size} bytes")
        self._read, self.block_size = read, block_size
        self.count = size * SECTOR_SIZE // block_size

    def read(self, block: int, length: int) -> bytes:
        """
        Return ``length`` bytes from the beginning of ``block``.

        Raises:
            PartitionTableError: they lie beyond the end, or fewer were read.
        """
        whole = -(-length // self.block_size)
        if not 0 <= block <= self.count - whole:
            raise PartitionTableError(f"blocks {block} to {block + whole - 1} lie beyond the end, {self.count}")
        asked = whole * self.block_size
        data = self._read(Bytes(block * self.block_size), Bytes(asked))
        if len(data) != asked:
            raise PartitionTableError(f"of {asked} bytes at block {block} only {len(data)} could be read")
        return data[:length]

    def sectors(self, blocks: int) -> Sectors:
        """Return so many blocks in sectors."""
        return Sectors(blocks * (self.block_size // SECTOR_SIZE))
