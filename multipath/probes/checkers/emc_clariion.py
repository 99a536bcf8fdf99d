"""
The checker ``emc_clariion``: page 0xC0 of CLARiiON and VNX arrays, and a read where the unit is owned.

Strategy: a snapshot that is not active fails its reads, and only the owning storage processor says so. So what one
path learns holds for all paths to that unit, which are known by the name that the page gives it.
"""

from typing import Final

from ...paths.path import Path
from ...paths.request import Answer, Asker
from ...paths.state import PathState
from ...wire.sense import SenseKey
from ...wire.unit_report import LENGTH, UNIT_PATH_REPORT, Binding, UnitReport, parse_unit_report
from ..conversation import Conversation, described, is_unknown, sense_of, succeeded
from ..verdict import Verdict
from .readsector0 import ReadSectorZero

_WHAT: Final = "INQUIRY of page 0xc0"
_INACTIVE_SNAPSHOT: Final = (SenseKey.ILLEGAL_REQUEST, 0x25, 0x01)

# The names of units that are snapshots and not active, as the owning paths found them. Only paths of this process look.
INACTIVE: Final[set[bytes]] = set()


class EmcClariion:
    """Asks how the path is set up and whose the unit is; one that the other storage processor has is up as well."""

    def __init__(self) -> None:
        self._wwn: bytes | None = None
        self._reader = ReadSectorZero()

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return up, down, shaky for a unit that is not open to I/O, wild for a device that has no such page."""
        conversation = Conversation(asker, path, deadline)
        answer = await conversation.vpd_page(UNIT_PATH_REPORT, LENGTH)
        if not succeeded(answer):
            state = PathState.WILD if is_unknown(answer) else PathState.DOWN
            return Verdict(state, described(_WHAT, answer))
        report = parse_unit_report(answer.data)
        if report is None or not report.known:
            return Verdict(PathState.DOWN, f"{_WHAT}: {answer.data[:10].hex(' ') or 'nothing'} is no such page")
        return self._against(report) or await self._read(conversation, report)

    def _against(self, report: UnitReport) -> Verdict | None:
        """Return what the page has against the path; the name of the unit is kept when it is first seen."""
        if not report.configured:
            return Verdict(PathState.DOWN, f"{_WHAT}: the path is not configured for failover")
        if not report.normal:
            return Verdict(PathState.SHAKY, f"{_WHAT}: the unit is not open to normal I/O")
        if report.binding == Binding.UNBOUND:
            return Verdict(PathState.DOWN, f"{_WHAT}: the unit is unbound")
        if self._wwn not in (None, report.wwn):
            return Verdict(PathState.DOWN, f"{_WHAT}: the unit is another one, {report.wwn.hex()}")
        self._wwn = report.wwn
        return None

    async def _read(self, conversation: Conversation, report: UnitReport) -> Verdict:
        if report.binding != Binding.OWNED:
            down = report.wwn in INACTIVE
            what = "the unit is a snapshot that is not active" if down else "the other storage processor has the unit"
            return Verdict(PathState.DOWN if down else PathState.UP, f"{_WHAT}: {what}")
        what, answer = await self._reader.read(conversation)
        if answer is not None and answer.good:
            INACTIVE.discard(report.wwn)
            return Verdict(PathState.UP, what)
        if answer is not None and _is_inactive(answer):
            INACTIVE.add(report.wwn)
        return Verdict(PathState.DOWN, what)


def _is_inactive(answer: Answer) -> bool:
    sense = sense_of(answer)
    return not answer.host and sense is not None and (sense.key, sense.asc, sense.ascq) == _INACTIVE_SNAPSHOT
