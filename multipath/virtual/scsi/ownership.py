"""
MODE SELECT of page 0x2C: how a host moves a unit to the other controller of an RDAC array.

Source: linux ``drivers/scsi/device_handler/scsi_dh_rdac.c``, ``rdac_failover_get()``.
"""

from typing import Final

from ...wire.sense import INVALID_FIELD_IN_CDB, INVALID_FIELD_IN_PARAMETERS
from .reply import GOOD, CheckCondition, ScsiReply
from .request import Request

_SHORT: Final = 0x15  # the command of 6 bytes
_PAGE: Final = 0x2C
_SUBPAGE_FORMAT: Final = 0x40
_COMMON: Final = 6  # bytes between the head of the page and the table of LUNs
_TAKE: Final = 0x81


def mode_select(request: Request) -> ScsiReply:
    """Answer MODE SELECT (6) or (10): give the units in the table to the controller behind this port."""
    if not request.target.model.is_rdac:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    short = request.cdb[0] == _SHORT
    head = 4 if short else 8
    parameters = request.parameters(request.cdb[4] if short else request.number(7, 2))
    if len(parameters) <= head or parameters[head] & 0x3F != _PAGE:
        raise CheckCondition(INVALID_FIELD_IN_PARAMETERS)
    table = parameters[head + (4 if parameters[head] & _SUBPAGE_FORMAT else 2) + _COMMON :]
    for lun, entry in enumerate(table):
        unit = request.target.luns.get(lun)
        if entry == _TAKE and unit is not None:
            unit.owner = request.nexus.target.group
    return GOOD
