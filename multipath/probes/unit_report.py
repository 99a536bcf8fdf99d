"""
The access states of a unit, which any of its paths can report for all of them.

Strategy: the answer to REPORT TARGET PORT GROUPS has the states of all groups, so not every path of a unit needs to
ask: the kernel's own handler takes one path's report for all of them as well. Who asks while another one does takes its
answer, and so does who is content with what was asked for a while ago.
"""

from collections.abc import Awaitable, Callable
from math import inf
from typing import TYPE_CHECKING

from ..paths.request import Answer
from ..wire.port_groups import parse_port_groups
from .conversation import succeeded

if TYPE_CHECKING:  # at work it is the caller's
    from asyncio import Future


class UnitReport:
    """
    The last report of a unit, whichever path it came down.

    Attributes:
        changed: Whether it says something else than the one before it; whoever acts on that takes it back.

    Synchronization: the thread of one event loop.
    """

    def __init__(self) -> None:
        self.changed = False
        self._answer, self._asked = Answer(), -inf
        self._states: dict[int, tuple[str, bool]] = {}
        self._waiting: list[Future[Answer | None]] | None = None

    def is_known(self, group: int | None, now: float, good_for: float) -> bool:
        """Tell whether nobody has to ask for a group: somebody is at it, or did less than ``good_for`` seconds ago."""
        return self._waiting is not None or (now - self._asked < good_for and group in self._states)

    async def heard(self, ask: Callable[[], Awaitable[Answer]], now: Callable[[], float], good_for: float) -> Answer:
        """
        Return the report.

        One that failed is nobody else's: that says more about the path than about the unit.

        Args:
            ask: Asks the caller's own path.
            now: The clock, in seconds.
            good_for: How long ago it may have been asked for, in seconds; 0 for now.
        """
        import asyncio  # here, for who calls this has it already, and nobody else should pay for it

        if good_for and now() - self._asked < good_for:
            return self._answer
        if self._waiting is not None:
            self._waiting.append(future := asyncio.get_running_loop().create_future())
            answer = await future
            return await ask() if answer is None else answer
        waiting = self._waiting = []
        answer, asked = None, now()
        try:
            answer = await ask()
        finally:
            self._waiting = None
            good = answer is not None and succeeded(answer)
            for each in waiting:
                if not each.done():
                    each.set_result(answer if good else None)
        if good:
            self._take(answer, min(asked, now() - answer.seconds))
        return answer

    def _take(self, answer: Answer, asked: float) -> None:
        if asked < self._asked:
            return  # it was on its way for longer than the one that is known
        before, self._states = self._states, _states(answer)
        # Ports may each report other groups: those that both name say whether anything has changed.
        both = before.keys() & self._states.keys()
        self.changed = self.changed or any(before[group] != self._states[group] for group in both)
        self._answer, self._asked = answer, asked


def _states(answer: Answer) -> dict[int, tuple[str, bool]]:
    return {group.number: (group.state, group.preferred) for group in parse_port_groups(answer.data)}
