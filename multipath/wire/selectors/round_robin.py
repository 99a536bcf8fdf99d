"""The selector ``round-robin``: every path in turn."""

from .repeat_count import Repeating


class RoundRobin(Repeating):
    """
    The selector ``round-robin``. Its paths have a repeat count, and nothing in a status.

    Source: linux ``drivers/md/dm-ps-round-robin.c``.
    """

    __slots__ = ()
    name = "round-robin"
