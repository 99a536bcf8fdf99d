"""
What Linux makes of the answer to a command: the end of an I/O, or another attempt.

Strategy: one pure function, from the answer to a verdict. Who counts the attempts and waits is the disk.

Source: linux ``drivers/scsi/scsi_error.c`` (``scsi_decide_disposition()``, ``scsi_check_sense()``),
``drivers/scsi/scsi_lib.c`` (``scsi_io_completion_action()``, ``scsi_result_to_blk_status()``), as of v6.1.
"""

from dataclasses import dataclass
from typing import Final

from ..wire.sense import Sense, SenseKey, parse_sense
from .bio import BlockStatus
from .scsi.reply import HostStatus, ScsiReply, ScsiStatus

_QUEUE_DELAY: Final = 0.003  # seconds until a command that met a busy device is sent again
_TRANSITION_DELAY: Final = 1.0  # seconds until it is sent again to a port in transition
_UNREADABLE: Final = (0x11, 0x13, 0x14)
_REFUSED: Final = (0x20, 0x21, 0x22, 0x24, 0x26, 0x27)  # by the unit: no other path would do better
_NO_SPACE: Final = (0x27, 0x07)
_PROTECTION: Final = 0x10
_NOT_READY: Final = 0x04
_TRANSITION: Final = 0x0A
_BECOMING_READY: Final = (0x01, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x11, 0x14, 0x1A, 0x1B, 0x1D, 0x24)


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What becomes of an I/O.

    Attributes:
        status: How it ends, or how it ends when there are no more attempts.
        again: Whether it is sent again.
        counts: Whether that is one of the attempts of which there is a fixed number; the others end with the time.
        delay: Seconds until then.
    """

    status: BlockStatus
    again: bool = False
    counts: bool = False
    delay: float = 0


DONE: Final = Verdict(BlockStatus.OK)
_ATTEMPT: Final = Verdict(BlockStatus.IOERR, again=True, counts=True)
_AT_ONCE: Final = Verdict(BlockStatus.IOERR, again=True)
_WHEN_LESS_BUSY: Final = Verdict(BlockStatus.IOERR, again=True, delay=_QUEUE_DELAY)
_AFTER_TRANSITION: Final = Verdict(BlockStatus.IOERR, again=True, delay=_TRANSITION_DELAY)
_HOST: Final = {
    HostStatus.NO_CONNECT: Verdict(BlockStatus.IOERR),
    HostStatus.TIME_OUT: _ATTEMPT,
    HostStatus.TRANSPORT_DISRUPTED: _ATTEMPT,
    HostStatus.TRANSPORT_FAILFAST: Verdict(BlockStatus.TRANSPORT),
}
_STATUS: Final = {
    ScsiStatus.GOOD: DONE,
    ScsiStatus.BUSY: _WHEN_LESS_BUSY,
    ScsiStatus.TASK_SET_FULL: _WHEN_LESS_BUSY,
    ScsiStatus.TASK_ABORTED: _ATTEMPT,
    ScsiStatus.RESERVATION_CONFLICT: Verdict(BlockStatus.RESV_CONFLICT),
}
_KEYS: Final = {
    SenseKey.RECOVERED_ERROR: DONE,
    SenseKey.UNIT_ATTENTION: _AT_ONCE,
    SenseKey.HARDWARE_ERROR: Verdict(BlockStatus.TARGET),
    SenseKey.DATA_PROTECT: Verdict(BlockStatus.TARGET),
    SenseKey.BLANK_CHECK: Verdict(BlockStatus.TARGET),
    SenseKey.COPY_ABORTED: Verdict(BlockStatus.TARGET),
    SenseKey.VOLUME_OVERFLOW: Verdict(BlockStatus.TARGET),
    SenseKey.MISCOMPARE: Verdict(BlockStatus.TARGET),
    SenseKey.ABORTED_COMMAND: _ATTEMPT,
}


def verdict(reply: ScsiReply) -> Verdict:
    """Return what becomes of an I/O whose command was answered so."""
    if reply.host_status is not HostStatus.OK:
        return _HOST[reply.host_status]
    if reply.status is not ScsiStatus.CHECK_CONDITION:
        return _STATUS[reply.status]
    sense = parse_sense(reply.sense)
    return Verdict(BlockStatus.IOERR) if sense is None else _of_sense(sense)


def _of_sense(sense: Sense) -> Verdict:
    key, code, qualifier = sense.key, sense.asc, sense.ascq
    if key is SenseKey.NOT_READY:
        return _of_not_ready(code, qualifier)
    if key is SenseKey.MEDIUM_ERROR:
        return Verdict(BlockStatus.MEDIUM) if code in _UNREADABLE else _ATTEMPT
    if key is SenseKey.ILLEGAL_REQUEST:
        return Verdict(BlockStatus.TARGET if code in _REFUSED else BlockStatus.IOERR)
    if key is SenseKey.DATA_PROTECT and (code, qualifier) == _NO_SPACE:
        return Verdict(BlockStatus.NOSPC)
    if key is SenseKey.ABORTED_COMMAND and code == _PROTECTION:
        return Verdict(BlockStatus.PROTECTION)
    return _KEYS.get(key, Verdict(BlockStatus.IOERR))


def _of_not_ready(code: int, qualifier: int) -> Verdict:
    if code != _NOT_READY:
        return Verdict(BlockStatus.IOERR)
    if qualifier == _TRANSITION:
        return _AFTER_TRANSITION
    return _WHEN_LESS_BUSY if qualifier in _BECOMING_READY else Verdict(BlockStatus.IOERR)
