"""
Orders and questions about reservations, sent through one path, and what became of them.

Strategy: SCSI units are asked in SCSI, namespaces in NVMe, and where the caller wants it orders go by the kernel's own
calls, which any driver may know. What only says "not now" is sent again: a unit attention, a unit that is busy or on
its way to another state. A conflict or a refusal is an answer: nothing was done. No answer at all leaves open whether
it was.

Source: SPC-5, 5.14; linux ``<linux/pr.h>``, ``drivers/scsi/sd.c`` and ``drivers/nvme/host/pr.c``.
"""

import asyncio
import errno
import os
import struct
from collections.abc import Callable
from typing import Final, TypeVar

from ..units import format_devt
from ..wire import nvme_reservation as by_nvme
from ..wire import persistent_reserve as by_scsi
from ..wire.ana import IDENTIFY_LENGTH, identify_namespace
from ..wire.persistent_reserve import ReadService
from ..wire.reservation import (
    FullStatus,
    HeldReservation,
    ReservationCapabilities,
    ReservationKeys,
    ReservationOrder,
    ReservationType,
)
from ..wire.sense import SenseKey, parse_sense
from .path import Path
from .request import Answer, Asker, Operation, Request, Silence, fetch, nvme, nvme_io, persist, scsi, scsi_out
from .reservation_reply import Outcome, Reply, Through
from .sysfs import SYSFS

DEADLINE: Final = 15.0  # seconds for one order, with all its tries
_TIMEOUT: Final = 10.0  # seconds that the kernel gives one try
_TRIES: Final = 6
_PAUSE: Final = 0.05  # seconds before the second try of what is busy; then twice as long each time
_USUAL: Final = 8192  # bytes of an answer; some arrays take no larger number
_MOST: Final = 0xFFFC
_CHECK, _BUSY, _CONFLICT, _TASK_SET_FULL = 0x02, 0x08, 0x18, 0x28
_AGAIN: Final = frozenset({SenseKey.UNIT_ATTENTION, SenseKey.ABORTED_COMMAND})
_TRANSITION: Final = (0x04, 0x0A)
_TYPES: Final = tuple(ReservationType)  # the kernel numbers them from 1
_PATH_STATUS: Final = 0x0300  # NVMe: statuses of the path, the host's own among them
_Read = TypeVar("_Read")


async def send(asker: Asker, path: Path, order: ReservationOrder, through: Through = Through.COMMANDS) -> Reply[None]:
    """Send an order through a path."""
    return (await _answered(asker, _request(path, order, through)))[0]


def _request(path: Path, order: ReservationOrder, through: Through) -> Request:
    # The kernel's own call would have a host of NVMe change its key to 0, and not take the registration back.
    kernel_cannot = path.bus == "nvme" and order.registers and not order.new_key
    if through is Through.IOCTL and not kernel_cannot:
        return persist(path, _packed(order))
    if path.bus == "nvme":
        entry, data = by_nvme.order_entry(order)
        return nvme_io(path, entry, data=data, timeout=_TIMEOUT)
    command, parameters = by_scsi.order_command(order)
    return scsi_out(path, command, parameters, timeout=_TIMEOUT)


async def read_keys(asker: Asker, path: Path) -> Reply[ReservationKeys]:
    """Ask a path which keys are registered."""
    if path.bus == "nvme":
        return await _report(asker, path, by_nvme.parse_report_keys)
    return await _read(asker, path, ReadService.KEYS, by_scsi.parse_keys)


async def read_reservation(asker: Asker, path: Path) -> Reply[HeldReservation]:
    """Ask a path who holds the unit."""
    if path.bus == "nvme":
        return await _report(asker, path, by_nvme.parse_report_reservation)
    return await _read(asker, path, ReadService.RESERVATION, by_scsi.parse_reservation)


async def read_full_status(asker: Asker, path: Path) -> Reply[FullStatus]:
    """Ask a path for every registration."""
    if path.bus == "nvme":
        return await _report(asker, path, by_nvme.parse_report)
    return await _read(asker, path, ReadService.FULL_STATUS, by_scsi.parse_full_status)


async def read_capabilities(asker: Asker, path: Path) -> Reply[ReservationCapabilities]:
    """Ask a path what the unit can do."""
    if path.bus != "nvme":
        return await _read(asker, path, ReadService.CAPABILITIES, by_scsi.parse_capabilities)
    shown = fetch(f"{SYSFS}/dev/block/{format_devt(path.devt)}/nsid")
    number = _as_read(*await _answered(asker, shown), int)
    if number.read is None:
        return Reply(number.outcome, number.why)
    request = nvme(path, identify_namespace(number.read), IDENTIFY_LENGTH, timeout=_TIMEOUT)
    return _as_read(*await _answered(asker, request), by_nvme.parse_rescap)


async def _read(asker: Asker, path: Path, service: ReadService, parse: Callable[[bytes], _Read]) -> Reply[_Read]:
    """Ask in SCSI; once more with all the room there is where the answer is longer than usual."""
    reply, data = await _answered(asker, _reading(path, service, _USUAL))
    if reply.outcome is Outcome.DONE and service is not ReadService.CAPABILITIES and by_scsi.told_length(data) > _USUAL:
        reply, data = await _answered(asker, _reading(path, service, _MOST))
    return _as_read(reply, data, parse)


async def _report(asker: Asker, path: Path, parse: Callable[[bytes], _Read]) -> Reply[_Read]:
    """Ask in NVMe, likewise."""
    reply, data = await _answered(asker, nvme_io(path, by_nvme.report_entry(_USUAL), _USUAL, timeout=_TIMEOUT))
    if reply.outcome is Outcome.DONE and by_nvme.report_length(data) > _USUAL:
        long = min(by_nvme.report_length(data), 256 << 10)
        reply, data = await _answered(asker, nvme_io(path, by_nvme.report_entry(long), long, timeout=_TIMEOUT))
    return _as_read(reply, data, parse)


def _reading(path: Path, service: ReadService, length: int) -> Request:
    return scsi(path, by_scsi.read_command(service, length), length, timeout=_TIMEOUT)


def _as_read(reply: Reply[None], data: bytes, parse: Callable[[bytes], _Read]) -> Reply[_Read]:
    if reply.outcome is not Outcome.DONE:
        return Reply(reply.outcome, reply.why, None, reply.sense)
    try:
        return Reply(Outcome.DONE, "", parse(data))
    except ValueError as error:
        return Reply(Outcome.REFUSED, f"its answer contradicts itself: {error}")


async def _answered(asker: Asker, request: Request) -> tuple[Reply[None], bytes]:
    """Send a request until it has an answer that will not be another one in a moment."""
    loop, pause = asyncio.get_running_loop(), _PAUSE
    until = loop.time() + DEADLINE
    for tries_left in reversed(range(_TRIES)):
        answer = await asker.ask(request, max(0.0, until - loop.time()))
        if not tries_left or not _is_for_now(answer, request) or loop.time() + pause > until:
            break
        if not _is_told_once(answer):
            await asyncio.sleep(pause)
            pause *= 2
    return _heard(answer, request.operation), answer.data if isinstance(answer, Answer) else b""


def _is_told_once(answer: Answer | Silence) -> bool:
    """Whether the next answer may be another one already."""
    return isinstance(answer, Answer) and (_key(answer) in _AGAIN or answer.result & 0xFF == _CHECK)


def _is_for_now(answer: Answer | Silence, request: Request) -> bool:
    """Whether an answer only says that now is not the time."""
    if isinstance(answer, Silence) or answer.error or answer.host:
        return False
    if request.operation is Operation.PERSIST:  # kernels before 6.4 tell so of a unit attention, without its sense
        return answer.result & 0xFF == _CHECK
    if request.operation not in (Operation.SCSI, Operation.SCSI_OUT):
        return False
    sense = parse_sense(answer.sense)
    moving = sense is not None and sense.key is SenseKey.NOT_READY and (sense.asc, sense.ascq) == _TRANSITION
    return answer.status in (_BUSY, _TASK_SET_FULL) or _key(answer) in _AGAIN or moving


def _key(answer: Answer) -> SenseKey | None:
    sense = parse_sense(answer.sense)
    return None if sense is None else sense.key


def _heard(answer: Answer | Silence, operation: Operation) -> Reply[None]:
    if isinstance(answer, Silence):
        return Reply(Outcome.FAILED, f"no answer: {answer}")
    if answer.error:
        return _of_errno(answer.error)
    if operation is Operation.PERSIST:
        return _of_kernel(answer.result)
    if operation in (Operation.NVME, Operation.NVME_IO):
        return _of_nvme(answer.status)
    if answer.host:
        return Reply(Outcome.FAILED, f"the path failed: host byte {answer.host:#04x}")
    return _of_scsi(answer.status, answer.sense)


def _of_errno(error: int) -> Reply[None]:
    what = f"{os.strerror(error)} ({errno.errorcode.get(error, error)})"
    # EBADE is what the kernel makes of a conflict; the others say that the device does not know the call.
    outcome = Outcome.CONFLICT if error == errno.EBADE else Outcome.FAILED
    if error in (errno.EOPNOTSUPP, errno.ENOTTY, errno.EINVAL, errno.EPERM, errno.EACCES):
        outcome = Outcome.REFUSED
    return Reply(outcome, what)


def _of_scsi(status: int, sense: bytes) -> Reply[None]:
    if status == 0:
        return Reply(Outcome.DONE)
    if status == _CONFLICT:
        return Reply(Outcome.CONFLICT, "reservation conflict")
    told = parse_sense(sense)
    return Reply(Outcome.REFUSED, f"the unit answered {told or f'status {status:#04x}'}", None, sense)


def _of_nvme(status: int) -> Reply[None]:
    code = status & 0x7FF  # without the bits that say whether to try again
    if code == 0:
        return Reply(Outcome.DONE)
    if code == by_nvme.CONFLICT:
        return Reply(Outcome.CONFLICT, "reservation conflict")
    outcome = Outcome.FAILED if code & 0x700 == _PATH_STATUS else Outcome.REFUSED
    return Reply(outcome, f"the namespace answered status {code:#05x}")


def _of_kernel(status: int) -> Reply[None]:
    """
    Read the kernel's own statuses, which look like SCSI's.

    Since Linux v6.4 they are the same for all drivers. Before, SCSI gave its result, which had a message byte too, and
    NVMe the status of the controller.
    """
    if status == 0:
        return Reply(Outcome.DONE)
    if status & 0xFF == _CONFLICT or status & 0x7FF == by_nvme.CONFLICT:
        return Reply(Outcome.CONFLICT, "reservation conflict")
    if status >> 16:
        return Reply(Outcome.FAILED, f"the path failed: {status:#x}")
    return Reply(Outcome.REFUSED, f"the device refused: {status:#x}")


def _packed(order: ReservationOrder) -> bytes:
    kind = 0 if order.type is None else _TYPES.index(order.type) + 1
    return struct.pack("=IIQQ", order.action, kind, order.key, order.new_key)
