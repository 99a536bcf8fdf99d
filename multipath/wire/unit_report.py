"""
Page 0xC0 of CLARiiON and VNX arrays, unit path report: whose the unit is, and how this path is set up.

Source: linux ``drivers/scsi/device_handler/scsi_dh_emc.c``; multipath-tools ``libmultipath/checkers/emc_clariion.c``
and ``libmultipath/prioritizers/emc.c``.
"""

import enum
from dataclasses import dataclass
from typing import Final

UNIT_PATH_REPORT: Final = 0xC0
LENGTH: Final = 128  # of what is asked for
_SHORTEST: Final = 49  # bytes: up to the last fact
_REVISION: Final = 0
_INITIATOR_TYPE: Final = 3
_FAILOVER_MODES: Final = (4, 6)  # passive not ready, and ALUA
_FAILOVER_MODE: Final = 0x07
_COMMUNICATES: Final = 0x04


class Binding(enum.IntEnum):
    """Whose a unit is."""

    UNBOUND = 0
    BOUND = 1  # by the other storage processor
    OWNED = 2


@dataclass(frozen=True, slots=True)
class UnitReport:
    """
    The page.

    Attributes:
        known: Whether it has the revision that these fields are of.
        configured: Whether initiator type, failover mode and communication path are as failover needs them.
        normal: Whether the unit is open to normal I/O.
        binding: The byte that says whose the unit is, a `Binding`.
        is_default: Whether the storage processor behind this path is the one that should have the unit.
        wwn: The name of the unit.
    """

    known: bool
    configured: bool
    normal: bool
    binding: int
    is_default: bool
    wwn: bytes


def parse_unit_report(page: bytes) -> UnitReport | None:
    """Return what the page says; `None` for another one, or one that was cut. Never raises."""
    if len(page) < _SHORTEST or page[1] != UNIT_PATH_REPORT:
        return None
    set_up = page[27] == _INITIATOR_TYPE and page[28] & _FAILOVER_MODE in _FAILOVER_MODES
    return UnitReport(
        known=page[9] == _REVISION,
        configured=bool(set_up and page[30] & _COMMUNICATES),
        normal=page[48] == 0,
        binding=page[4],
        is_default=page[5] == page[8],
        wwn=bytes(page[10:26]),
    )
