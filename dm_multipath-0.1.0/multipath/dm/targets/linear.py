"""The linear target: a stretch of one device."""

from dataclasses import dataclass
from typing import ClassVar, Self

from ...units import Sectors
from ...wire.words import Words
from .numbers import sector
from .params import KnownTarget


@dataclass(frozen=True, slots=True)
class LinearTarget(KnownTarget):
    """
    A linear mapping: ``<device> <offset>``.

    Attributes:
        device: ``"major:minor"`` or a path.
        offset: The first sector of the device that is used.

    Source: linux ``drivers/md/dm-linear.c``, ``linear_ctr()`` and ``linear_status()``.

    >>> LinearTarget.parse("8:16 2048").offset
    2048
    """

    type: ClassVar[str] = "linear"
    device: str
    offset: Sectors

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the device and the offset."""
        return cls(words.take("the device"), sector(words, "the offset"))

    def words(self) -> tuple[str, ...]:
        """Return the device and the offset."""
        return self.device, str(self.offset)
