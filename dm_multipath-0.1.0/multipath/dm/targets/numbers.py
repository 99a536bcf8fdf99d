"""
The numbers of target lines that are not plain ``%u``.

The kernel has two more dialects. Sectors are read as ``%llu``: digits only. A few counts are read by ``kstrtouint()``,
which takes one leading plus sign and refuses what 32 bits do not hold.

What 64 bits do not hold is refused as a sector. Linux 6.12 wraps it, so that a table with one digit too many begins
somewhere else on the device without a word; Linux 7.2 takes the greatest number instead.
"""

from typing import Final

from ...units import Sectors
from ...wire.words import UINT_MAX, Words

_ULLONG_MAX: Final = 2**64 - 1


def sector(words: Words, expected: str) -> Sectors:
    """
    Take a number of sectors, as the kernel reads ``%llu``.

    Source: linux ``lib/vsprintf.c``, ``vsscanf()``.
    """
    number = _decimal(words.take(expected), _ULLONG_MAX)
    if number is None:
        raise words.error(f"{expected}: a decimal number of sectors below 2**64", words.index - 1)
    return Sectors(number)


def strict_number(words: Words, expected: str, low: int = 0, high: int = UINT_MAX) -> int:
    """
    Take a number from ``low`` to ``high``, as ``kstrtouint()`` reads it.

    Source: linux ``lib/kstrtox.c``, ``kstrtouint()``.
    """
    number = _decimal(words.take(expected).removeprefix("+"), high)
    if number is None or number < low:
        raise words.error(f"{expected}: a decimal number from {low} to {high}", words.index - 1)
    return number


def fraction(words: Words, expected: str) -> tuple[int, int]:
    """Take ``part/whole``, which the kernel prints as ``%llu/%llu``."""
    part, _, whole = words.take(expected).partition("/")
    numbers = _decimal(part, _ULLONG_MAX), _decimal(whole, _ULLONG_MAX)
    if numbers[0] is None or numbers[1] is None:
        raise words.error(f"{expected}: two decimal numbers with a slash between them", words.index - 1)
    return numbers[0], numbers[1]


def _decimal(digits: str, high: int) -> int | None:
    """Return the number that ``digits`` are, or ``None`` where they are not only digits, or beyond ``high``."""
    significant = digits.lstrip("0")
    if not digits.isdigit() or len(significant) > len(str(high)):  # int() of very many digits is an error of its own
        return None
    number = int(significant or "0")
    return number if number <= high else None
