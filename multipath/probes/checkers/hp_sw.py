"""The checker ``hp_sw``: the serial number's page, then TEST UNIT READY, of HP arrays with one active controller."""

from typing import Final

from ...paths.path import Path
from ...paths.request import Asker
from ...paths.state import PathState
from ...wire.vpd import UNIT_SERIAL_NUMBER
from ..conversation import Conversation, described, is_unknown, succeeded
from ..verdict import Verdict
from .tur import TEST_UNIT_READY

_LENGTH: Final = 255


class HpSwitch:
    """Asks whether the device is there, and then whether this controller is the active one."""

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up, ghost for a unit that is there and not ready, down, or wild for a device without that page."""
        conversation = Conversation(asker, path, deadline)
        page = await conversation.vpd_page(UNIT_SERIAL_NUMBER, _LENGTH)
        if not succeeded(page):
            state = PathState.WILD if is_unknown(page) else PathState.DOWN
            return Verdict(state, described("INQUIRY of page 0x80", page))
        ready = await conversation.scsi(TEST_UNIT_READY)
        return Verdict(PathState.UP if ready.good else PathState.GHOST, described("TEST UNIT READY", ready))
