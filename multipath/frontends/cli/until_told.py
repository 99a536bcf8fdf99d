"""Work that goes on until somebody ends it: by Ctrl-C, by SIGTERM, or by a time that was given."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Final

_ENDS: Final = (signal.SIGINT, signal.SIGTERM)


def until_told(work: Coroutine[object, object, None], timeout: float | None = None) -> None:
    """Do the work until a signal or the time, in seconds, ends it; that is no failure."""
    asyncio.run(_until_told(work, timeout))


async def _until_told(work: Coroutine[object, object, None], timeout: float | None) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in _ENDS:
        loop.add_signal_handler(number, task.cancel)
    try:
        # The one cancellation that arrives here is the signal's.
        with suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(task, timeout)
    finally:
        for number in _ENDS:
            loop.remove_signal_handler(number)
