"""
Page 0xC9 of RDAC arrays, volume access control: which controller has the volume, and how this path stands to it.

Source: linux ``drivers/scsi/device_handler/scsi_dh_rdac.c``; multipath-tools ``libmultipath/checkers/rdac.c`` and
``libmultipath/prioritizers/rdac.c``.
"""

from dataclasses import dataclass
from typing import Final

VOLUME_ACCESS_CONTROL: Final = 0xC9
LENGTH: Final = 48  # of the page with its header
UNAVAILABLE, TRANSITIONING = 0x3, 0xF
PREFERRED, SECONDARY = 1, 2
_BODY: Final = 0x2C
_KIND: Final = b"vac"
_OWNED, _REPORTS_GROUPS, _IO_SHIPPING = 0x01, 0x10, 0x20
_NOT_CONNECTED: Final = 0x7F  # of the first byte: anything but a disk that is there


@dataclass(frozen=True, slots=True)
class VolumeAccess:
    """
    The page.

    Attributes:
        connected: Whether there is a volume at this unit.
        named: Whether the page bears the name that it should have.
        owned: Whether the controller behind this path has the volume.
        io_shipping: Whether either controller takes I/O and passes it on.
        reports_groups: Whether the states that follow mean anything.
        state: The access state of this controller, by its number in REPORT TARGET PORT GROUPS.
        why: The vendor's own reason of that state.
        other: The access state of the other controller.
        preference: `PREFERRED`, `SECONDARY`, or another number that means nothing.
    """

    connected: bool
    named: bool
    owned: bool
    io_shipping: bool
    reports_groups: bool
    state: int
    why: int
    other: int
    preference: int


def parse_volume_access(page: bytes) -> VolumeAccess | None:
    """Return what the page says; `None` for another one, or one that ends before its first fact. Never raises."""
    if len(page) < 10 or page[1] != VOLUME_ACCESS_CONTROL:
        return None
    whole = page[:LENGTH].ljust(LENGTH, b"\0")
    return VolumeAccess(
        connected=not whole[0] & _NOT_CONNECTED,
        named=whole[3] == _BODY and whole[4:7] == _KIND,
        owned=bool(whole[8] & _OWNED),
        io_shipping=bool(whole[8] & _IO_SHIPPING),
        reports_groups=bool(whole[8] & _REPORTS_GROUPS),
        state=whole[10] & 0xF,
        why=whole[11],
        other=whole[12] & 0xF,
        preference=whole[9] & 0xF,
    )
