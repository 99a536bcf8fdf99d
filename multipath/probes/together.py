"""
What the paths of a unit ask at the same time, and would all be answered alike: asked once.

The kernel's own handler does the same with access states: one path's report is taken for all paths of the unit.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ..paths.request import Answer

if TYPE_CHECKING:  # at work it is the caller's
    from asyncio import Future


class Together:
    """
    The questions to one unit that are under way.

    Synchronization: the thread of one event loop.
    """

    def __init__(self) -> None:
        self._waiting: dict[bytes, list[Future[Answer | None]]] = {}

    async def once(
        self, question: bytes, ask: Callable[[], Awaitable[Answer]], succeeded: Callable[[Answer], bool]
    ) -> Answer:
        """
        Return the answer to a question, of whoever asks it already, or else of ``ask``.

        One that failed, or never came, is nobody else's: it says more about the path than about the unit.
        """
        import asyncio  # here, for who calls this has it already, and nobody else should pay for it

        if (others := self._waiting.get(question)) is not None:
            others.append(future := asyncio.get_running_loop().create_future())
            answer = await future
            return await ask() if answer is None else answer
        others, answer = self._waiting.setdefault(question, []), None
        try:
            answer = await ask()
        finally:
            del self._waiting[question]
            shared = answer if answer is not None and succeeded(answer) else None
            for each in others:
                if not each.done():
                    each.set_result(shared)
        return answer
