"""The two targets without a device: error fails all I/O, zero reads as zeroes and forgets what is written."""

from dataclasses import dataclass
from typing import ClassVar, Self

from ...wire.words import Words
from .params import KnownTarget


@dataclass(frozen=True, slots=True)
class ErrorTarget(KnownTarget):
    """
    A mapping that fails all I/O: ``[<device> <offset>]``.

    Attributes:
        args: Nothing, or a device and an offset whose limits newer kernels take over. Other arguments are ignored, and
            no kernel prints any of them again.

    Source: linux ``drivers/md/dm-target.c``, ``io_err_ctr()``.
    """

    type: ClassVar[str] = "error"
    args: tuple[str, ...] = ()

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take whatever there is."""
        return cls(words.take_some(len(words), "an argument"))

    def words(self) -> tuple[str, ...]:
        """Return whatever there was."""
        return self.args


class ZeroTarget(KnownTarget):
    """
    A mapping that reads as zeroes; it has no parameters at all.

    Source: linux ``drivers/md/dm-zero.c``, ``zero_ctr()``.
    """

    __slots__ = ()
    type: ClassVar[str] = "zero"

    @classmethod
    def read(cls, words: Words) -> Self:  # noqa: ARG003 - there is nothing to take, and `finish` refuses the rest
        """Take nothing."""
        return cls()

    def words(self) -> tuple[str, ...]:
        """Return nothing."""
        return ()
