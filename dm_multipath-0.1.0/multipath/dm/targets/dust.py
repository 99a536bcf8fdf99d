"""The dust target: a device with bad blocks, which messages add, remove and arm."""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from ...units import Sectors
from ...wire.words import Words
from .numbers import sector, strict_number
from .params import KnownTarget, TargetStatus

_SMALLEST_BLOCK: Final = 512
_LARGEST_BLOCK: Final = 1 << 30
_MODES: Final = ("bypass", "fail_read_on_bad_block")
_VOICES: Final = ("verbose", "quiet")


@dataclass(frozen=True, slots=True)
class DustTarget(KnownTarget):
    """
    A dusty mapping: ``<device> <offset> <block size>``.

    Attributes:
        device: ``"major:minor"`` or a path.
        offset: The first sector of the device that is used.
        blksz: The bytes of one block that can be bad: a power of two from 512 to 2**30.

    The bad blocks themselves are no part of the table: a reload forgets them.

    Source: linux ``drivers/md/dm-dust.c``, ``dust_ctr()`` and ``dust_status()``.
    """

    type: ClassVar[str] = "dust"
    device: str
    offset: Sectors
    blksz: int

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the three words."""
        device, offset = words.take("the device"), sector(words, "the offset")
        return cls(device, offset, strict_number(words, "the block size", _SMALLEST_BLOCK, _LARGEST_BLOCK))

    def words(self) -> tuple[str, ...]:
        """Return the three words."""
        return self.device, str(self.offset), str(self.blksz)


@dataclass(frozen=True, slots=True)
class DustStatus(TargetStatus):
    """
    What a dust target reports.

    Attributes:
        device: The device, as ``major:minor``.
        fail_read_on_bad_block: Whether bad blocks are armed; else reads bypass them.
        quiet: Whether the kernel's log is spared.

    >>> DustStatus.parse("8:0 fail_read_on_bad_block verbose").fail_read_on_bad_block
    True
    """

    type: ClassVar[str] = "dust"
    device: str
    fail_read_on_bad_block: bool = False
    quiet: bool = False

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the device and the two modes; a kernel without the quiet mode prints only the first."""
        device = words.take("the device")
        mode = words.choice("the mode", *_MODES)
        voice = words.choice("the voice", *_VOICES) if len(words) else _VOICES[0]
        return cls(device, mode == _MODES[1], voice == _VOICES[1])

    def words(self) -> tuple[str, ...]:
        """Return the three words."""
        return self.device, _MODES[self.fail_read_on_bad_block], _VOICES[self.quiet]
