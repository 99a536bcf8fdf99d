"""
Waiting until something is so: look, and look again when something has happened, until a deadline.

Strategy: no time is fixed. Whoever waits is woken by what happens; and because the kernel tells nobody of some things
(a path that answers again, the end of a suspension), he also looks once a second.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from .. import errors
from ..dm.control import Control
from .wakes import Wakes

_Value = TypeVar("_Value")
_AGAIN: Final = 1.0  # seconds
_FOREVER: Final = 1e9  # seconds

# Is told what is missing, one line each.
Missing = Callable[[tuple[str, ...]], object]


@dataclass(frozen=True, slots=True)
class Sight(Generic[_Value]):
    """
    What one look saw.

    Attributes:
        value: What the wait is to return, if nothing is missing.
        missing: What is not yet so, one line each.
        seen: What the error tells, if the deadline passes now.
    """

    value: _Value
    missing: tuple[str, ...] = ()
    seen: object = None


def seconds_of(timeout: float | None) -> float:
    """
    Return a deadline in seconds; for ever is a long time.

    Raises:
        ValueError: less than 0, or no number.
    """
    if timeout is None:
        return _FOREVER
    if math.isnan(timeout) or timeout < 0:
        raise ValueError(f"{timeout} s: a timeout is 0 or more seconds, or None to wait for ever")
    return min(timeout, _FOREVER)


async def until(
    control: Control,
    look: Callable[[float], Awaitable[Sight[_Value]]],
    what: str,
    timeout: float | None,
    progress: Missing | None = None,
) -> _Value:
    """
    Look until nothing is missing, and return what was seen then; with a timeout of 0 look once.

    Args:
        control: The device-mapper whose events count.
        look: Looks; gets the seconds that are left.
        what: What is waited for, for the error.
        timeout: Seconds; ``None`` waits for ever.
        progress: Called with what is missing, after each look.

    Raises:
        ValueError: a timeout that is none.
        WaitTimeout: something is still missing.
    """
    loop, limit = asyncio.get_running_loop(), seconds_of(timeout)
    deadline = loop.time() + limit
    with Wakes(control) as wakes:
        while True:
            wakes.read()
            sight = await look(max(0.0, deadline - loop.time()))
            if not sight.missing:
                return sight.value
            if progress is not None:
                progress(sight.missing)
            left = deadline - loop.time()
            if left <= 0:
                raise errors.WaitTimeout(f"{what}: not so after {limit:g} s", sight.seen, sight.missing)
            await wakes.wait(min(left, _AGAIN))
