"""The three targets that make snapshots: snapshot-origin, snapshot, and snapshot-merge, which folds one back."""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from ...units import Sectors
from ...wire.words import Words
from .features import feature_words, read_features
from .numbers import fraction, strict_number
from .params import KnownTarget, TargetStatus

INVALID: Final = "Invalid"
_MERGE, _FAILED = "Merge", "failed"  # the only fault of two words
MERGE_FAILED: Final = f"{_MERGE} {_FAILED}"
OVERFLOW: Final = "Overflow"
UNKNOWN: Final = "Unknown"


@dataclass(frozen=True, slots=True)
class SnapshotTarget(KnownTarget):
    """
    A snapshot: ``<origin> <COW device> <persistent> <chunk size> [<#features> [<feature>]*]``.

    Attributes:
        origin: The device whose state is kept.
        cow_device: The device that holds what has changed since.
        persistent: ``"P"`` survives a reboot, ``"PO"`` likewise and may report ``Overflow``, ``"N"`` lives in memory.
        chunk_size: The sectors that are copied together; 0 lets a persistent store say it.
        features: ``discard_zeroes_cow``, ``discard_passdown_origin``, or words of a newer kernel.

    Source: linux ``drivers/md/dm-snap.c``, ``snapshot_ctr()`` and ``snapshot_status()``; ``dm-exception-store.c``.

    >>> SnapshotTarget.parse("254:11 254:12 P 16").chunk_size
    16
    """

    type: ClassVar[str] = "snapshot"
    origin: str
    cow_device: str
    persistent: str
    chunk_size: Sectors
    features: tuple[str, ...] = ()

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the devices, the exception store and the features."""
        origin, cow_device = words.take("the origin"), words.take("the COW device")
        persistent = _read_persistent(words)
        chunk_size = Sectors(strict_number(words, "the chunk size"))
        # The kernel knows these features in either case, and prints them in lower case.
        return cls(origin, cow_device, persistent, chunk_size, tuple(map(str.lower, read_features(words))))

    def words(self) -> tuple[str, ...]:
        """Return the devices, the exception store and the features."""
        store = self.persistent, str(self.chunk_size)
        return self.origin, self.cow_device, *store, *feature_words(self.features)


class SnapshotMergeTarget(SnapshotTarget):
    """A snapshot that is being folded back into its origin; its store must be persistent."""

    __slots__ = ()
    type: ClassVar[str] = "snapshot-merge"


@dataclass(frozen=True, slots=True)
class SnapshotOriginTarget(KnownTarget):
    """
    The origin of snapshots, which copies away what is about to change: ``<origin>``.

    Attributes:
        origin: The device itself.

    Source: linux ``drivers/md/dm-snap.c``, ``origin_ctr()`` and ``origin_status()``.
    """

    type: ClassVar[str] = "snapshot-origin"
    origin: str

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the device."""
        return cls(words.take("the origin"))

    def words(self) -> tuple[str, ...]:
        """Return the device."""
        return (self.origin,)


def _read_persistent(words: Words) -> str:
    """
    Take the kind of exception store, which the kernel recognises by its first letters in either case.

    Source: linux ``drivers/md/dm-exception-store.c``, ``dm_exception_store_create()``; ``dm-snap-persistent.c``.
    """
    kind = words.take("the exception store").upper()
    if kind.startswith("PO"):
        return "PO"
    if kind == "P" or kind.startswith("N"):
        return kind[0]
    raise words.error("the exception store: P, PO or N", words.index - 1)


@dataclass(frozen=True, slots=True)
class SnapshotStatus(TargetStatus):
    """
    What a snapshot or a merge reports: how full its store is, or what became of it.

    Attributes:
        sectors_allocated: The sectors of the COW device in use, metadata included.
        total_sectors: The sectors that it has.
        metadata_sectors: The sectors that hold metadata.
        fault: Empty, or one of `INVALID` (the store is lost), `MERGE_FAILED`, `OVERFLOW` (the store is full, and reads
            still work), `UNKNOWN` (the store cannot tell); then all numbers are 0.

    Source: linux ``drivers/md/dm-snap.c``, ``snapshot_status()``, STATUSTYPE_INFO.

    >>> SnapshotStatus.parse("16/2097152 16").merged
    True
    """

    type: ClassVar[str] = "snapshot"
    sectors_allocated: Sectors = Sectors(0)  # noqa: RUF009 - an int, whatever its name
    total_sectors: Sectors = Sectors(0)  # noqa: RUF009
    metadata_sectors: Sectors = Sectors(0)  # noqa: RUF009
    fault: str = ""

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the three numbers, or the word that stands in their place."""
        first = words.peek()
        if first in (INVALID, OVERFLOW, UNKNOWN):
            return cls(fault=words.take("the fault"))
        if first == _MERGE:
            return cls(fault=f"{words.take('the fault')} {words.choice('the fault', _FAILED)}")
        allocated, total = fraction(words, "the sectors allocated and the total")
        return cls(Sectors(allocated), Sectors(total), Sectors(words.number("the sectors of metadata")))

    def words(self) -> tuple[str, ...]:
        """Return the words as the kernel prints them."""
        if self.fault:
            return tuple(self.fault.split())
        return f"{self.sectors_allocated}/{self.total_sectors}", str(self.metadata_sectors)

    @property
    def merged(self) -> bool:
        """Whether a merge has nothing left to copy: all that is in use is metadata."""
        return not self.fault and self.sectors_allocated == self.metadata_sectors
