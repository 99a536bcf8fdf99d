"""How multipathd writes sizes, unit numbers and lists of words."""

import struct
from collections.abc import Sequence
from typing import Final

from ..units import Sectors

_UNITS: Final = "KMGTP"
_STEP: Final = 1024
_FINE: Final = 10  # below it one digit behind the point is written
_NO_UNIT: Final = 0xFFFFFFFFFFFFFFFF


def rounded(size: Sectors) -> str:
    """
    Return a size, rounded.

    >>> rounded(Sectors(131072)), rounded(Sectors(3 << 20)), rounded(Sectors(0))
    ('64M', '1.5G', '0.0K')
    """
    # Of single precision, as there: what is rounded must not depend on whose number it is.
    (value,) = struct.unpack("f", struct.pack("f", size >> 1))
    unit = 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{value:.{int(value < _FINE)}f}{_UNITS[unit]}"


def lun_hex(hctl: str | None) -> str:
    """
    Return the unit number of ``H:C:T:L`` in the eight bytes that SCSI has for it, all ones where there is none.

    >>> lun_hex("0:0:0:1")
    '0x0001000000000000'
    """
    try:
        number = int((hctl or "").split(":")[3])
        words = [number >> shift & 0xFFFF for shift in (0, 16, 32, 48)]
    except (IndexError, ValueError):
        return f"{_NO_UNIT:#018x}"
    return "0x" + "".join(f"{word:04x}" for word in words)


def counted(words: Sequence[str]) -> str:
    """
    Return words with their count before them, as a table has them.

    >>> counted(["alua"]), counted([])
    ('1 alua', '0')
    """
    return " ".join([str(len(words)), *words])
