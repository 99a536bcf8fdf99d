"""
What the kernel's own timers add to a timeout: the error of its clockwork, exactly.

Theory of operation: the kernel counts in jiffies. The timer of a queue fires later than the deadline of a request by
one power of two of jiffies, so that many requests share one. And a timer that is far away sits in a slot of the timer
wheel that holds more than one jiffy: eight times as many for each level. Both are in favour of the kernel's time, not
of ours: a request that may take 2 s is looked at after 3.33 s where there are 100 jiffies in a second.

Source: linux ``block/blk-timeout.c``, ``blk_round_jiffies()``; ``kernel/time/timer.c``, the levels of the wheel.
Measured in the laboratory: ``docs/stall.md``.
"""

import math
from typing import Final

_SLOTS: Final = 64  # of a level of the wheel
_LEVELS: Final = 8
_TIMES: Final = 3  # a slot holds so many powers of two more than one of the level below


def block_timer_lag(timeout: float, hz: int) -> float:
    """
    Return how many seconds after its timeout a request is seen to be late, at most.

    Args:
        timeout: Of the request, in seconds.
        hz: How many jiffies there are in a second.

    >>> round(block_timer_lag(2.0, 100), 2), round(block_timer_lag(2.0, 250), 2)
    (1.36, 1.28)
    """
    grouped = 1 << (hz - 1).bit_length()
    return (grouped + slot(math.ceil(timeout * hz) + grouped)) / hz


def slot(jiffies: int) -> int:
    """
    Return how many jiffies a timer may be late that is set so many ahead.

    >>> slot(50), slot(300), slot(1000)
    (1, 8, 64)
    """
    for level in range(_LEVELS):
        if jiffies < (_SLOTS - 1) << (level * _TIMES):
            return 1 << (level * _TIMES)
    return 1 << (_LEVELS * _TIMES)
