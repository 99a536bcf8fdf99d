"""
The worst cases of one path under given timeouts: which fault makes an I/O wait how long, and why; pure.

Theory of operation: an I/O that was sent is the kernel's until its command is aborted or its transport is torn down.
So for I/O that a fault caught the terms are those of the kernel: the timeout of the request, the lag of the timer that
sees it, the abort, and where that fails one reset with the test that follows it. For new I/O the terms are ours: the
time until the silence is seen, is asked about, and the path is failed in the map.

Source: linux ``drivers/scsi/scsi_error.c``, ``drivers/scsi/libiscsi.c``, ``drivers/nvme/host/tcp.c``; what was measured
is in ``docs/stall.md``.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..paths.knobs import FOREVER, Knob, request_knob
from .bound import UNLIMITED, Bound, Term
from .jiffies import block_timer_lag, slot

ABORT: Final = 0.05  # seconds until an abort that works has been sent and answered
SCHEDULING: Final = 0.25  # seconds in which whoever has to act gets a processor
FAILING: Final = 0.3  # seconds in which a path is asked by somebody who has to be woken, and failed in its map
RESET: Final = 0.05  # seconds of a reset that works
STOP: Final = 0.5  # seconds in which a session that failed is stopped, and its commands with it
_ADAPTER: Final = "with FCoE that is 10 s for each: 23 s were measured; new I/O is bounded as for a silent path"
_ABORTED: Final = (
    "the target aborts, or takes the first reset; each test of a device that is not offline by then takes eh_timeout"
)
_ELSEWHERE: Final = Term("going to another path", SCHEDULING, "the processor")
_DEFAULT: Final[Mapping[Knob, float]] = {
    Knob.TIMEOUT: 30.0, Knob.IO_TIMEOUT: 30.0, Knob.EH_TIMEOUT: 10.0, Knob.MAX_RETRIES: 5.0, Knob.NOOP_INTERVAL: 5.0,
    Knob.NOOP_TIMEOUT: 5.0, Knob.RECOVERY: 120.0, Knob.FAST_IO_FAIL: FOREVER, Knob.DEV_LOSS: 60.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detection:
    """
    How silence is seen, in seconds.

    Attributes:
        look: Between two looks at the counters.
        patience: For how long nothing may come back before the path is asked.
        deadline: In which it has to answer then.
        timeout: After which the kernel itself gives the question up. The timer of the path's queue is set for that, and
            so it is awake when the data that the path holds is late, and sees it at once.
    """

    look: float
    patience: float
    deadline: float
    timeout: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    All that decides how long an I/O can wait for a path.

    Attributes:
        protocol: Bus and transport, as a path has them.
        values: What the attributes of the path hold.
        hz: How many jiffies the kernel has in a second.
        detection: How silence is seen; ``None`` where nobody looks.
        fixed: The attributes that nobody can write.
        bio: Whether the map hands its I/O to the queues of its paths before they can take it: ``queue_mode bio``.
    """

    protocol: str
    values: Mapping[Knob, float] = field(hash=False)
    hz: int = 100
    detection: Detection | None = None
    fixed: frozenset[Knob] = frozenset()
    bio: bool = False

    def __getitem__(self, knob: Knob) -> float:
        """Return what an attribute holds, or what the kernel begins with."""
        return self.values.get(knob, _DEFAULT.get(knob, FOREVER))


def worst_cases(waiting: Waiting) -> tuple[Bound, ...]:
    """Return a bound for each kind of fault that the transport can have."""
    return tuple(_bounds(waiting))


def _bounds(waiting: Waiting) -> Iterator[Bound]:
    found = tuple(_detection(waiting.detection))
    yield Bound("path silent", "new", found)
    if waiting.protocol.startswith("nvme"):
        ending = found if waiting.detection else tuple(_timeout(waiting))
        yield Bound("commands lost", "caught", (*ending, _stop("the controller's queues are torn down")))
        return
    yield Bound("commands lost", "caught", tuple(_lost(waiting)), _ABORTED)
    yield _held(waiting, found)
    yield from _transport(waiting)
    never = Term("abort and reset", UNLIMITED, "the kernel waits for the target's answer, and nothing else may end it")
    yield Bound("target cannot abort", "caught", (*_timeout(waiting), never), "new I/O is bounded as for a silent path")


def _detection(detection: Detection | None) -> Iterator[Term]:
    if detection is None:
        yield Term("detection", UNLIMITED, "nobody looks at the path")
        return
    yield Term("next look at the counters", detection.look, "a fraction of max_stall")
    yield Term("nothing comes back", detection.patience, "a fraction of max_stall")
    yield Term("the check is silent too", detection.deadline, "a fraction of max_stall")
    yield Term("failing the path in its map", FAILING, "the processor")


def _timeout(waiting: Waiting) -> Iterator[Term]:
    knob = request_knob(waiting.protocol)
    timeout = waiting[knob]
    asked = waiting.detection if waiting.protocol.startswith("scsi") else None
    yield Term("request timeout", timeout, f"{knob} {timeout:g} s", knob)
    yield Term("lag of the queue's timer", timer_lag(timeout, waiting.hz, asked), f"{waiting.hz} jiffies in a second")


def timer_lag(timeout: float, hz: int, asked: Detection | None) -> float:
    """
    Return how many seconds after its timeout a request is seen to be late, at most.

    Args:
        timeout: Of the request.
        hz: How many jiffies the kernel has in a second.
        asked: How its path is asked meanwhile, which wakes the timer; ``None`` where it is not.
    """
    alone = block_timer_lag(timeout, hz)
    if asked is None:
        return alone
    awake = asked.look + asked.patience + asked.timeout + block_timer_lag(asked.timeout, hz)
    again = (slot(math.ceil(hz / 2)) + 1) / hz
    return min(alone, max(0.0, awake - timeout) + again)


def _lost(waiting: Waiting) -> Iterator[Term]:
    tries, timeout = 1 + waiting[Knob.MAX_RETRIES], waiting[Knob.TIMEOUT]
    if tries > 1:
        once = sum(term.seconds for term in _timeout(waiting)) + ABORT
        limit = f"{Knob.MAX_RETRIES} {tries - 1:g}: each try {once:.2f} s, on the same path"
        yield Term("tries", once * (tries - 1), limit, Knob.MAX_RETRIES)
    yield from _timeout(waiting)
    yield Term("abort", ABORT, "the target")
    later = sum(term.seconds for term in _detection(waiting.detection)) if waiting.detection else timeout
    yield Term("commands sent after it", later, "where the abort fails the reset waits for them to be late as well")
    yield Term("reset", RESET, "the target, where the abort fails")
    yield _ELSEWHERE


def _held(waiting: Waiting, found: tuple[Term, ...]) -> Bound:
    if not waiting.bio:
        return Bound("host holds commands", "caught", found, "they were never sent: device-mapper takes them back")
    why = "queue_mode bio: the I/O sits in the queue of the path until the host runs again"
    return Bound("host holds commands", "caught", (Term("hold", UNLIMITED, why),))


def _transport(waiting: Waiting) -> Iterator[Bound]:
    if waiting.protocol == "scsi:iscsi":
        yield Bound("portal silent", "caught", tuple(_session(waiting)))
    elif waiting.protocol in ("scsi:fcp", "scsi:srp"):
        seconds = min(waiting[Knob.FAST_IO_FAIL], waiting[Knob.DEV_LOSS])
        limit = f"{Knob.FAST_IO_FAIL} {seconds:g} s"
        failing = Term("the port is blocked", seconds, limit, Knob.FAST_IO_FAIL)
        yield Bound("port lost", "caught", (failing, _ELSEWHERE))
        if waiting.protocol == "scsi:fcp":
            yield Bound("port silent", "caught", tuple(_silent_port(waiting)), _ADAPTER)


def _silent_port(waiting: Waiting) -> Iterator[Term]:
    yield from _timeout(waiting)
    yield Term("abort and reset", UNLIMITED, "the driver of the adapter waits for answers as long as it likes")


def _session(waiting: Waiting) -> Iterator[Term]:
    for name, knob in (("until the next ping", Knob.NOOP_INTERVAL), ("the ping is not answered", Knob.NOOP_TIMEOUT)):
        value = waiting[knob]
        seconds = value or UNLIMITED  # 0 is no ping at all
        yield Term(name, seconds, f"{knob} {value:g} s", knob)
    yield _stop("the session is stopped")
    if waiting[Knob.MAX_RETRIES] > 0:
        value = waiting[Knob.RECOVERY]
        yield Term("the session is blocked", value, f"{Knob.RECOVERY} {value:g} s", Knob.RECOVERY)
    yield _ELSEWHERE


def _stop(name: str) -> Term:
    return Term(name, STOP, "the kernel, or its daemon")
