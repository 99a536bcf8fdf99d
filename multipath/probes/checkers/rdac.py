"""
The checker ``rdac``: page 0xC9 of arrays by LSI, NetApp E-Series and their kin says whose the volume is.

Strategy: commands that a reset of the other controller aborts should say so, rather than time out: once, at its first
check, the checker asks the array for that (task aborted status in the control mode page). What becomes of it decides
nothing.
"""

from typing import Final

from ...paths.path import Path
from ...paths.request import Asker, scsi_out
from ...paths.state import PathState
from ...wire.volume_access import (
    LENGTH,
    TRANSITIONING,
    UNAVAILABLE,
    VOLUME_ACCESS_CONTROL,
    VolumeAccess,
    parse_volume_access,
)
from ..conversation import Conversation, described, is_unknown, succeeded
from ..verdict import Verdict

_WHAT: Final = "INQUIRY of page 0xc9"
_WHYS: Final = {
    0x2: "it does not respond to queries",
    0x3: "it is held in reset",
    0x4: "its firmware is being loaded",
    0x5: "its firmware is being loaded",
    0x6: "an administrator quiesced it",
    0x7: "it is in service mode",
}
_CONTROL_PAGE: Final = 0x0A
_CHANGEABLE: Final = 0x40
_MODE_LENGTH: Final = 20  # of the header and the page
_TASK_ABORTED_STATUS: Final = 0x40  # in byte 13 of both
_PAGE, _TAS, _CODE = 8, 13, 0x3F


class Rdac:
    """Asks whose the volume is: up on the controller that has it, ghost on the other."""

    def __init__(self) -> None:
        self._prepared = False

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up, ghost, down, or wild for a device that has no such page."""
        conversation = Conversation(asker, path, deadline)
        if not self._prepared:
            await _tell_of_aborts(conversation)
            self._prepared = True
        answer = await conversation.vpd_page(VOLUME_ACCESS_CONTROL, LENGTH)
        if not succeeded(answer):
            return Verdict(PathState.WILD if is_unknown(answer) else PathState.DOWN, described(_WHAT, answer))
        access = parse_volume_access(answer.data)
        if access is None:
            return Verdict(PathState.DOWN, f"{_WHAT}: {answer.data[:10].hex(' ') or 'nothing'} is no such page")
        state, said = _judged(access)
        return Verdict(state, f"{_WHAT}: {said}")


def _judged(access: VolumeAccess) -> tuple[PathState, str]:
    if not access.connected:
        return PathState.DOWN, "no volume is connected"
    if access.reports_groups and access.state == UNAVAILABLE:
        return PathState.DOWN, f"the controller is unavailable: {_WHYS.get(access.why, 'it does not say why')}"
    if access.reports_groups and access.state == TRANSITIONING != access.other:
        return PathState.DOWN, "the controller is starting"
    if access.owned:
        return PathState.UP, "the controller has the volume"
    if access.io_shipping:
        return PathState.UP, "the controller passes I/O on to the other one"
    return PathState.GHOST, "the other controller has the volume"


async def _tell_of_aborts(conversation: Conversation) -> None:
    """Set the bit, where it is not set and can be."""
    now = await _control_page(conversation, 0)
    if now is None or now[_TAS] & _TASK_ABORTED_STATUS:
        return
    changeable = await _control_page(conversation, _CHANGEABLE)
    if changeable is None or not changeable[_TAS] & _TASK_ABORTED_STATUS:
        return
    page = bytearray(now)
    page[:_PAGE] = bytes(_PAGE)  # a parameter list has no length in its header
    page[_PAGE] &= _CODE  # nor the bit that says whether the page can be saved
    page[_TAS] |= _TASK_ABORTED_STATUS
    command = b"\x55\x11" + bytes(6) + bytes((_MODE_LENGTH, 0))
    timeout = max(conversation.left, 0.001)
    await conversation.ask(scsi_out(conversation.path, command, bytes(page), timeout=timeout))


async def _control_page(conversation: Conversation, which: int) -> bytes | None:
    """Return header and control page, present or changeable values; `None` where the array sends something else."""
    command = bytes((0x5A, 0x08, which | _CONTROL_PAGE)) + bytes(5) + bytes((_MODE_LENGTH, 0))
    answer = await conversation.scsi(command, _MODE_LENGTH)
    whole = succeeded(answer) and len(answer.data) == _MODE_LENGTH and answer.data[_PAGE] & _CODE == _CONTROL_PAGE
    return answer.data if whole else None
