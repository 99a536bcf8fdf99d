"""
Asking a path ahead: what its prioritizer will want to know, along with what its checker asks.

Strategy: after most checks the access state is asked for, too, and to ask costs more than to answer. So both commands
go to the path as one call, of which the second is sent where the first was answered well. Checker and prioritizer ask
as ever, and know nothing of it. A silent second command is no silence of the first.
"""

from dataclasses import replace
from typing import Final

from ..paths.path import Path
from ..paths.request import Answer, Asker, Held, Request, Silence
from .checkers.tur import TEST_UNIT_READY, TestUnitReady
from .prioritizers import PRIORITIZERS
from .verdict import Checker

_GOOD: Final = Answer()


def asking_ahead(asker: Asker, checker: Checker, prioritizer: str, path: Path) -> Asker:
    """Return who asks a path ahead, for one check; where that cannot be, the asker itself."""
    known = PRIORITIZERS.get(prioritizer)
    wanted = known.ahead(path) if known is not None and isinstance(checker, TestUnitReady) else None
    return asker if wanted is None else Ahead(asker, TEST_UNIT_READY, wanted)


class Ahead:
    """
    An asker of one path, for one check; implements `multipath.paths.request.Asker`.

    Args:
        asker: Who makes the calls.
        lead: The checker's command, which has no data.
        wanted: What is asked after a good answer to it.
    """

    def __init__(self, asker: Asker, lead: bytes, wanted: Request) -> None:
        self._asker, self._lead, self._wanted = asker, lead, wanted
        self._known: Answer | Silence | None = None
        self.ask_blocking, self.now, self.close = asker.ask_blocking, asker.now, asker.close

    @property
    def held(self) -> tuple[Held, ...]:
        """The calls that have outlived their deadlines."""
        return self._asker.held

    async def ask(self, request: Request, deadline: float) -> Answer | Silence:
        """Ask both with the first; for the second return, once, what is known by then."""
        known, self._known = self._known, None
        if known is not None and request.payload == self._wanted.payload:
            return known
        if known is not None or request.payload != self._lead:
            return await self._asker.ask(request, deadline)
        outcome = await self._asker.ask(replace(self._wanted, lead=self._lead, timeout=request.timeout), deadline)
        if outcome is Silence.LED:
            self._known = Silence.DEADLINE
        elif isinstance(outcome, Answer) and outcome.led:
            self._known = outcome
        else:
            return outcome
        return _GOOD
