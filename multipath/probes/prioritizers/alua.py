"""
The prioritizer ``alua``: the access state of the path's target port group, asked of the array.

Strategy: the numbers are those of ``sysfs``. Which group the path's port is in stands in page 0x83, that the kernel
read when it found the path; only where it has none, the array is asked for that as well.
"""

from functools import partial
from typing import Final

from ...paths.path import Path
from ...paths.request import Answer, Request, scsi
from ...wire.port_groups import PortGroup, length_of_answer, parse_port_groups, report_target_port_groups
from ...wire.vpd import DEVICE_IDENTIFICATION, port_group_of_page
from ..conversation import Conversation, described, succeeded
from . import sysfs
from .priority import NEEDS_IO, UNDEFINED, Priority

problems = sysfs.problems

_WHAT: Final = "REPORT TARGET PORT GROUPS"
_ROOM: Final = 1024  # bytes: for the first answer
_MOST: Final = 0x10000
_ATTEMPTS: Final = 5
_PAGE: Final = 0xFFF


def priority(args: str, path: Path) -> Priority:
    """Return what the kernel's own view of the state is worth; unknown without one: the array has to be asked."""
    return Priority(None, NEEDS_IO) if path.access_state is None else sysfs.priority(args, path)


def ahead(path: Path) -> Request | None:
    """Return the question for the access states, where nothing has to be asked before."""
    if path.tpgs == 0 or path.port_group is None:
        return None
    return scsi(path, report_target_port_groups(_ROOM), _ROOM)


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return what the state that the array reports is worth."""
    if conversation.path.tpgs == 0:
        return Priority(UNDEFINED, "the device does no ALUA")
    number = conversation.path.port_group
    if number is None:
        page = await conversation.vpd_page(DEVICE_IDENTIFICATION, _PAGE)
        if not succeeded(page):
            return Priority(UNDEFINED, described("INQUIRY of page 0x83", page))
        number = port_group_of_page(page.data)
    if number is None:
        return Priority(UNDEFINED, "page 0x83 names no target port group")
    ask = partial(_reported, conversation)
    answer = await conversation.heard(ask)
    if succeeded(answer) and all(group.number != number for group in parse_port_groups(answer.data)):
        answer = await ask()  # another path's report may leave out what only this one sees
    if not succeeded(answer):
        return Priority(UNDEFINED, described(_WHAT, answer))
    return _of_group(args, number, parse_port_groups(answer.data))


async def _reported(conversation: Conversation) -> Answer:
    """Return the whole answer: where it has more groups than there was room for, it is asked for again."""
    answer = await conversation.scsi(report_target_port_groups(_ROOM), _ROOM, attempts=_ATTEMPTS)
    length = min(length_of_answer(answer.data), _MOST)
    if not succeeded(answer) or length <= _ROOM:
        return answer
    return await conversation.scsi(report_target_port_groups(length), length, attempts=_ATTEMPTS)


def _of_group(args: str, number: int, groups: tuple[PortGroup, ...]) -> Priority:
    group = next((group for group in groups if group.number == number), None)
    if group is None:
        return Priority(UNDEFINED, f"{_WHAT} has no group {number}")
    found = sysfs.of_state(args, group.state, preferred=group.preferred)
    return Priority(found.value, f"group {number}: {found.why}")
