"""
What the compiled core does while ``shim.c`` answers in the kernel's place.

Run by the tests in a process of its own, with the shim preloaded; prints what one scenario saw, as JSON::

    LD_PRELOAD=shim.so python -m tests.unit.native.under_shim <scenario>
"""

import ctypes
import json
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from multipath._native import codec
from multipath._native.codec import Request
from multipath._native.control import ControlFile, Unanswered
from multipath._native.passthrough import sg_read
from multipath._native.workers import Workers

_SHIM: Final = ctypes.CDLL(None)
_MOST: Final = 64


class _Attempt(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_uint32) for name in ("command", "minor", "data_size", "data_start", "target_count")),
        ("flags", ctypes.c_uint32),
        ("event_nr", ctypes.c_uint32),
        ("dev", ctypes.c_uint64),
        ("name", ctypes.c_char * 128),
        ("payload", ctypes.c_char * 64),
    )


def plan(**values: int) -> None:
    """Set how the shim answers."""
    for name, value in values.items():
        ctypes.c_int.in_dll(_SHIM, f"shim_{name}").value = value


def attempts() -> list[dict[str, int | str]]:
    """Return every attempt as the shim got it."""
    count = ctypes.c_int.in_dll(_SHIM, "shim_count").value
    came = (_Attempt * _MOST).in_dll(_SHIM, "shim_attempts")
    return [{name: _plain(getattr(one, name)) for name, *_ in _Attempt._fields_} for one in came[:count]]


def _plain(value: int | bytes) -> int | str:
    return value.decode() if isinstance(value, bytes) else value


def message(text: str, flags: int = 0) -> Request:
    """Return a message, which the shim gives back as its answer."""
    return Request(codec.TARGET_MSG, 2, flags=flags, name=b"mpatha", payload=codec.pack_message(0, text.encode()))


def _outcome(control: ControlFile, request: Request) -> dict[str, object]:
    """Return what one call came to, and every attempt that it made."""
    outcome: dict[str, object]
    try:
        reply = control.call(request)
        outcome = {"event_nr": reply.event_nr, "text": reply.text()}
    except OSError as error:
        outcome = {"errno": error.errno}
    except Unanswered as unanswered:
        outcome = {"result": unanswered.result, "said": str(unanswered)}
    except KeyError as error:
        outcome = {"raised": error.args[0]}
    return outcome | {"attempts": attempts()}


def grows(control: ControlFile) -> object:
    """Wait for an event whose status needs a large buffer."""
    plan(needed=40_000)
    return _outcome(control, Request(codec.DEV_WAIT, 12, flags=codec.FLAG_NOFLUSH, event_nr=7, dev=0xFD00))


def grows_once(control: ControlFile) -> object:
    """Ask twice for what needs a large buffer."""
    plan(needed=40_000)
    control.call(Request(codec.LIST_DEVICES))
    before = len(attempts())
    control.call(Request(codec.LIST_DEVICES))
    return {"first": attempts()[:before], "second": attempts()[before:]}


def grows_without_end(control: ControlFile) -> object:
    """Ask for what fits no buffer."""
    plan(needed=-1)
    return _outcome(control, Request(codec.LIST_DEVICES))


def interrupted(control: ControlFile) -> object:
    """Be interrupted three times; the handler counts."""
    seen: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    plan(interruptions=3)
    return _outcome(control, Request(codec.DEV_WAIT, event_nr=7)) | {"handled": len(seen)}


def interrupted_for_good(control: ControlFile) -> object:
    """Be interrupted by a handler that raises."""

    def refuse(number: int, _: object) -> None:
        raise KeyError(number)

    signal.signal(signal.SIGUSR1, refuse)
    plan(interruptions=3)
    return _outcome(control, Request(codec.DEV_WAIT, event_nr=7))


def unanswered(control: ControlFile) -> object:
    """Get a positive result."""
    plan(result=2)
    return _outcome(control, message("queue_if_no_path"))


def refused(control: ControlFile) -> object:
    """Get an error."""
    plan(errno=6)
    return _outcome(control, message("queue_if_no_path"))


def secret(control: ControlFile) -> object:
    """Send what the kernel wipes from the buffer, through a small buffer and an interruption."""
    signal.signal(signal.SIGUSR1, lambda *_: None)
    plan(needed=10_000, interruptions=1)
    return _outcome(control, message("key 0123", codec.FLAG_SECURE_DATA))


def blocked(control: ControlFile) -> object:
    """Run on in one thread while another is in the kernel."""
    plan(blocked=1)
    waiting = ctypes.c_int.in_dll(_SHIM, "shim_waiting")
    caller = threading.Thread(target=control.call, args=(Request(codec.DEV_WAIT),))
    caller.start()
    deadline = time.monotonic() + 5
    while not waiting.value and time.monotonic() < deadline:
        time.sleep(0.001)
    ran_beside = bool(waiting.value)
    plan(blocked=0)
    caller.join()
    return {"ran_beside": ran_beside}


def shared(control: ControlFile) -> object:
    """Call from many threads at once, each with its own words and buffers that must grow."""
    plan(needed=20_000)
    wrong: list[str] = []

    def talk(thread: int) -> None:
        for turn in range(200):
            text = f"{thread} {turn} " + "x" * (thread * 100)
            if control.call(message(text)).text() != text:
                wrong.append(text)

    threads = [threading.Thread(target=talk, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"wrong": wrong}


def scsi(control: ControlFile) -> object:
    """Send an INQUIRY to a device that answers less than was asked, with sense data."""
    plan(scsi=1, scsi_status=2, scsi_host=3, scsi_driver=8, scsi_resid=40, scsi_sense=18)
    return _inquiry(control)


def lying_scsi(control: ControlFile) -> object:
    """Send an INQUIRY to a driver that says it wrote more sense than there was room for, and left more than all."""
    plan(scsi=1, scsi_resid=1000, scsi_sense=255)
    return _inquiry(control)


def boasting_scsi(control: ControlFile) -> object:
    """Send an INQUIRY to a driver that says it wrote more data than there was room for."""
    plan(scsi=1, scsi_resid=-1000)
    return _inquiry(control)


def _inquiry(control: ControlFile) -> object:
    status, host, driver, data, sense = sg_read(control.fileno(), bytes((0x12, 1, 0x83, 0, 64, 0)), 64, 5000)
    return {"bytes": (status, host, driver), "data": data.hex(), "sense": sense.hex()}


def lying_worker(_: ControlFile) -> object:
    """Let a worker send an INQUIRY to a driver that lies about sense and data."""
    plan(scsi=1, scsi_status=2, scsi_resid=1000, scsi_sense=255)
    return _asked()


def boasting_worker(_: ControlFile) -> object:
    """Let a worker send an INQUIRY to a driver that says it wrote more data than there was room for."""
    plan(scsi=1, scsi_resid=-1000)
    return _asked()


def _asked() -> object:
    pool = Workers(1, 60_000)
    pool.submit(0, b"/dev/null", bytes((0x12, 1, 0x83, 0, 64, 0)), 64)
    select.select([pool.fileno()], [], [])
    ((_, error, status, host, driver, _, data, sense, _, _),) = pool.collect()
    pool.close()
    return {"bytes": (error, status, host, driver), "data": data.hex(), "sense": sense.hex()}


def steady_scsi(control: ControlFile) -> object:
    """Send commands again and again; return how much the process grew meanwhile."""
    plan(scsi=1, scsi_resid=1, scsi_sense=18)
    sizes = []
    for turn in range(8000):
        plan(errno=5 * (turn % 3 == 2))
        with suppress(OSError):
            sg_read(control.fileno(), bytes(6), 60_000, 5000)
        if turn % 2000 == 1999:
            sizes.append(_resident())
    return {"growth": sizes[-1] - sizes[0]}


def steady(control: ControlFile) -> object:
    """Call again and again, in every way that a call can end; return how much the process grew meanwhile."""
    signal.signal(signal.SIGUSR1, lambda *_: None)
    sizes = []
    for turn in range(4000):
        plan(needed=(0, 5000)[turn % 2], interruptions=turn % 3, result=int(turn % 5 == 1), errno=6 * (turn % 5 == 2))
        with suppress(OSError, Unanswered):
            control.call(message("x" * 2000, codec.FLAG_SECURE_DATA if turn % 2 else 0))
        if turn % 1000 == 999:
            sizes.append(_resident())
    return {"growth": sizes[-1] - sizes[0]}


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096


SCENARIOS: Final[tuple[Callable[[ControlFile], object], ...]] = (
    grows,
    grows_once,
    grows_without_end,
    interrupted,
    interrupted_for_good,
    unanswered,
    refused,
    secret,
    blocked,
    shared,
    scsi,
    lying_scsi,
    boasting_scsi,
    lying_worker,
    boasting_worker,
    steady,
    steady_scsi,
)

if __name__ == "__main__":
    scenario = next(one for one in SCENARIOS if one.__name__ == sys.argv[1])
    print(json.dumps(scenario(ControlFile("/dev/null"))))
