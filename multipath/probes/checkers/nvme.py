"""
The checker ``nvme``: does the controller answer, and may the namespace be used through it?

Strategy: multipath-tools has no such checker; for NVMe it goes by the controller's state in sysfs, which stays ``live``
while a silent controller holds its commands. An admin command goes all the way to the controller and back. Its queue is
not that of the I/O, but one that is lost is lost with the controller.

What the states mean here: an inaccessible group is ghost, as standby is, for the array makes it accessible when the
others fail. After a persistent loss the namespace never comes back on this controller: down. A change is pending: it
has an end.
"""

import errno
from typing import Final

from ...paths.path import Path
from ...paths.request import Asker
from ...paths.state import PathState
from ..conversation import Conversation
from ..namespace import Namespace, Unanswered
from ..verdict import Verdict

_STATES: Final = {
    "optimized": PathState.UP,
    "non-optimized": PathState.UP,
    "inaccessible": PathState.GHOST,
    "persistent-loss": PathState.DOWN,
    "change": PathState.PENDING,
}


class Nvme:
    """Asks the controller for the namespace's access state, or without one, for the namespace."""

    def __init__(self) -> None:
        self._namespace = Namespace()

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up, ghost, pending or down; wild for what is no NVMe device."""
        conversation = Conversation(asker, path, deadline)
        try:
            state = await self._namespace.state(conversation)
            if state is not None:
                return Verdict(_STATES.get(state, PathState.DOWN), f"Get Log Page of ANA: {state}")
            there = await self._namespace.attached(conversation)
        except Unanswered as refused:
            wild = refused.answer.error == errno.ENOTTY
            return Verdict(PathState.WILD if wild else PathState.DOWN, str(refused))
        return Verdict(
            PathState.UP if there else PathState.DOWN, f"Identify Namespace: {'' if there else 'not '}attached"
        )
