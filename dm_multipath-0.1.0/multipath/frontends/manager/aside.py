"""What may wait for a disk for ever, done beside the event loop by a thread that nobody waits for at the end."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


async def aside(work: Callable[[], _Result]) -> _Result:
    """Return what ``work`` returns, or raise what it raises."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Result] = loop.create_future()

    def settle(result: _Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def thread() -> None:
        try:
            result, error = work(), None
        except BaseException as raised:  # noqa: BLE001  # it is raised again where it is waited for
            result, error = None, raised
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:  # the loop has ended
            return

    threading.Thread(target=thread, name="aside", daemon=True).start()
    return await future
