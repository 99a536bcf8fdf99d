"""What a verifying load did and found."""

from dataclasses import dataclass
from typing import Final

from ..units import Nanoseconds

_INSTANT: Final = Nanoseconds(0)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """
    What was done and found.

    Attributes:
        blocks_written: Writes that the device acknowledged.
        blocks_read: Reads that it answered.
        bytes_compared: Bytes of those reads, each compared with what it should be.
        blocks_wrong: Reads in which a byte differed.
        evidence: One sentence for each of the first of them.
        failure: The error that ended the I/O; empty without one.
        longest: The longest single read or write.
        failed: Reads and writes that failed, where the load goes on after an error.
        gap: The longest time in which no read or write ended.
        median: Half of them took no longer.
        slowest: 99 % of them took no longer.
    """

    blocks_written: int = 0
    blocks_read: int = 0
    bytes_compared: int = 0
    blocks_wrong: int = 0
    evidence: tuple[str, ...] = ()
    failure: str = ""
    longest: Nanoseconds = _INSTANT
    failed: int = 0
    gap: Nanoseconds = _INSTANT
    median: Nanoseconds = _INSTANT
    slowest: Nanoseconds = _INSTANT

    @property
    def is_good(self) -> bool:
        """Whether something was compared, nothing differed, and no I/O ended the load."""
        return self.bytes_compared > 0 and self.blocks_wrong == 0 and not self.failure
