"""The checker ``readsector0``: READ(10) of the first blocks."""

from typing import Final

from ...paths.path import Path
from ...paths.request import Answer, Asker
from ...paths.state import PathState
from ..conversation import Conversation, described
from ..verdict import Verdict

LENGTH: Final = 4096  # bytes
_ATTEMPTS: Final = 3
_BLOCKS: Final = (512, 1024, 2048, 4096)
_READ_CAPACITY: Final = b"\x25" + bytes(9)


class ReadSectorZero:
    """Reads the first blocks by a command of its own, past the block layer; asks once how long a block is."""

    def __init__(self) -> None:
        self._block = 0

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up or down."""
        what, answer = await self.read(Conversation(asker, path, deadline))
        return Verdict(PathState.UP if answer is not None and answer.good else PathState.DOWN, what)

    async def read(self, conversation: Conversation) -> tuple[str, Answer | None]:
        """Return what was read, in words, and the answer; `None` where nobody knows how long a block is."""
        if not self._block:
            capacity = await conversation.scsi(_READ_CAPACITY, 8, attempts=_ATTEMPTS)
            block = int.from_bytes(capacity.data[4:8], "big")
            if not capacity.good:
                return described("READ CAPACITY", capacity), capacity
            if block not in _BLOCKS:
                return f"READ CAPACITY: blocks of {block} bytes", None
            self._block = block
        command = b"\x28" + bytes(6) + (LENGTH // self._block).to_bytes(2, "big") + b"\0"
        answer = await conversation.scsi(command, LENGTH, attempts=_ATTEMPTS)
        return described("READ(10) of block 0", answer), answer
