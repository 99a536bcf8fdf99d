"""The checker ``readsector0``: READ(10) of the first blocks."""

from typing import Final

from ...paths.path import Path
from ...paths.request import Asker
from ...paths.state import PathState
from ..conversation import Conversation, described
from ..verdict import Verdict

LENGTH: Final = 4096  # bytes
_ATTEMPTS: Final = 3
_READ_CAPACITY: Final = b"\x25" + bytes(9)


class ReadSectorZero:
    """Reads the first blocks by a command of its own, past the block layer; asks once how long a block is."""

    def __init__(self) -> None:
        self._block = 0

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up or down."""
        conversation = Conversation(asker, path, deadline)
        if not self._block:
            capacity = await conversation.scsi(_READ_CAPACITY, 8, attempts=_ATTEMPTS)
            self._block = int.from_bytes(capacity.data[4:8], "big")
            if not capacity.good or self._block not in (512, 1024, 2048, 4096):
                self._block = 0
                return Verdict(PathState.DOWN, described("READ CAPACITY", capacity))
        command = b"\x28" + bytes(6) + (LENGTH // self._block).to_bytes(2, "big") + b"\0"
        answer = await conversation.scsi(command, LENGTH, attempts=_ATTEMPTS)
        return Verdict(PathState.UP if answer.good else PathState.DOWN, described("READ(10) of block 0", answer))
