"""
INQUIRY: the standard data, and the pages of vital product data.

Source: SPC-5, 6.7 (INQUIRY), 7.7 (vital product data); SBC-4, 6.6 (block limits). Page 0xC9 is the volume access
control page of RDAC arrays, as linux ``drivers/scsi/device_handler/scsi_dh_rdac.c`` and multipath-tools read it.
"""

from collections.abc import Callable
from typing import Final

from ...wire.sense import INVALID_FIELD_IN_CDB
from ..unit import LogicalUnit
from .reply import CheckCondition, ScsiReply
from .request import Request

_NO_UNIT: Final = 0x7F  # nothing can be there
_DISK: Final = 0x00
_SPC_4: Final = 0x06
_EVPD: Final = 0x01
_ADDRESS_METHOD: Final = 0x12  # HISUP, response data format 2
_COMMAND_QUEUEING: Final = 0x02
_VERSIONS: Final = (0x00A0, 0x0460, 0x04C0)  # SAM-5, SPC-4, SBC-3: no version claimed

_FC: Final = 0x0
_BINARY, _ASCII = 1, 2
_PORT, _TARGET = 1, 2
_T10_VENDOR, _NAA, _RELATIVE_PORT, _PORT_GROUP = 1, 3, 4, 5

_LONGEST_TRANSFER: Final = 0xFFFF  # blocks

_OWNED: Final = 0x01
_PREFERRED, _SECONDARY = 1, 2  # of the priorities of a path


def inquiry(request: Request) -> ScsiReply:
    """Answer INQUIRY, for any LUN."""
    evpd, page = request.cdb[1] & _EVPD, request.cdb[2]
    if not evpd and page:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    data = vpd_page(request, page) if evpd else standard_data(request)
    return ScsiReply(data=data[: request.number(3, 2)])


def standard_data(request: Request) -> bytes:
    """Return the standard data."""
    target = request.target
    head = bytes((_peripheral(request), 0, _SPC_4, _ADDRESS_METHOD, 0, target.tpgs << 4, 0, _COMMAND_QUEUEING))
    names = _padded(target.model.vendor, 8) + _padded(target.model.product, 16) + _padded(target.model.revision, 4)
    versions = b"".join(version.to_bytes(2, "big") for version in _VERSIONS)
    data = bytearray((head + names).ljust(58, b"\0") + versions).ljust(96, b"\0")
    data[4] = len(data) - 5
    return bytes(data)


def vpd_page(request: Request, page: int) -> bytes:
    """Return a page of vital product data, with its header."""
    pages = supported_pages(request)
    if page not in pages:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    body = bytes(pages) if page == 0 else _PAGES[page](request, request.logical_unit)
    return bytes((_peripheral(request), page)) + len(body).to_bytes(2, "big") + body


def supported_pages(request: Request) -> list[int]:
    """Return the codes of the pages that there are, rising."""
    if request.unit is None:
        return [0]
    return [page for page in (0, *_PAGES) if page != _VOLUME_ACCESS or request.target.model.is_rdac]


def designators(request: Request, unit: LogicalUnit) -> bytes:
    """Return the descriptors of page 0x83: the unit's names, then what names the port that answers."""
    target, port = request.target, request.nexus.target
    t10 = _padded(target.model.vendor, 8) + _padded(target.model.product, 16) + unit.serial.encode("ascii")
    descriptors = [
        _designator(_BINARY, _NAA, unit.naa),
        _designator(_ASCII, _T10_VENDOR, t10),
        _designator(_BINARY, _NAA, port.name.to_bytes(8, "big"), of=_PORT),
        _designator(_BINARY, _RELATIVE_PORT, port.number.to_bytes(4, "big"), of=_PORT),
    ]
    if target.tpgs:
        descriptors.append(_designator(_BINARY, _PORT_GROUP, port.group.number.to_bytes(4, "big"), of=_PORT))
    return b"".join(descriptors)


def _serial_number(request: Request, unit: LogicalUnit) -> bytes:  # noqa: ARG001
    return unit.serial.encode("ascii")


def _block_limits(request: Request, unit: LogicalUnit) -> bytes:  # noqa: ARG001
    body = bytearray(60)
    body[4:8] = _LONGEST_TRANSFER.to_bytes(4, "big")
    return bytes(body)


def _volume_access(request: Request, unit: LogicalUnit) -> bytes:
    """Return the volume access control page: whether the unit belongs to the controller behind this port."""
    group = request.nexus.target.group
    body = bytearray(44)
    body[0:4] = b"vac1"
    body[4] = _OWNED if unit.owner is group else 0
    body[5] = _PREFERRED if group.preferred else _SECONDARY
    return bytes(body)


def _designator(code_set: int, kind: int, value: bytes, *, of: int = 0) -> bytes:
    """Return one designation descriptor; that of a port or a target names the transport, Fibre Channel."""
    transport = 0x80 if of else 0
    return bytes((_FC << 4 | code_set, transport | of << 4 | kind, 0, len(value))) + value


def _peripheral(request: Request) -> int:
    return _NO_UNIT if request.unit is None else _DISK


def _padded(text: str, length: int) -> bytes:
    return text.encode("ascii")[:length].ljust(length)


_VOLUME_ACCESS: Final = 0xC9
_PAGES: Final[dict[int, Callable[[Request, LogicalUnit], bytes]]] = {
    0x80: _serial_number,
    0x83: designators,
    0xB0: _block_limits,
    _VOLUME_ACCESS: _volume_access,
}
