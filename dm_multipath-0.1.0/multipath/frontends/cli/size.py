"""Sizes as people read and write them: binary units, as storage tools show them."""

import re
from typing import Final

from ...units import SECTOR_SIZE, Bytes, Sectors, to_sectors

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_SIZE: Final = re.compile(r"(\d{1,20})\s*(B|s|[KMGTPE](?:iB)?)?\Z", re.ASCII)


def human_size(size: int) -> str:
    """
    Return bytes in the largest unit that leaves at least 1, with at most two decimals.

    >>> human_size(64 << 20), human_size(1536 << 30), human_size(0)
    ('64 MiB', '1.5 TiB', '0 B')
    """
    if size < 0:
        return f"-{human_size(-size)}"
    power = min(max(size.bit_length() - 1, 0) // 10, len(_UNITS) - 1)
    number = f"{size / (1 << 10 * power):.2f}".rstrip("0").rstrip(".") if power else str(size)
    return f"{number} {_UNITS[power]}"


def parse_size(text: str) -> Sectors:
    """
    Return the sectors of ``64MiB``, ``2T``, ``4096B`` or ``131072s``; a bare number counts sectors, as in a table.

    Raises:
        ValueError: another form, or not a whole number of sectors.

    >>> parse_size("64MiB")
    131072
    """
    match = _SIZE.match(text)
    if match is None:
        raise ValueError(f"not a size: {text!r}; expected 131072 (sectors), 64MiB, 2T or 4096B")
    number, unit = int(match[1]), match[2] or "s"
    if unit == "s":
        return Sectors(number)
    return to_sectors(_bytes_of(number, unit))


def parse_bytes(text: str) -> Bytes:
    """
    Return the bytes of ``64KiB``, ``2M``, ``512B`` or ``8s``; a bare number counts bytes.

    Raises:
        ValueError: another form.

    >>> parse_bytes("4KiB"), parse_bytes("4096"), parse_bytes("8s")
    (4096, 4096, 4096)
    """
    match = _SIZE.match(text)
    if match is None:
        raise ValueError(f"not a size: {text!r}; expected 4096, 4KiB, 1M or 512B")
    return _bytes_of(int(match[1]), match[2] or "B")


def _bytes_of(number: int, unit: str) -> Bytes:
    if unit == "s":
        return Bytes(number * SECTOR_SIZE)
    powers = {name[0]: power for power, name in enumerate(_UNITS)}
    return Bytes(number << 10 * powers[unit[0]])


def sectors_size(sectors: Sectors) -> str:
    """Return sectors as `human_size` does."""
    return human_size(sectors * SECTOR_SIZE)
