"""The checker ``cciss_tur``: TEST UNIT READY through the passthrough of HP Smart Array controllers."""

from ...paths.path import Path
from ...paths.request import Asker, cciss
from ...paths.state import PathState
from ..conversation import Conversation, described
from ..verdict import Verdict
from .tur import TEST_UNIT_READY


class CcissTestUnitReady:
    """Asks the controller, by its own call."""

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up or down."""
        conversation = Conversation(asker, path, deadline)
        answer = await conversation.ask(cciss(path, TEST_UNIT_READY, timeout=max(conversation.left, 0.001)))
        return Verdict(PathState.UP if answer.good else PathState.DOWN, described("TEST UNIT READY", answer))
