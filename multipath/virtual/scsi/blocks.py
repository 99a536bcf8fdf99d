"""
READ, WRITE and SYNCHRONIZE CACHE: what moves data.

Source: SBC-4, 5.11 (READ), 5.33 (WRITE), 5.22 (SYNCHRONIZE CACHE).
"""

from typing import Final

from ...wire.sense import INVALID_FIELD_IN_CDB, LBA_OUT_OF_RANGE
from .reply import GOOD, CheckCondition, ScsiReply
from .request import Request

_READ_6: Final = 0x08
_PROTECTION: Final = 0xE0
_LONGEST: Final = 256  # blocks of a READ (6) whose length is zero
_SIXTEEN: Final = (0x88, 0x8A, 0x91)


def read(request: Request) -> ScsiReply:
    """Answer READ of 6, 10 or 16 bytes."""
    block, count = _extent(request)
    return ScsiReply(data=request.logical_unit.read(block, count))


def write(request: Request) -> ScsiReply:
    """Answer WRITE of 10 or 16 bytes."""
    block, count = _extent(request)
    unit, data = request.logical_unit, request.data_out
    length = count * unit.block_size
    if len(data) < length:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    unit.write(block, count, data[:length])
    return GOOD


def synchronize_cache(request: Request) -> ScsiReply:
    """Answer SYNCHRONIZE CACHE of 10 or 16 bytes; the whole cache is flushed, whatever was asked for."""
    block, count = _extent(request)
    unit = request.logical_unit
    if block + count > unit.blocks:
        raise CheckCondition(LBA_OUT_OF_RANGE)
    unit.flush()
    return GOOD


def _extent(request: Request) -> tuple[int, int]:
    """Return the first block and the number of blocks."""
    cdb = request.cdb
    if cdb[0] == _READ_6:
        return request.number(1, 3) & 0x1F_FFFF, cdb[4] or _LONGEST
    if cdb[1] & _PROTECTION:  # no unit has protection information
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    if cdb[0] in _SIXTEEN:
        return request.number(2, 8), request.number(10, 4)
    return request.number(2, 4), request.number(7, 2)
