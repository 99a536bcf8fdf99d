"""
Sense data: why a command failed, in the fixed and the descriptor format.

Source: SPC-5, 4.4 (sense data), annex F (additional sense codes).
"""

import enum
from dataclasses import dataclass
from typing import Final

_FIXED: Final = 0x70
_DESCRIPTOR: Final = 0x72
_DEFERRED: Final = 0x01
_VALID: Final = 0x80
_INFORMATION: Final = 0  # the type of the information descriptor
_LONGEST_FIXED: Final = 0xFFFF_FFFF


class SenseKey(enum.IntEnum):
    """The kinds of failure."""

    NO_SENSE = 0x0
    RECOVERED_ERROR = 0x1
    NOT_READY = 0x2
    MEDIUM_ERROR = 0x3
    HARDWARE_ERROR = 0x4
    ILLEGAL_REQUEST = 0x5
    UNIT_ATTENTION = 0x6
    DATA_PROTECT = 0x7
    BLANK_CHECK = 0x8
    VENDOR_SPECIFIC = 0x9
    COPY_ABORTED = 0xA
    ABORTED_COMMAND = 0xB
    RESERVED = 0xC
    VOLUME_OVERFLOW = 0xD
    MISCOMPARE = 0xE
    COMPLETED = 0xF


@dataclass(frozen=True, slots=True)
class Sense:
    """
    One failure.

    Attributes:
        key: Its kind.
        asc: The additional sense code.
        ascq: The qualifier of that code.
        information: The first block that could not be read or written, where that is the failure.
        deferred: Whether an earlier command failed, not this one.
    """

    key: SenseKey
    asc: int
    ascq: int
    information: int | None = None
    deferred: bool = False

    def fixed(self) -> bytes:
        """Return the fixed format, 18 bytes; it has no room for the number of a block beyond 32 bits."""
        fits = self.information is not None and self.information <= _LONGEST_FIXED
        information = (self.information or 0) & _LONGEST_FIXED if fits else 0
        head = bytes((_FIXED | self.deferred | (_VALID if fits else 0), 0, self.key)) + information.to_bytes(4, "big")
        return head + bytes((10, 0, 0, 0, 0, self.asc, self.ascq, 0, 0, 0, 0))

    def descriptor(self) -> bytes:
        """Return the descriptor format."""
        more = b""
        if self.information is not None:
            more = bytes((_INFORMATION, 10, _VALID, 0)) + self.information.to_bytes(8, "big")
        return bytes((_DESCRIPTOR | self.deferred, self.key, self.asc, self.ascq, 0, 0, 0, len(more))) + more

    def __bytes__(self) -> bytes:
        """Return the fixed format where it can hold everything, the descriptor format elsewhere."""
        return self.fixed() if (self.information or 0) <= _LONGEST_FIXED else self.descriptor()

    def __str__(self) -> str:
        """Return key, code and qualifier."""
        return f"{self.key.name} {self.asc:02x}/{self.ascq:02x}"


def parse_sense(data: bytes) -> Sense | None:
    """
    Return what sense data says, in either format; `None` where it is none; inverse of ``bytes(Sense)``.

    Never raises: of data that was cut, what is left counts, and an absent code is 0.
    """
    code = data[0] & ~_VALID if data else 0
    deferred = bool(code & _DEFERRED)
    if code & ~_DEFERRED == _FIXED and len(data) > 2:
        whole = data[:14].ljust(14, b"\0")
        information = int.from_bytes(whole[3:7], "big") if data[0] & _VALID else None
        return Sense(SenseKey(whole[2] & 0xF), whole[12], whole[13], information, deferred)
    if code & ~_DEFERRED == _DESCRIPTOR and len(data) > 1:
        whole = data[:4].ljust(4, b"\0")
        has_information = len(data) >= 20 and data[8] == _INFORMATION and data[10] & _VALID
        information = int.from_bytes(data[12:20], "big") if has_information else None
        return Sense(SenseKey(whole[1] & 0xF), whole[2], whole[3], information, deferred)
    return None


NO_SENSE: Final = Sense(SenseKey.NO_SENSE, 0x00, 0x00)
PARAMETER_LIST_LENGTH: Final = Sense(SenseKey.ILLEGAL_REQUEST, 0x1A, 0x00)
INVALID_OPCODE: Final = Sense(SenseKey.ILLEGAL_REQUEST, 0x20, 0x00)
LBA_OUT_OF_RANGE: Final = Sense(SenseKey.ILLEGAL_REQUEST, 0x21, 0x00)
INVALID_FIELD_IN_CDB: Final = Sense(SenseKey.ILLEGAL_REQUEST, 0x24, 0x00)
NO_SUCH_UNIT: Final = Sense(SenseKey.ILLEGAL_REQUEST, 0x25, 0x00)
INVALID_FIELD_IN_PARAMETERS: Final = Sense(SenseKey.ILLEGAL_REQUEST, 0x26, 0x00)
INVALID_RELEASE: Final = Sense(SenseKey.ILLEGAL_REQUEST, 0x26, 0x04)
NO_OWNERSHIP: Final = Sense(SenseKey.ILLEGAL_REQUEST, 0x94, 0x01)  # an RDAC array: the other controller has it
WRITE_PROTECTED: Final = Sense(SenseKey.DATA_PROTECT, 0x27, 0x00)
TRANSITIONING: Final = Sense(SenseKey.NOT_READY, 0x04, 0x0A)
STANDBY: Final = Sense(SenseKey.NOT_READY, 0x04, 0x0B)
UNAVAILABLE: Final = Sense(SenseKey.NOT_READY, 0x04, 0x0C)
UNIT_OFFLINE: Final = Sense(SenseKey.NOT_READY, 0x04, 0x12)
POWER_ON: Final = Sense(SenseKey.UNIT_ATTENTION, 0x29, 0x00)
NEXUS_LOSS: Final = Sense(SenseKey.UNIT_ATTENTION, 0x29, 0x07)
RESERVATIONS_PREEMPTED: Final = Sense(SenseKey.UNIT_ATTENTION, 0x2A, 0x03)
RESERVATIONS_RELEASED: Final = Sense(SenseKey.UNIT_ATTENTION, 0x2A, 0x04)
REGISTRATIONS_PREEMPTED: Final = Sense(SenseKey.UNIT_ATTENTION, 0x2A, 0x05)
ACCESS_STATE_CHANGED: Final = Sense(SenseKey.UNIT_ATTENTION, 0x2A, 0x06)
CAPACITY_CHANGED: Final = Sense(SenseKey.UNIT_ATTENTION, 0x2A, 0x09)
INQUIRY_CHANGED: Final = Sense(SenseKey.UNIT_ATTENTION, 0x3F, 0x03)
REPORTED_LUNS_CHANGED: Final = Sense(SenseKey.UNIT_ATTENTION, 0x3F, 0x0E)


def unrecovered_read(block: int) -> Sense:
    """Return the failure of a read whose first bad block is ``block``."""
    return Sense(SenseKey.MEDIUM_ERROR, 0x11, 0x00, block)
