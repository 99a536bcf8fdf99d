"""READ CAPACITY and MODE SENSE: how large a unit is, and whether it may be written."""

from typing import Final

from ...wire.sense import INVALID_FIELD_IN_CDB
from .reply import CheckCondition, ScsiReply
from .request import Request

_READ_CAPACITY_16: Final = 0x10
_TOO_MANY: Final = 0xFFFF_FFFF  # read it with the command of 16 bytes
_WRITE_PROTECT: Final = 0x80
_DPO_AND_FUA: Final = 0x10
_CACHING: Final = 0x08
_CONTROL: Final = 0x0A
_EVERY_PAGE: Final = 0x3F
_CHANGEABLE: Final = 1
_WRITE_CACHE: Final = 0x04


def read_capacity_10(request: Request) -> ScsiReply:
    """Answer READ CAPACITY (10)."""
    unit = request.logical_unit
    last = min(unit.blocks - 1, _TOO_MANY)
    return ScsiReply(data=last.to_bytes(4, "big") + unit.block_size.to_bytes(4, "big"))


def service_action_in(request: Request) -> ScsiReply:
    """Answer READ CAPACITY (16), the only service action of its operation code."""
    if request.service_action != _READ_CAPACITY_16:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    unit = request.logical_unit
    data = (unit.blocks - 1).to_bytes(8, "big") + unit.block_size.to_bytes(4, "big") + bytes(20)
    return ScsiReply(data=data[: request.number(10, 4)])


def mode_sense_6(request: Request) -> ScsiReply:
    """Answer MODE SENSE (6), always without block descriptors."""
    pages = _mode_pages(request)
    return ScsiReply(data=(bytes((3 + len(pages), 0, _device_specific(request), 0)) + pages)[: request.cdb[4]])


def mode_sense_10(request: Request) -> ScsiReply:
    """Answer MODE SENSE (10), always without block descriptors."""
    pages = _mode_pages(request)
    head = (6 + len(pages)).to_bytes(2, "big") + bytes((0, _device_specific(request), 0, 0, 0, 0))
    return ScsiReply(data=(head + pages)[: request.number(7, 2)])


def _device_specific(request: Request) -> int:
    return _DPO_AND_FUA | (_WRITE_PROTECT if request.logical_unit.write_protected else 0)


def _mode_pages(request: Request) -> bytes:
    """Return the pages that are asked for; none of their fields can be changed."""
    wanted, subpage = request.cdb[2] & 0x3F, request.cdb[3]
    changeable = request.cdb[2] >> 6 == _CHANGEABLE
    pages = {
        _CACHING: bytes((_CACHING, 0x12, 0 if changeable else _WRITE_CACHE)) + bytes(17),
        _CONTROL: bytes((_CONTROL, 0x0A)) + bytes(10),
    }
    found = [page for code, page in pages.items() if wanted in (code, _EVERY_PAGE)]
    if not found or subpage not in (0, 0xFF):
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    return b"".join(found)
