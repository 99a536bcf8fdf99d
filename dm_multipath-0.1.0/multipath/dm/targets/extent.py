"""A device and the sector of it where a target begins: the pair that most tables are made of."""

from dataclasses import dataclass
from typing import Self

from ...units import Sectors
from ...wire.words import Words
from .numbers import sector


@dataclass(frozen=True, slots=True)
class Extent:
    """
    A place on a device.

    Attributes:
        device: ``"major:minor"``, which is what the kernel prints, or the path of a device node.
        offset: The first sector that the target uses.
    """

    device: str
    offset: Sectors = Sectors(0)  # noqa: RUF009 - an int, whatever its name

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take a device and an offset."""
        return cls(words.take("a device"), sector(words, "the offset"))

    def words(self) -> tuple[str, str]:
        """Return the two words."""
        return self.device, str(self.offset)
