"""What a command is answered with."""

import enum
from dataclasses import dataclass
from typing import Final

from ...wire.sense import Sense


class ScsiStatus(enum.IntEnum):
    """The status byte."""

    GOOD = 0x00
    CHECK_CONDITION = 0x02
    BUSY = 0x08
    RESERVATION_CONFLICT = 0x18
    TASK_SET_FULL = 0x28
    TASK_ABORTED = 0x40


class HostStatus(enum.IntEnum):
    """What the host says of a command that no unit answered, by the kernel's numbers (``DID_…``)."""

    OK = 0x00
    NO_CONNECT = 0x01
    TIME_OUT = 0x03
    TRANSPORT_DISRUPTED = 0x0E
    TRANSPORT_FAILFAST = 0x0F


@dataclass(frozen=True, slots=True)
class ScsiReply:
    """
    The end of one command.

    Attributes:
        status: The status byte; it counts where ``host_status`` is `HostStatus.OK`.
        data: What the unit sent.
        sense: Sense data, with a status of `ScsiStatus.CHECK_CONDITION`.
        host_status: How the command got there and back.
    """

    status: ScsiStatus = ScsiStatus.GOOD
    data: bytes = b""
    sense: bytes = b""
    host_status: HostStatus = HostStatus.OK

    @property
    def is_good(self) -> bool:
        """Whether the command was answered, and did what it should."""
        return self.host_status is HostStatus.OK and self.status is ScsiStatus.GOOD


GOOD: Final = ScsiReply()
CONFLICT: Final = ScsiReply(ScsiStatus.RESERVATION_CONFLICT)
BUSY: Final = ScsiReply(ScsiStatus.BUSY)


class CheckCondition(Exception):
    """Raised by what executes a command: it ends with `ScsiStatus.CHECK_CONDITION` and this sense data."""

    def __init__(self, sense: Sense) -> None:
        self.sense = sense
        super().__init__(str(sense))

    def reply(self) -> ScsiReply:
        """Return the answer."""
        return ScsiReply(ScsiStatus.CHECK_CONDITION, b"", bytes(self.sense))


class ReservationConflict(Exception):
    """Raised by what executes a command: another initiator's reservation forbids it."""
