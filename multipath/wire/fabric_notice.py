"""
What a Fibre Channel fabric has the hosts know, in messages of the kernel's transport class: exact bytes, pure.

A fabric whose switch counts errors on a link tells it to the ports that talk over that link: a Fabric Performance
Impact Notification (FPIN), an extended link service of descriptors. Of these the ones about link integrity name ports.

Source: FC-LS-5, 4.3.70 (FPIN); linux ``include/uapi/scsi/{scsi_netlink,scsi_netlink_fc}.h``,
``include/uapi/scsi/fc/fc_els.h``.
"""

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Of the message: the header of netlink, that of the SCSI transports, and that of the event, in the machine's order.
_NETLINK: Final = struct.Struct("=IHHII")
_TRANSPORT: Final = struct.Struct("=BBHHH")
_EVENT: Final = struct.Struct("=QQHHII")
_HEADER: Final = _NETLINK.size + _TRANSPORT.size + _EVENT.size
_VERSION, _FIBRE_CHANNEL, _MAGIC, _ASYNC_EVENT = 1, 1, 0xA1B2, 0x0100

# Of the link service, in the order of the wire: command, and the length of all descriptors; then each of them.
_FPIN: Final = struct.Struct(">B3xI")
_DESCRIPTOR: Final = struct.Struct(">II")
_LINK_INTEGRITY: Final = struct.Struct(">QQHHIII")
_NAME: Final = struct.Struct(">Q")
_FPIN_COMMAND: Final = 0x16
_TAG_LINK_INTEGRITY: Final = 0x0002_0001
_CAUSES: Final = {
    1: "link failure", 2: "loss of synchronisation", 3: "loss of signal", 4: "primitive sequence protocol errors",
    5: "invalid transmission words", 6: "checksum errors", 15: "a cause of the device's own",
}  # fmt: skip


class NoticeKind(enum.IntEnum):
    """What a notice is, by the number that the kernel has for it."""

    LINK_UP = 0x2
    STATE_CHANGE = 0x5
    LINK_INTEGRITY = 0x501


@dataclass(frozen=True, slots=True)
class FabricNotice:
    """
    What one SCSI host was told.

    Attributes:
        host: Its number.
        kind: What it is.
        ports: The names of the ports that are reached over a link which is not well; none but for `LINK_INTEGRITY`.
        cause: In words; empty where none is told.
    """

    host: int
    kind: NoticeKind
    ports: frozenset[int] = frozenset()
    cause: str = ""


def read_notices(message: bytes) -> list[FabricNotice]:
    """
    Return the notices in a message of netlink; none where it is another one, or is not what it says it is.

    Args:
        message: With the header of netlink; the kernel sends one event in each.
    """
    if len(message) < _HEADER:
        return []
    length, *_ = _NETLINK.unpack_from(message)
    version, transport, magic, kind, _ = _TRANSPORT.unpack_from(message, _NETLINK.size)
    _, _, host, size, _, code = _EVENT.unpack_from(message, _NETLINK.size + _TRANSPORT.size)
    if (version, transport, magic, kind) != (_VERSION, _FIBRE_CHANNEL, _MAGIC, _ASYNC_EVENT) or length > len(message):
        return []
    if code == NoticeKind.LINK_INTEGRITY:
        return [FabricNotice(host, NoticeKind.LINK_INTEGRITY, *each) for each in _damaged(message[_HEADER:][:size])]
    return [FabricNotice(host, NoticeKind(code))] if code in (NoticeKind.LINK_UP, NoticeKind.STATE_CHANGE) else []


def _damaged(service: bytes) -> Iterator[tuple[frozenset[int], str]]:
    """Yield the ports, and the cause, of each descriptor about link integrity; one that is cut short ends them."""
    if len(service) < _FPIN.size:
        return
    command, length = _FPIN.unpack_from(service)
    if command != _FPIN_COMMAND:
        return
    at, service = _FPIN.size, service[: _FPIN.size + length]
    while at + _DESCRIPTOR.size <= len(service):
        tag, length = _DESCRIPTOR.unpack_from(service, at)
        value = service[at + _DESCRIPTOR.size :][:length]
        if len(value) < length:
            return
        if tag == _TAG_LINK_INTEGRITY and length >= _LINK_INTEGRITY.size:
            _, _, cause, _, _, _, count = _LINK_INTEGRITY.unpack_from(value)
            names = value[_LINK_INTEGRITY.size :][: count * _NAME.size]
            whole = len(names) // _NAME.size * _NAME.size
            yield frozenset(name for (name,) in _NAME.iter_unpack(names[:whole])), _CAUSES.get(cause, "")
        at += _DESCRIPTOR.size + length
