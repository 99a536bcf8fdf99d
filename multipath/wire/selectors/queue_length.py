"""The selector ``queue-length``: the path with the fewest I/Os in flight."""

from dataclasses import dataclass

from .repeat_count import Repeating
from .selector import SelectorWords, unread, whole_numbers


@dataclass(frozen=True, slots=True)
class QueueLengthStatus(SelectorWords):
    """
    A path of ``queue-length`` in a status.

    Attributes:
        in_flight: I/Os that were sent and have not come back.
    """

    in_flight: int


class QueueLength(Repeating):
    """
    The selector ``queue-length``. Its paths have a repeat count, and a `QueueLengthStatus` in a status.

    Source: linux ``drivers/md/dm-ps-queue-length.c``.
    """

    __slots__ = ()
    name = "queue-length"

    def read_status(self, found: tuple[str, ...]) -> SelectorWords | None:
        """Read the length of the queue."""
        numbers = whole_numbers(found, 1)
        return QueueLengthStatus(*numbers) if numbers else unread(found)
