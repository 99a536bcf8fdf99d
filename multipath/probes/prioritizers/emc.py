"""The prioritizer ``emc``: page 0xC0 of CLARiiON and VNX arrays; whose the unit is, and whose it should be."""

from typing import Final

from ...wire.unit_report import LENGTH, UNIT_PATH_REPORT, parse_unit_report
from ..conversation import Conversation, described, succeeded
from .arguments import none_taken
from .priority import Priority

_WHAT: Final = "INQUIRY of page 0xc0"
_DEFAULT: Final = 2
_BINDINGS: Final = {0: "unbound", 1: "bound", 2: "owned"}

problems = none_taken("emc")


async def ask(args: str, conversation: Conversation) -> Priority:
    """Return 0 to 4; 0 where the page cannot be had, or the path is not as failover needs it."""
    del args
    answer = await conversation.vpd_page(UNIT_PATH_REPORT, LENGTH)
    if not succeeded(answer):
        return Priority(0, described(_WHAT, answer))
    report = parse_unit_report(answer.data)
    if report is None or not report.known:
        return Priority(0, f"{_WHAT}: no such page came")
    if not (report.configured and report.normal):
        return Priority(0, f"{_WHAT}: the path is not configured for failover, or the unit not open to normal I/O")
    said = _BINDINGS.get(report.binding, f"binding {report.binding}")
    by_default = ", by default through this path" if report.is_default else ""
    return Priority(report.binding + (_DEFAULT if report.is_default else 0), f"{_WHAT}: {said}{by_default}")
