"""
The stall budget: from one number of seconds, every timeout of the chain below a path; pure.

Strategy: the terms that nobody can change come first: the lag of the kernel's timers, the abort, one reset and what it
waits for. What is left of the budget is the request's. Where that is less than any array can live with, the request
gets that floor, and the budget is said to be out of reach, with what can be reached. No timeout is ever made longer
than it is, but those that have to outlast another.

Two things are left alone on purpose. ``eh_deadline`` skips aborts and goes to the reset of the whole host adapter,
after which the kernel waits 10 s for most of them. ``dev_loss_tmo`` ends the path's existence, not a wait.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from typing import Final

from ..paths.knobs import Knob, request_knob
from .bound import UNLIMITED, Bound
from .jiffies import block_timer_lag
from .worst_case import ABORT, FAILING, RESET, SCHEDULING, STOP, Detection, Waiting, timer_lag, worst_cases

FLOOR: Final = 1.0  # seconds that a healthy path may need for a request, under any budget
CAUTION: Final = 10.0  # seconds: many arrays pause so long when a controller takes over
SMALLEST: Final = 1.0  # the smallest budget that is looked at
_EH_TEST: Final = 1.0  # seconds, the least that ``eh_timeout`` takes: of a path that is not offline in time
_STEP: Final = 10  # tenths of a second: the steps of timeouts; of SCSI devices the attribute takes whole seconds
_LOOKS: Final = 33  # of a budget, to a look at the counters
_PATIENCE: Final = 25
_DEADLINE: Final = 25
_LEAST: Final = 0.1
_NOOP: Final = 1.0  # seconds, the least that is not 0, which is for ever


@dataclass(frozen=True, slots=True)
class StallFinding:
    """Something that whoever set the budget should know; ``unmet`` where the budget cannot be kept."""

    text: str
    unmet: bool = False


@dataclass(frozen=True, slots=True)
class StallPlan:
    """
    What a budget means for one path.

    Attributes:
        budget: In seconds.
        values: What is to be set.
        detection: How silence is seen.
        bounds: The worst cases under these values.
        findings: What should be known of them.
    """

    budget: float
    values: Mapping[Knob, float] = field(hash=False)
    detection: Detection
    bounds: tuple[Bound, ...]
    findings: tuple[StallFinding, ...]

    @property
    def achievable(self) -> float:
        """The longest wait that is bounded at all."""
        return max(bound.seconds for bound in self.bounds if bound.seconds != UNLIMITED)

    @property
    def met(self) -> bool:
        """Whether the budget is kept wherever the kernel lets anybody bound the wait."""
        return self.achievable <= self.budget


def detection(budget: float, timeout: float, hz: int) -> Detection:
    """
    Return how silence is to be seen.

    Args:
        budget: In seconds.
        timeout: Of a request.
        hz: How many jiffies the kernel has in a second.
    """
    look, patience, deadline = (max(_LEAST, budget / part) for part in (_LOOKS, _PATIENCE, _DEADLINE))
    rest = timeout - block_timer_lag(timeout, hz) - look - patience
    return Detection(look, patience, deadline, max(deadline, rest))


def stall_plan(budget: float, waiting: Waiting) -> StallPlan:
    """
    Return what a budget means for a path.

    Args:
        budget: In seconds; less than 1 is taken for 1.
        waiting: The path as it is now.
    """
    asked, knob = max(budget, SMALLEST), request_knob(waiting.protocol)
    settable = waiting.values.keys() - waiting.fixed
    wanted = {knob: value for knob, value in _values(asked, waiting) if knob in settable}
    seen = detection(asked, wanted.get(knob, waiting[knob]), waiting.hz)
    after = replace(waiting, values={**waiting.values, **wanted}, detection=seen)
    plan = StallPlan(budget, wanted, seen, worst_cases(after), ())
    return replace(plan, findings=tuple(_findings(plan, after)))


def request_timeout(budget: float, protocol: str, hz: int) -> float:
    """
    Return the timeout of a request, so that what follows it stays within the budget.

    >>> request_timeout(5.0, "scsi:fcp", 100), request_timeout(5.0, "nvme:tcp", 250)
    (3.0, 3.2)
    """
    scsi = protocol.startswith("scsi")
    step = _STEP if scsi else 1
    later = sum(astuple(detection(budget, FLOOR, hz))[:3]) + FAILING  # until nothing is sent there any more
    after = ABORT + later + RESET + SCHEDULING if scsi else STOP
    for steps in range(
        math.floor(budget) * _STEP if scsi else math.floor(budget * _STEP), math.floor(FLOOR * _STEP), -step
    ):
        timeout = steps / _STEP
        asked = detection(budget, timeout, hz) if scsi else None
        if timeout + timer_lag(timeout, hz, asked) + after <= budget:
            return timeout
    return FLOOR


def _values(budget: float, waiting: Waiting) -> Iterator[tuple[Knob, float]]:
    knob = request_knob(waiting.protocol)
    yield knob, min(waiting[knob], request_timeout(budget, waiting.protocol, waiting.hz))
    if waiting.protocol.startswith("nvme"):
        return
    yield Knob.EH_TIMEOUT, min(waiting[Knob.EH_TIMEOUT], _EH_TEST) or _EH_TEST
    yield Knob.MAX_RETRIES, 0.0
    if waiting.protocol == "scsi:iscsi":
        rest = math.floor(budget - _NOOP - STOP - SCHEDULING)
        yield Knob.NOOP_INTERVAL, _NOOP
        yield Knob.NOOP_TIMEOUT, min(waiting[Knob.NOOP_TIMEOUT] or 2.0, max(_NOOP, min(rest, 2.0)))
        yield Knob.RECOVERY, min(waiting[Knob.RECOVERY], max(1.0, budget // 5))
    elif waiting.protocol in ("scsi:fcp", "scsi:srp"):
        failing = max(1.0, budget // 2)
        yield Knob.FAST_IO_FAIL, min(waiting[Knob.FAST_IO_FAIL], failing)
        if waiting[Knob.DEV_LOSS] <= failing:
            yield Knob.DEV_LOSS, failing + 1


def _findings(plan: StallPlan, waiting: Waiting) -> Iterator[StallFinding]:
    for bound in plan.bounds:
        if plan.budget < bound.seconds != UNLIMITED:
            text = f"{bound.fault}: {bound.seconds:.1f} s is the least that can be reached, more than {plan.budget:g} s"
            yield StallFinding(f"{text}; most of it is {bound.limited_by.name} ({bound.limited_by.limit})", unmet=True)
        elif bound.seconds == UNLIMITED:
            yield StallFinding(f"{bound.fault}: no limit, {bound.limited_by.limit}")
    timeout = waiting[request_knob(waiting.protocol)]
    if timeout < CAUTION:
        yield StallFinding(
            f"a request may take {timeout:g} s: an array that is healthy and pauses for longer loses this path for a"
            " while, and all paths at once; no_path_retry should outlast its pauses"
        )
    if waiting.values.get(Knob.EH_DEADLINE) == 0:
        yield StallFinding(
            "eh_deadline 0 lets no abort be tried: each lost command resets the host adapter", unmet=True
        )
    missing = {Knob.TIMEOUT, Knob.MAX_RETRIES, Knob.EH_TIMEOUT} - waiting.values.keys()
    if missing and not waiting.protocol.startswith("nvme"):
        yield StallFinding(f"this kernel has no {', '.join(sorted(missing))}: its own value holds", unmet=True)
