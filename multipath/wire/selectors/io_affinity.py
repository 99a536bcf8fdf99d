"""The selector ``io-affinity``: the path that belongs to the CPU of the I/O."""

import re
from dataclasses import dataclass
from typing import Final

from ..words import Words
from .selector import ArglessSelector, SelectorWords, unread, whole_numbers

_GAPS: Final = re.compile(r"[, \t\n\v\f\r]+")
_CHUNK: Final = re.compile(r"[0-9a-fA-F]{1,8}")
_CHUNK_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class CpuMask(SelectorWords):
    """
    The argument of a path of ``io-affinity``: the CPUs whose I/O it takes.

    Attributes:
        mask: As written: hexadecimal, in comma-separated groups of 32 bits, the highest first. The kernel pads what it
            prints to the number of its CPUs, so that texts of two hosts differ: compare `bits`.
    """

    mask: str

    def __post_init__(self) -> None:
        """Refuse what the kernel refuses on every host."""
        if not is_cpu_mask(self.mask):
            raise ValueError(f"not a mask of CPUs: {self.mask!r}; expected hexadecimal groups of 32 bits, not all zero")

    @property
    def bits(self) -> int:
        """The mask as a number: bit n stands for CPU n."""
        bits = 0
        for chunk in _chunks(self.mask):
            bits = bits << _CHUNK_BITS | int(chunk, 16)
        return bits

    @property
    def cpus(self) -> frozenset[int]:
        """The numbers of the CPUs."""
        bits = self.bits
        return frozenset(cpu for cpu in range(bits.bit_length()) if bits >> cpu & 1)

    @classmethod
    def of(cls, *cpus: int) -> "CpuMask":
        """
        Return the mask of these CPUs.

        >>> CpuMask.of(0, 33)
        CpuMask(mask='2,00000001')
        """
        bits, chunks = sum(1 << cpu for cpu in set(cpus)), []
        while bits >> _CHUNK_BITS:
            chunks.append(f"{bits & 0xFFFFFFFF:08x}")
            bits >>= _CHUNK_BITS
        return cls(",".join([f"{bits:x}", *reversed(chunks)]))


@dataclass(frozen=True, slots=True)
class IoAffinityStatus(SelectorWords):
    """
    A path of ``io-affinity`` in a status.

    Attributes:
        misses: I/Os of CPUs that no path of the *group* claims; the kernel prints the same number for each path.
    """

    misses: int


class IoAffinity(ArglessSelector):
    """
    The selector ``io-affinity``. Its paths must have a `CpuMask`, and have an `IoAffinityStatus` in a status.

    Not checked, because only the host can tell: whether the mask has a CPU that the host has and no earlier path took.

    Source: linux ``drivers/md/dm-ps-io-affinity.c``. Since Linux v5.11.
    """

    __slots__ = ()
    name = "io-affinity"
    args_type = CpuMask

    def default_args(self) -> SelectorWords:
        """Refuse: there is no default."""
        raise ValueError("io-affinity has no default: give every path its CPUs, as TablePath(device, CpuMask.of(0, 1))")

    def read_args(self, words: Words, count: int) -> CpuMask:
        """Read the mask."""
        if count != 1:
            raise words.error("exactly one argument of the path", words.index + min(count, 1))
        mask = words.take("a mask of CPUs")
        if not is_cpu_mask(mask):
            raise words.error("a mask of CPUs: hexadecimal groups of 32 bits, not all zero", words.index - 1)
        return CpuMask(mask)

    def effective_args(self, args: SelectorWords) -> int | None:
        """Return the mask as a number, whatever its padding."""
        return args.bits if isinstance(args, CpuMask) else None

    def read_status(self, found: tuple[str, ...]) -> SelectorWords | None:
        """Read the misses of the group."""
        numbers = whole_numbers(found, 1)
        return IoAffinityStatus(*numbers) if numbers else unread(found)


def is_cpu_mask(mask: str) -> bool:
    """
    Tell whether the kernel's ``cpumask_parse()`` could read ``mask`` and would find a CPU in it.

    Source: linux ``lib/bitmap-str.c``, ``bitmap_parse()``: commas and white space separate, groups may be short.
    """
    chunks = _chunks(mask)
    return all(map(_CHUNK.fullmatch, chunks)) and any(chunk.strip("0") for chunk in chunks)


def _chunks(mask: str) -> list[str]:
    return [chunk for chunk in _GAPS.split(mask) if chunk]
