"""The machine of ``failback``: how the group in use stands to the best one."""

import enum
from types import MappingProxyType
from typing import Final

from .machine import Machine, Step


class Standing(enum.StrEnum):
    """How the group in use stands to the best one."""

    BEST = "best"
    AWAY = "away"
    WAITING = "waiting"
    SWITCHING = "switching"


class Turn(enum.StrEnum):
    """What bears on it."""

    IN_PLACE = "the best group is in use"
    NOW = "another is better: switch"
    LATER = "another is better: wait"
    AGAIN = "another is better: wait, a path came up"
    KEPT = "another is better: stay"
    FAILURE = "a path failed"
    TIMER = "time is over"


class Move(enum.StrEnum):
    """What a step can ask for."""

    SWITCH = "switch"
    START_TIMER = "start the timer"
    STOP_TIMER = "stop the timer"


_MEANINGS: Final = {
    Standing.BEST: "no group is better than the one in use, or nobody knows one",
    Standing.AWAY: "another one is better, and failback leaves it at that for now",
    Standing.WAITING: "until the delay of failback is over",
    Standing.SWITCHING: "told to the kernel, and not seen yet",
}

_S, _T, _M = Standing, Turn, Move
FAILBACK: Final[Machine[Standing, Turn, Move]] = Machine(
    "failback",
    Standing.BEST,
    _MEANINGS,
    MappingProxyType(
        {
            (_S.BEST, _T.NOW): Step(_S.SWITCHING, (_M.SWITCH,)),
            (_S.BEST, _T.LATER): Step(_S.WAITING, (_M.START_TIMER,)),
            (_S.BEST, _T.AGAIN): Step(_S.WAITING, (_M.START_TIMER,)),
            (_S.BEST, _T.KEPT): Step(_S.AWAY),
            (_S.AWAY, _T.IN_PLACE): Step(_S.BEST),
            (_S.AWAY, _T.NOW): Step(_S.SWITCHING, (_M.SWITCH,)),
            (_S.AWAY, _T.LATER): Step(_S.WAITING, (_M.START_TIMER,)),
            (_S.AWAY, _T.AGAIN): Step(_S.WAITING, (_M.START_TIMER,)),
            (_S.WAITING, _T.IN_PLACE): Step(_S.BEST, (_M.STOP_TIMER,)),
            (_S.WAITING, _T.NOW): Step(_S.SWITCHING, (_M.STOP_TIMER, _M.SWITCH)),
            (_S.WAITING, _T.AGAIN): Step(_S.WAITING, (_M.START_TIMER,)),
            (_S.WAITING, _T.KEPT): Step(_S.AWAY, (_M.STOP_TIMER,)),
            (_S.WAITING, _T.FAILURE): Step(_S.AWAY, (_M.STOP_TIMER,)),
            (_S.WAITING, _T.TIMER): Step(_S.SWITCHING, (_M.SWITCH,)),
            (_S.SWITCHING, _T.IN_PLACE): Step(_S.BEST, (_M.STOP_TIMER,)),
            (_S.SWITCHING, _T.FAILURE): Step(_S.AWAY, (_M.STOP_TIMER,)),
            (_S.SWITCHING, _T.TIMER): Step(_S.AWAY),
        }
    ),
)
