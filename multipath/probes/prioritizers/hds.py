"""
The prioritizer ``hds``: of Hitachi's modular arrays each controller takes half of the units, the even or the odd ones.

Source: multipath-tools ``libmultipath/prioritizers/hds.c``: the number of the unit in bytes 44 to 47 of INQUIRY data,
that of the controller in byte 49.
"""

from typing import Final

from ..conversation import Conversation, described
from .arguments import none_taken
from .priority import UNDEFINED, Priority

_LENGTH: Final = 255
_UNIT, _CONTROLLER = 47, 49  # the last digit, and the digit
_DIGITS: Final = b"0123456789"
_HEXADECIMAL: Final = b"0123456789ABCDEF"

problems = none_taken("hds")


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return 1 where both numbers are even or both odd, 0 where they are not, undefined where there are none."""
    del args
    answer = await conversation.standard_data(_LENGTH)
    if not answer.good:
        return Priority(UNDEFINED, described("INQUIRY", answer))
    unit, controller = answer.data[_UNIT : _UNIT + 1], answer.data[_CONTROLLER : _CONTROLLER + 1]
    if not unit or not controller or unit not in _HEXADECIMAL or controller not in _DIGITS:
        return Priority(UNDEFINED, "INQUIRY: no numbers of unit and controller")
    said = f"the unit's number ends in {unit.decode()}, the controller's is {controller.decode()}"
    return Priority(int(int(unit, 16) % 2 == int(controller) % 2), said)
