"""
The prioritizer ``ontap``: how a path reaches a NetApp filer, by a command of that vendor and page 0xC1.

Source: multipath-tools ``libmultipath/prioritizers/ontap.c``.
"""

from typing import Final

from ..conversation import Conversation, described
from .arguments import none_taken
from .priority import Priority

_COMMAND: Final = bytes((0xC0, 0, 0x01, 0x0A, 0x98, 0x0A, 0x41, 0x80, 0, 0))
_VENDOR: Final = bytes((0x0A, 0x98, 0x0A, 0x01))
_PAGE, _LENGTH = 0x41, 128
_SOFTWARE: Final = (b"ism_sw", b"iswt")
_HARDWARE: Final = b"ism_sn"
_PROXY_PAGE: Final = 0xC1
_PROXY_VENDOR: Final = bytes((0x0A, 0x98, 0x0A, 0x00, 0xC1, 0x00))
_PROXY: Final = 0x02  # of byte 19

problems = none_taken("ontap")


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return 4 for a direct path of Fibre Channel, 3 or 2 for iSCSI in hardware or software, 1 through the partner."""
    del args
    answer = await conversation.scsi(_COMMAND, _LENGTH)
    if not answer.good or answer.data[4:8] != _VENDOR:
        return Priority(0, f"{described('NetApp command', answer)}, no such page")
    text = answer.data[12:] if len(answer.data) > 8 and answer.data[8] == _PAGE else b""
    if text.startswith(_SOFTWARE):
        return Priority(2, "iSCSI in software")
    if text.startswith(_HARDWARE):
        return Priority(3, "iSCSI in hardware")
    proxy = await conversation.vpd_page(_PROXY_PAGE, _LENGTH)
    if not proxy.good or proxy.data[1:2] != bytes((_PROXY_PAGE,)) or proxy.data[8:14] != _PROXY_VENDOR:
        return Priority(4, "no iSCSI; whether it goes through the partner is not told")
    through = len(proxy.data) > 19 and proxy.data[19] & _PROXY
    return Priority(1, "through the partner") if through else Priority(4, "direct")
