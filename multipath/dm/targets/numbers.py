"""
The numbers of target lines that are not plain ``%u``.

The kernel has two more dialects. Sectors are read as ``%llu``: digits only, and more than 64 bits wrap. A few counts
are read by ``kstrtouint()``, which takes one leading plus sign and refuses what 32 bits do not hold.
"""

from typing import Final

from ...units import Sectors
from ...wire.words import UINT_MAX, Words

_ULLONG_MAX: Final = 2**64 - 1
_DECIDING_DIGITS: Final = 64  # 2**64 divides 10**64: what stands further left cannot change a number modulo 2**64
_UINT_DIGITS: Final = len(str(UINT_MAX))


def sector(words: Words, expected: str) -> Sectors:
    """
    Take a number of sectors, as the kernel reads ``%llu``.

    Source: linux ``lib/vsprintf.c``, ``vsscanf()``.
    """
    word = words.take(expected)
    if not word.isdigit():
        raise words.error(f"{expected}: a decimal number of sectors", words.index - 1)
    return Sectors(int(word[-_DECIDING_DIGITS:]) & _ULLONG_MAX)


def strict_number(words: Words, expected: str, low: int = 0, high: int = UINT_MAX) -> int:
    """
    Take a number from ``low`` to ``high``, as ``kstrtouint()`` reads it.

    Source: linux ``lib/kstrtox.c``, ``kstrtouint()``.
    """
    digits = words.take(expected).removeprefix("+")
    significant = digits.lstrip("0") or "0"
    if digits.isdigit() and len(significant) <= _UINT_DIGITS and low <= int(significant) <= high:
        return int(significant)
    raise words.error(f"{expected}: a decimal number from {low} to {high}", words.index - 1)


def fraction(words: Words, expected: str) -> tuple[int, int]:
    """Take ``part/whole``, which the kernel prints as ``%llu/%llu``."""
    part, slash, whole = words.take(expected).partition("/")
    if slash and part.isdigit() and whole.isdigit() and max(len(part), len(whole)) <= _DECIDING_DIGITS:
        return int(part), int(whole)
    raise words.error(f"{expected}: two decimal numbers with a slash between them", words.index - 1)
