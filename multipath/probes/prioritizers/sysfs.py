"""
The prioritizer ``sysfs``: the ALUA state as the kernel's device handler knows it.

Strategy: ``alua`` asks the array for the same state and gives the same numbers. Where the kernel shows the state, its
answer stands in for that of the array, so that a plan can be made without asking.
"""

from typing import Final

from ...paths.path import Path
from .priority import NEEDS_IO, UNDEFINED, Priority

_EXCLUSIVE: Final = "exclusive_pref_bit"
_PREFERRED: Final = 80
_OPTIMIZED: Final = 50
# The state is matched by how it begins; all others are worth nothing.
_VALUES: Final = (
    ("active/optimized", _OPTIMIZED),
    ("active/non-optimized", 10),
    ("lba-dependent", 5),
    ("standby", 1),
)


def priority(args: str, path: Path) -> Priority:
    """Return what the access state is worth; undefined where the kernel shows none."""
    if path.access_state is None:
        return Priority(UNDEFINED, "the kernel shows no access_state")
    return _of_state(path.access_state, preferred=path.preferred, exclusive=_EXCLUSIVE in args.split())


def of_alua(args: str, path: Path) -> Priority:
    """Return the priority of ``alua``: unknown where the kernel shows no state, for then the array has to be asked."""
    return Priority(None, NEEDS_IO) if path.access_state is None else priority(args, path)


def problems(args: str) -> tuple[str, ...]:
    """Return what is wrong with the arguments: all but ``exclusive_pref_bit``."""
    return tuple(f"{word!r} is ignored; there is only {_EXCLUSIVE}" for word in args.split() if word != _EXCLUSIVE)


def _of_state(state: str, *, preferred: bool, exclusive: bool) -> Priority:
    value = next((worth for name, worth in _VALUES if state.startswith(name)), 0)
    if not preferred:
        return Priority(value, state)
    if value == _OPTIMIZED and not exclusive:
        return Priority(value, f"{state}; preferred, which counts for an optimized path with {_EXCLUSIVE} alone")
    return Priority(value + _PREFERRED, f"{state}, preferred")
