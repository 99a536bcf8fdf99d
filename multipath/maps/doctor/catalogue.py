"""Every check, in the order of what stands on what: the kernel first, then who manages, then maps and paths."""

from typing import Final

from . import (
    configured,
    discovered,
    identity,
    kernel,
    layout,
    management,
    map_states,
    names,
    path_states,
    queues,
    refused,
    reserved,
    stacked,
    udev_work,
    waits,
)
from .check import Check
from .diagnosis import Diagnosis
from .facts import Facts

CHECKS: Final[tuple[Check, ...]] = tuple(
    check
    for room in (
        kernel, management, configured, udev_work, discovered, refused, stacked, map_states, identity, path_states,
        layout, queues, waits, names, reserved,
    )
    for check in room.CHECKS
)  # fmt: skip
_ORDER: Final = ("error", "warning", "note")


def examine(facts: Facts) -> tuple[Diagnosis, ...]:
    """Return what all checks find, the worst first; pure."""
    found = [diagnosis for check in CHECKS for diagnosis in check.diagnoses(facts)]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: _ORDER.index(each.severity)))
