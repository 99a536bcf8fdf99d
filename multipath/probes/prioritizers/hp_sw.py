"""The prioritizer ``hp_sw``: TEST UNIT READY tells the active controller of HP arrays from the one that stands by."""

from typing import Final

from ...wire.sense import SenseKey
from ..conversation import Conversation, described, sense_of, succeeded
from .arguments import none_taken
from .priority import Priority

_TEST_UNIT_READY: Final = bytes(6)
_ATTEMPTS: Final = 5
_STANDS_BY: Final = (SenseKey.NOT_READY, 0x04, 0x02)
_ACTIVE, _STANDBY = 4, 2

problems = none_taken("hp_sw")


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return 4 for a unit that is ready, 2 for one that has to be started, else 0."""
    del args
    answer = await conversation.scsi(_TEST_UNIT_READY, attempts=_ATTEMPTS)
    said = described("TEST UNIT READY", answer)
    if succeeded(answer):
        return Priority(_ACTIVE, said)
    sense = sense_of(answer)
    stands_by = not answer.host and sense is not None and (sense.key, sense.asc, sense.ascq) == _STANDS_BY
    return Priority(_STANDBY if stands_by else 0, said)
