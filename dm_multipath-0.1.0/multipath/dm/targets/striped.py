"""The striped target: chunks of several devices in turn."""

from dataclasses import dataclass
from typing import ClassVar, Self

from ...units import Sectors
from ...wire.words import Words
from .extent import Extent
from .health import failed, read_devices, read_health
from .numbers import strict_number
from .params import KnownTarget, TargetStatus


@dataclass(frozen=True, slots=True)
class StripedTarget(KnownTarget):
    """
    A striped mapping: ``<number of stripes> <chunk size> [<device> <offset>]+``.

    Attributes:
        chunk_size: Sectors that go to one stripe before the next one gets its turn.
        stripes: Where each stripe lies.

    Source: linux ``drivers/md/dm-stripe.c``, ``stripe_ctr()`` and ``stripe_status()``.

    >>> str(StripedTarget(Sectors(128), (Extent("8:0"), Extent("8:16"))))
    '2 128 8:0 0 8:16 0'
    """

    type: ClassVar[str] = "striped"
    chunk_size: Sectors
    stripes: tuple[Extent, ...]

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the two numbers and the stripes."""
        count = strict_number(words, "the number of stripes", low=1)
        chunk_size = Sectors(strict_number(words, "the chunk size", low=1))
        return cls(chunk_size, tuple([Extent.read(words) for _ in range(count)]))

    def words(self) -> tuple[str, ...]:
        """Return the count, the chunk size and the stripes."""
        places = [word for stripe in self.stripes for word in stripe.words()]
        return str(len(self.stripes)), str(self.chunk_size), *places


@dataclass(frozen=True, slots=True)
class StripedStatus(TargetStatus):
    """
    What a striped target reports.

    Attributes:
        devices: The devices of the stripes, as ``major:minor``.
        health: One character for each: ``A`` alive, ``D`` dead, for at least one failed I/O since the table was loaded.

    >>> StripedStatus.parse("2 8:0 8:16 1 AD").failed
    ('8:16',)
    """

    type: ClassVar[str] = "striped"
    devices: tuple[str, ...]
    health: str

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the devices and their health."""
        devices = read_devices(words)
        return cls(devices, read_health(words, devices))

    def words(self) -> tuple[str, ...]:
        """Return the devices and their health."""
        return str(len(self.devices)), *self.devices, "1", self.health

    @property
    def failed(self) -> tuple[str, ...]:
        """The devices that have failed an I/O."""
        return failed(self.devices, self.health)
