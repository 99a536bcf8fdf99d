"""The checker ``directio``: a read past the page cache."""

from typing import Final

from ...paths.path import Path
from ...paths.request import Asker, read
from ...paths.state import PathState
from ..conversation import Conversation, described
from ..verdict import Verdict

LENGTH: Final = 4096  # bytes: a multiple of every block size that a path can have


class DirectIo:
    """Reads the first block: what an application would do, and what needs the medium."""

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up for a whole block, down for all else."""
        answer = await Conversation(asker, path, deadline).ask(read(path, LENGTH))
        whole = not answer.error and len(answer.data) == LENGTH
        if whole or answer.error:
            return Verdict(PathState.UP if whole else PathState.DOWN, described("read of 4096 bytes", answer))
        return Verdict(PathState.DOWN, f"read of 4096 bytes: {len(answer.data)} came")
