"""
The flakey target: a device that works for some seconds, then misbehaves for some seconds, again and again.

What it does while it misbehaves is said by its features. Kernels differ: without features, all of them fail reads and
writes, but those that know ``error_reads`` print such a table with ``2 error_reads error_writes``, as if that had been
asked for, where older ones print ``0``. So a table that is read back need not equal the one that was loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from ...units import Sectors
from ...wire.words import UINT_MAX, Words
from .numbers import sector
from .params import KnownTarget

CERTAIN: Final = 1_000_000_000
_HIGHEST_BYTE: Final = 255


@dataclass(frozen=True, slots=True)
class CorruptBioByte:
    """
    Overwrite one byte of each matching bio.

    Attributes:
        nth_byte: Which byte, from 1.
        direction: ``"r"`` for reads, ``"w"`` for writes.
        value: What to write there, 0 to 255.
        bio_flags: Only bios that have all these flags of the kernel's; 0 for all bios.
    """

    nth_byte: int
    direction: str
    value: int
    bio_flags: int = 0

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the four words behind the name of the feature."""
        nth_byte = words.number("the byte to corrupt", low=1)
        direction = words.choice("the direction", "r", "w", "R", "W").lower()
        value = words.number("the value of the byte", high=_HIGHEST_BYTE)
        return cls(nth_byte, direction, value, words.number("the bio flags"))

    def words(self) -> tuple[str, ...]:
        """Return the four words."""
        return str(self.nth_byte), self.direction, str(self.value), str(self.bio_flags)


@dataclass(frozen=True, slots=True)
class FlakeyFeatures:
    """
    What a flakey device does while it is down. Without any of this it fails all reads and writes.

    Attributes:
        error_reads: Fail reads.
        drop_writes: Complete writes without doing them.
        error_writes: Fail writes.
        corrupt_bio_byte: Overwrite one byte.
        random_read_corrupt: The probability that a byte of a read is overwritten, where `CERTAIN` is always.
        random_write_corrupt: The same for writes.
        unknown: Words of a newer kernel: from the first one that this library does not know, for it cannot tell the
            arguments of that one from what follows.
    """

    error_reads: bool = False
    drop_writes: bool = False
    error_writes: bool = False
    corrupt_bio_byte: CorruptBioByte | None = None
    random_read_corrupt: int = 0
    random_write_corrupt: int = 0
    unknown: tuple[str, ...] = ()

    @classmethod
    def read(cls, words: Words) -> Self:
        """
        Take the count and the features, if there are any; the kernel knows them in either case.

        Source: linux ``drivers/md/dm-flakey.c``, ``parse_features()``.
        """
        if words.peek() is None:
            return cls()
        end = words.number("the number of feature words") + words.index
        found: dict[str, Any] = {}
        while words.index < end:
            name = words.take("a feature word").lower()
            if name in found:
                raise words.error("each feature once", words.index - 1)
            if name in _FEATURES:
                found[name] = _FEATURES[name](words)
            else:
                found["unknown"] = _read_unknown(words, end)
        if words.index > end:
            raise words.error("the end of the features, by their number", end)
        return cls(**found)

    def words(self) -> tuple[str, ...]:
        """Return the words in the kernel's order, without their count."""
        words = [name for name in ("error_reads", "drop_writes", "error_writes") if getattr(self, name)]
        if self.corrupt_bio_byte:
            words += ["corrupt_bio_byte", *self.corrupt_bio_byte.words()]
        if self.random_read_corrupt:
            words += ["random_read_corrupt", str(self.random_read_corrupt)]
        if self.random_write_corrupt:
            words += ["random_write_corrupt", str(self.random_write_corrupt)]
        return *words, *self.unknown


def _read_nothing(words: Words) -> bool:  # noqa: ARG001 - a feature that is its name alone
    return True


def _read_probability(words: Words) -> int:
    return words.number("a probability", high=CERTAIN)


def _read_unknown(words: Words, end: int) -> tuple[str, ...]:
    """Take all up to ``end``, with the word that was just taken."""
    start = words.index - 1
    words.take_some(end - words.index, "a feature word")
    return words.between(start, end)


_FEATURES: Final[dict[str, Callable[[Words], object]]] = {
    "error_reads": _read_nothing,
    "drop_writes": _read_nothing,
    "error_writes": _read_nothing,
    "corrupt_bio_byte": CorruptBioByte.read,
    "random_read_corrupt": _read_probability,
    "random_write_corrupt": _read_probability,
}


@dataclass(frozen=True, slots=True)
class FlakeyTarget(KnownTarget):
    """
    A flaky mapping: ``<device> <offset> <up interval> <down interval> [<#features> [<feature>]*]``.

    Attributes:
        device: ``"major:minor"`` or a path.
        offset: The first sector of the device that is used.
        up_interval: Seconds in which all is well.
        down_interval: Seconds in which it is not; the two together are at least 1.
        features: What happens then.

    Source: linux ``drivers/md/dm-flakey.c``, ``flakey_ctr()`` and ``flakey_status()``.

    >>> str(FlakeyTarget("8:0", Sectors(0), 5, 1, FlakeyFeatures(drop_writes=True)))
    '8:0 0 5 1 1 drop_writes'
    """

    type: ClassVar[str] = "flakey"
    device: str
    offset: Sectors
    up_interval: int
    down_interval: int
    features: FlakeyFeatures = FlakeyFeatures()

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the device, the intervals and the features."""
        device, offset = words.take("the device"), sector(words, "the offset")
        up_interval = words.number("the up interval")
        down_interval = words.number("the down interval", low=int(up_interval == 0), high=UINT_MAX - up_interval)
        return cls(device, offset, up_interval, down_interval, FlakeyFeatures.read(words))

    def words(self) -> tuple[str, ...]:
        """Return the words; the kernel prints the number of features even where there are none."""
        features = self.features.words()
        head = self.device, str(self.offset), str(self.up_interval), str(self.down_interval)
        return *head, str(len(features)), *features
