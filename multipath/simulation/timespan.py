"""Times as people write them, ``200us`` or ``1.5ms``, and as the simulation counts them: whole nanoseconds."""

import re
from decimal import Decimal
from typing import Final

from ..units import Nanoseconds

US: Final = 1_000
MS: Final = 1_000_000
SECOND: Final = 1_000_000_000
LONGEST: Final = 10**15
"""Eleven days: the longest latency, think time or error time that is simulated."""

_UNITS: Final = {"ns": 1, "us": US, "ms": MS, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
_TIME: Final = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*(ns|us|ms|s|m|h)\Z", re.ASCII)


def parse_time(text: str) -> Nanoseconds:
    """
    Return the nanoseconds of ``200us``, ``1.5ms``, ``2s``, ``5m`` or ``800ns``.

    Raises:
        ValueError: another form, or no whole number of nanoseconds.

    >>> parse_time("1.5ms")
    1500000
    """
    match = _TIME.match(text.replace("µ", "u"))
    if match is None:
        raise ValueError(f"not a time: {text!r}; expected a number and ns, us, ms, s, m or h, for example 200us")
    exact = Decimal(match[1]) * _UNITS[match[2]]
    if exact != int(exact):
        raise ValueError(f"{text!r} is no whole number of nanoseconds, in which a simulation counts")
    return Nanoseconds(int(exact))


def format_time(nanoseconds: float) -> str:
    """
    Return a time in the unit that suits it, with three digits.

    >>> format_time(1_534_000), format_time(0), format_time(61 * 10**9)
    ('1.53 ms', '0 ns', '61 s')
    """
    if nanoseconds < US:
        return f"{nanoseconds:.3g} ns"
    for name, size in (("us", US), ("ms", MS)):
        if nanoseconds < 999.5 * size:
            return f"{nanoseconds / size:.3g} {name}"
    seconds = nanoseconds / SECOND
    return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:.0f} s"


def checked_time(what: str, value: int, *, low: int = 0, high: int = LONGEST) -> None:
    """
    Refuse what is no time of a simulation.

    Raises:
        TypeError: no whole number.
        ValueError: out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{what} is {value!r}; a simulation counts whole nanoseconds, as int")
    if not low <= value <= high:
        raise ValueError(f"{what} is {value} ns; a simulation takes {low} to {high}")
