"""
TransportIDs: who an initiator port is, as text for people.

Source: SPC-5, 7.6.4 (TransportID identifiers).
"""

from typing import Final

_FC: Final = 0x0
_RDMA: Final = 0x4
_ISCSI: Final = 0x5
_SAS: Final = 0x6
_NAMED_FROM: Final = 4  # where the name of an iSCSI initiator begins


def format_transport_id(data: bytes) -> str:
    """
    Return who it is; the bytes in hexadecimal where nobody knows how to read them.

    >>> format_transport_id(bytes(8) + bytes.fromhex("21000e1e00000001") + bytes(8))
    'naa.21000e1e00000001'
    """
    protocol = data[0] & 0xF if data else -1
    if protocol == _FC and len(data) >= 16:
        return f"naa.{data[8:16].hex()}"
    if protocol == _RDMA and len(data) >= 24:
        return f"srp.{data[8:24].hex()}"
    if protocol == _SAS and len(data) >= 12:
        return f"naa.{data[4:12].hex()}"
    if protocol == _ISCSI and len(data) > _NAMED_FROM:
        # The name, or the name, ",i,0x" and the identifier of the session: both end with a NUL.
        return data[_NAMED_FROM:].partition(b"\0")[0].decode("utf-8", "backslashreplace")
    return data.hex()
