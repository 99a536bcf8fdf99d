"""The sizes of simulated I/Os: one, or a mix."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .._native.distribution import Distribution

LARGEST: Final = (1 << 32) - 1
"""The kernel counts the bytes of one I/O in 32 bits."""


@dataclass(frozen=True, slots=True)
class SizeMix:
    """
    Sizes at random, each in its share.

    Attributes:
        shares: Pairs of a size in bytes and its weight, a whole number: ``((4096, 70), (65536, 30))``.
    """

    shares: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        """Refuse sizes that no I/O has."""
        if not self.shares:
            raise ValueError("a mix of sizes needs at least one size")
        for size, weight in self.shares:
            checked_size(size)
            if weight < 1:
                raise ValueError(f"the weight of {size} bytes is {weight}; expected a whole number from 1")


def checked_size(size: int) -> None:
    """
    Refuse a size that no I/O has.

    Raises:
        ValueError: not 1 byte to 4 GiB - 1.
    """
    if not 1 <= size <= LARGEST:
        raise ValueError(f"an I/O of {size} bytes: the kernel counts 1 to {LARGEST}")


def size_distribution(sizes: int | SizeMix) -> "Distribution":
    """Return the law for the compiled loop."""
    from .._native.distribution import Distribution

    if isinstance(sizes, int):
        return Distribution.fixed(sizes)
    values, weights = zip(*sizes.shares, strict=True)
    return Distribution.measured(values, weights)
