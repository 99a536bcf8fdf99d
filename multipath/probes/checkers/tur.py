"""The checker ``tur``: TEST UNIT READY."""

import errno
from typing import Final

from ...paths.path import Path
from ...paths.request import Answer, Asker
from ...paths.state import PathState
from ...wire.sense import NO_SUCH_UNIT, STANDBY, TRANSITIONING
from ..conversation import Conversation, described, sense_of
from ..verdict import Verdict

TEST_UNIT_READY: Final = bytes(6)
_ATTEMPTS: Final = 5
_RESERVATION_CONFLICT: Final = 0x18
_BY_SENSE: Final = {
    (STANDBY.key, STANDBY.asc, STANDBY.ascq): PathState.GHOST,
    (TRANSITIONING.key, TRANSITIONING.asc, TRANSITIONING.ascq): PathState.PENDING,
    (
        NO_SUCH_UNIT.key,
        NO_SUCH_UNIT.asc,
        NO_SUCH_UNIT.ascq,
    ): PathState.DISCONNECTED,
}


class TestUnitReady:
    """Asks the unit whether it is ready: the cheapest question that goes all the way."""

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up, ghost for standby, pending between access states, disconnected for a unit that is not there."""
        answer = await Conversation(asker, path, deadline).scsi(TEST_UNIT_READY, attempts=_ATTEMPTS)
        return Verdict(_state(answer), described("TEST UNIT READY", answer))


def _state(answer: Answer) -> PathState:
    if answer.error:
        return PathState.WILD if answer.error == errno.ENOTTY else PathState.DOWN
    if answer.good or (not answer.host and answer.status == _RESERVATION_CONFLICT):
        return PathState.UP
    sense = sense_of(answer)
    if answer.host or sense is None:
        return PathState.DOWN
    return _BY_SENSE.get((sense.key, sense.asc, sense.ascq), PathState.DOWN)
