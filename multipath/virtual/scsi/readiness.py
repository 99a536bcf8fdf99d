"""TEST UNIT READY, REQUEST SENSE and REPORT LUNS: is anybody there, what was wrong, who else is there."""

from typing import Final

from ...wire.sense import INVALID_FIELD_IN_CDB, NO_SENSE, NO_SUCH_UNIT
from .reply import GOOD, CheckCondition, ScsiReply
from .request import Request

_DESCRIPTOR: Final = 0x01
_SELECTED: Final = (0, 2)  # of the kinds of LUNs: those that are no well-known ones, all
_WELL_KNOWN: Final = 1
_PERIPHERAL: Final = 256  # below this a LUN has the peripheral form, from it on the flat form
_FLAT: Final = 0x4000


def test_unit_ready(request: Request) -> ScsiReply:  # noqa: ARG001
    """Answer TEST UNIT READY; what could be against it was found before."""
    return GOOD


def request_sense(request: Request) -> ScsiReply:
    """Answer REQUEST SENSE with what the nexus has to be told next."""
    unit = request.unit
    sense = NO_SUCH_UNIT if unit is None else unit.attentions.take(request.nexus) or NO_SENSE
    data = sense.descriptor() if request.cdb[1] & _DESCRIPTOR else sense.fixed()
    return ScsiReply(data=data[: request.cdb[4]])


def report_luns(request: Request) -> ScsiReply:
    """Answer REPORT LUNS, at any LUN."""
    select = request.cdb[2]
    if select not in (*_SELECTED, _WELL_KNOWN) or request.number(6, 4) < 16:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    luns = [] if select == _WELL_KNOWN else sorted(request.target.luns)
    entries = b"".join(map(lun_entry, luns))
    data = len(entries).to_bytes(4, "big") + bytes(4) + entries
    return ScsiReply(data=data[: request.number(6, 4)])


def lun_entry(lun: int) -> bytes:
    """Return the eight bytes that stand for a LUN."""
    return (lun if lun < _PERIPHERAL else _FLAT | lun).to_bytes(2, "big") + bytes(6)
