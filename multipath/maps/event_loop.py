"""An event loop for a caller that has none."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def in_a_loop(work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
    """Run a coroutine in a loop of its own; where the caller is in one already, that needs a thread of its own."""
    import asyncio  # here, for who only names what needs a loop should not pay for it
    from concurrent.futures import ThreadPoolExecutor

    try:
        asyncio.get_running_loop()
        running = True
    except RuntimeError:
        running = False
    if not running:  # not above: what goes wrong there has nothing to do with that there is no loop
        return asyncio.run(work())
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
