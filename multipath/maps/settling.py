"""
Waiting until discovery is quiet: no uevent and no event of device-mapper for a while, udevd and multipathd idle.

A map grows path by path for seconds after a scan, and each step is an event; whoever lists the maps in between sees a
map with some of its paths.
"""

import asyncio
from collections import deque
from typing import Final

from .. import errors
from ..dm.control import Control
from ..paths.uevents import udev_answers
from .daemon import is_busy
from .waiting import seconds_of
from .wakes import UDEV, Wakes

_WORK: Final = 1.0  # seconds; the end of udevd's work wakes earlier, that of multipathd's nobody
_MOST: Final = 16  # of the last events that an error tells


async def wait_until_quiet(control: Control, quiet_for: float, timeout: float | None) -> None:
    """
    Wait until nothing has happened for ``quiet_for`` seconds.

    Raises:
        ValueError: seconds that are none, or a timeout in which it could not become quiet.
        WaitTimeout: it did not, in time; ``.seen`` has what happened last.
    """
    quiet, limit = seconds_of(quiet_for), seconds_of(timeout)
    if quiet > limit:
        raise ValueError(f"nothing can be quiet for {quiet:g} s within {limit:g} s")
    loop = asyncio.get_running_loop()
    last, deadline = loop.time(), loop.time() + limit
    seen: deque[str] = deque(maxlen=_MOST)
    with Wakes(control) as wakes:
        while True:
            happened, busy = wakes.read(), await _who_is_busy() if control.shared else ""
            now = loop.time()
            seen.extend(happened)
            if happened or busy:
                last = now
            if not busy and now - last >= quiet:
                return
            if now >= deadline:
                why = f"{busy} is at work" if busy else f"last: {seen[-1]}" if seen else "nothing was seen"
                raise errors.WaitTimeout(f"not quiet for {quiet:g} s within {limit:g} s", tuple(seen), [why])
            await wakes.wait(min(deadline - now, _WORK if busy else last + quiet - now))


async def _who_is_busy() -> str:
    """Return who has something in hand: udevd, whose file a killed daemon leaves behind, or multipathd; or nobody."""
    if (UDEV / "queue").exists() and udev_answers():
        return "udevd"
    return "multipathd" if await asyncio.to_thread(is_busy) else ""
