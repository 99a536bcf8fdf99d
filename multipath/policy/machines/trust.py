"""The machine of a path's good name: san_path_err_* and delay_*_checks, or marginal_path_*."""

import enum
from types import MappingProxyType
from typing import Final

from .machine import Machine, Step


class Trust(enum.StrEnum):
    """How far a path is trusted."""

    TRUSTED = "trusted"
    SUSPECT = "suspect"
    WITHHELD = "withheld"
    CONVICTED = "convicted"
    SAMPLED = "sampled"
    WAITING = "waiting"


class Sign(enum.StrEnum):
    """What bears on it."""

    FAILURE = "failure"
    TOO_MANY = "failure: more than the threshold"
    TWICE = "failure: the second in time"
    FORGOTTEN = "all failures forgotten"
    RECOVERED = "recovery time over, check good"
    WORKS = "check: good"
    CLEAN = "sample: clean"
    DIRTY = "sample: too many errors"
    GAP_OVER = "gap over"
    NEEDED = "check good, no path in use"


class Care(enum.StrEnum):
    """What a step can ask for."""

    START_TIMER = "start the timer"
    SAMPLE = "sample"
    STOP_SAMPLE = "stop sampling"
    FORGET = "forget the failures"


_MEANINGS: Final = {
    Trust.TRUSTED: "it may be used",
    Trust.SUSPECT: "it failed, not often enough yet",
    Trust.WITHHELD: "san_path_err: until its recovery time has passed",
    Trust.CONVICTED: "marginal_path: failed twice; sampled as soon as it works",
    Trust.SAMPLED: "somebody reads from it and counts errors",
    Trust.WAITING: "too many errors; sampled again after the gap",
}

_T, _S, _C = Trust, Sign, Care
TRUST: Final[Machine[Trust, Sign, Care]] = Machine(
    "trust",
    Trust.TRUSTED,
    _MEANINGS,
    MappingProxyType(
        {
            (_T.TRUSTED, _S.FAILURE): Step(_T.SUSPECT),
            (_T.TRUSTED, _S.TOO_MANY): Step(_T.WITHHELD, (_C.START_TIMER,)),
            (_T.SUSPECT, _S.TOO_MANY): Step(_T.WITHHELD, (_C.START_TIMER,)),
            (_T.SUSPECT, _S.TWICE): Step(_T.CONVICTED),
            (_T.SUSPECT, _S.FORGOTTEN): Step(_T.TRUSTED),
            (_T.WITHHELD, _S.FAILURE): Step(_T.WITHHELD, (_C.START_TIMER,)),
            (_T.WITHHELD, _S.TOO_MANY): Step(_T.WITHHELD, (_C.START_TIMER,)),
            (_T.WITHHELD, _S.RECOVERED): Step(_T.TRUSTED, (_C.FORGET,)),
            (_T.WITHHELD, _S.NEEDED): Step(_T.TRUSTED, (_C.FORGET,)),
            (_T.CONVICTED, _S.WORKS): Step(_T.SAMPLED, (_C.SAMPLE,)),
            (_T.CONVICTED, _S.NEEDED): Step(_T.TRUSTED, (_C.FORGET,)),
            (_T.SAMPLED, _S.CLEAN): Step(_T.TRUSTED, (_C.FORGET,)),
            (_T.SAMPLED, _S.DIRTY): Step(_T.WAITING, (_C.START_TIMER,)),
            (_T.SAMPLED, _S.NEEDED): Step(_T.TRUSTED, (_C.STOP_SAMPLE, _C.FORGET)),
            (_T.WAITING, _S.GAP_OVER): Step(_T.CONVICTED),
            (_T.WAITING, _S.NEEDED): Step(_T.TRUSTED, (_C.FORGET,)),
        }
    ),
)
TRUSTED: Final = frozenset({Trust.TRUSTED, Trust.SUSPECT})
