"""
What keeps the code of other packages from harming ours: a limit in time, and what it raises as an ordinary error.

What cannot be helped here: code that never gives the event loop back, and a coroutine that takes no cancellation.
"""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:  # at work it is the caller's
    from asyncio import Task

_T = TypeVar("_T")
_LONGEST: Final = 300  # characters of a message

_abandoned: "Final[set[Task[Any]]]" = set()  # the event loop itself holds its tasks weakly


async def contained(work: Coroutine[Any, Any, _T], limit: float) -> _T:
    """
    Return what a coroutine returns.

    Args:
        work: The coroutine.
        limit: Seconds after which it is left behind, cancelled; whether it heeds that or not.

    Raises:
        TimeoutError: the time is over.
        Exception: whatever the coroutine raised; what would end the program as a ``RuntimeError``.
    """
    import asyncio  # here, for who calls this has it already, and nobody else should pay for it

    task = asyncio.ensure_future(_tamed(work))
    _abandoned.add(task)
    task.add_done_callback(_seen)
    try:
        await asyncio.wait({task}, timeout=limit)
    finally:
        finished = task.done()
        if not finished:
            task.cancel()
    if not finished:
        raise TimeoutError
    return task.result()


def told(message: object) -> str:
    """Return a message as printable ASCII of a bounded length."""
    text = str(message)[:_LONGEST]
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1][: 2 * _LONGEST]


async def _tamed(work: Coroutine[Any, Any, _T]) -> _T:
    import asyncio

    try:
        return await work
    except SystemExit as error:
        raise RuntimeError(f"it would end the program: SystemExit({error.code!r})") from error
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if current is not None and current.cancelling():
            raise
        raise RuntimeError("it cancelled itself") from None


def _seen(task: "Task[Any]") -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # else a task that nobody waits for any more would say so when it goes
