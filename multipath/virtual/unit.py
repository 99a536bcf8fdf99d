"""
A logical unit: its size and bytes, who it is, its reservations, and what is wrong with it.

Strategy: a command is executed under the unit's lock, so that a reservation that was taken is in force for every
command after it. Blocks are the unit's own; sectors, in the methods that tests call, have 512 bytes as everywhere.
"""

import threading
from collections.abc import Iterable
from typing import Final

from ..units import SECTOR_SIZE, Sectors
from ..wire.sense import CAPACITY_CHANGED, LBA_OUT_OF_RANGE, POWER_ON, WRITE_PROTECTED, Sense, unrecovered_read
from .attention import UnitAttentions
from .port import Nexus, PortGroup
from .reservations import PersistentReservations
from .scsi.reply import CheckCondition
from .store import MemoryStore, Store

_BLOCK_SIZES: Final = (512, 4096)
_MOST_SECTORS: Final = 1 << 54  # more bytes than 63 bits count
_NAA_LENGTHS: Final = (8, 16)


class LogicalUnit:
    """
    A logical unit.

    Attributes:
        naa: Its NAA designator: 8 or 16 bytes.
        serial: Its serial number.
        block_size: The bytes of one block.
        store: Where its bytes are.
        reservations: Who is registered, who holds the reservation.
        attentions: What its initiators have to be told.
        write_protected: Whether it refuses to be written.
        owner: The target port group whose controller has the unit, where the array is an RDAC array.
        lock: Held while a command is executed.
        reads_seen: Reads that got as far as the blocks; so do the next two.
        writes_seen: Writes.
        flushes_seen: Flushes.

    Args:
        size: In sectors.
        naa: See above.
        serial: See above.
        block_size: See above.
        store: See above; memory where none is given.

    Synchronization: any number of threads.
    """

    def __init__(
        self, size: int, *, naa: bytes, serial: str, block_size: int = 512, store: Store | None = None
    ) -> None:
        if block_size not in _BLOCK_SIZES:
            raise ValueError(f"a block has {' or '.join(map(str, _BLOCK_SIZES))} bytes, not {block_size}")
        if len(naa) not in _NAA_LENGTHS:
            raise ValueError(f"an NAA designator has 8 or 16 bytes, not {len(naa)}")
        self.naa, self.serial, self.block_size = naa, serial, block_size
        self.store: Store = MemoryStore() if store is None else store
        self.attentions = UnitAttentions()
        self.reservations = PersistentReservations(self.attentions.establish)
        self.write_protected = False
        self.owner: PortGroup | None = None
        self.lock = threading.RLock()
        self.reads_seen = self.writes_seen = self.flushes_seen = 0
        self._nexuses: frozenset[Nexus] = frozenset()
        self._bad: set[int] = set()
        self._blocks = self._checked(size)

    @property
    def wwid(self) -> str:
        """Its identity as multipath-tools writes it: ``3`` and the NAA designator."""
        return f"3{self.naa.hex()}"

    @property
    def size(self) -> Sectors:
        """Its size."""
        return Sectors(self._blocks * self.block_size // SECTOR_SIZE)

    @property
    def blocks(self) -> int:
        """How many blocks it has."""
        return self._blocks

    def meet(self, nexuses: Iterable[Nexus]) -> None:
        """Let initiators know the unit: from now on they are told what happens to it."""
        with self.lock:
            self._nexuses |= frozenset(nexuses)

    def tell(self, sense: Sense, *, besides: Nexus | None = None) -> None:
        """Establish a unit attention for every nexus that knows the unit."""
        self.attentions.establish(sense, [nexus for nexus in self._nexuses if nexus != besides])

    # What goes wrong, and what puts it right.

    def resize(self, size: int) -> None:
        """Change the size, in sectors; the initiators are told, and have to look."""
        with self.lock:
            blocks = self._checked(size)
            if blocks < self._blocks:
                self.store.resize(blocks * self.block_size)
            self._blocks = blocks
            self.tell(CAPACITY_CHANGED)

    def reset(self) -> None:
        """Begin anew, as after a loss of power; reservations and bytes stay, and the initiators are told."""
        self.tell(POWER_ON)

    def medium_error(self, sector: int, count: int = 1) -> None:
        """Let the blocks of ``count`` sectors be unreadable, until they are written or repaired."""
        with self.lock:
            self._bad.update(self._blocks_of(sector, count))

    def repair(self, sector: int = 0, count: int | None = None) -> None:
        """Make blocks readable again: all from ``sector`` on where no count is given."""
        with self.lock:
            self._bad.difference_update(self._blocks_of(sector, self.size - sector if count is None else count))

    # What commands do to the blocks.

    def read(self, block: int, count: int) -> bytes:
        """Return the bytes of blocks."""
        self._check_range(block, count)
        self.reads_seen += 1
        if self._bad:
            bad = [each for each in self._bad if block <= each < block + count]
            if bad:
                raise CheckCondition(unrecovered_read(min(bad)))
        return self.store.read(block * self.block_size, count * self.block_size)

    def write(self, block: int, count: int, data: bytes | memoryview) -> None:
        """Write blocks; an unreadable one becomes readable by that, as a disk puts a spare block in its place."""
        self._check_range(block, count)
        if self.write_protected:
            raise CheckCondition(WRITE_PROTECTED)
        self.writes_seen += 1
        self.store.write(block * self.block_size, data)
        if self._bad:
            self._bad.difference_update(range(block, block + count))

    def flush(self) -> None:
        """Make the store keep what was written."""
        self.flushes_seen += 1
        self.store.flush()

    def _check_range(self, block: int, count: int) -> None:
        if block + count > self._blocks:
            raise CheckCondition(LBA_OUT_OF_RANGE)

    def _checked(self, size: int) -> int:
        per_block = self.block_size // SECTOR_SIZE
        if size <= 0 or size % per_block:
            raise ValueError(f"{size} sectors are no whole number of blocks of {self.block_size} bytes, at least one")
        if size > _MOST_SECTORS:
            raise ValueError(f"{size} sectors are more than Linux can address: {_MOST_SECTORS}")
        return size // per_block

    def _blocks_of(self, sector: int, count: int) -> range:
        per_block = self.block_size // SECTOR_SIZE
        return range(sector // per_block, -(-(sector + count) // per_block))

    def __repr__(self) -> str:
        """Return identity and size."""
        return f"<LogicalUnit {self.wwid} of {self.size} sectors>"
