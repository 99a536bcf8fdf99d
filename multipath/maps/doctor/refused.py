"""Units that no map may be made of, or whose map stays as it is: what speaks against them, as the planner says it."""

from collections.abc import Callable, Iterator
from typing import Final

from ...config.finding import Severity
from .check import Check, Sign
from .facts import Facts

_ASK: Final = "mpath explain {object}"
# By the code of the planner's reason: what it means, and what to do.
_REASONS: Final = {
    "zero-size": ("a path has no size", "the unit is gone, or the path was not scanned since it came back", _ASK),
    "unequal-sizes": (
        "the paths of a unit differ in size", "some were not scanned since the unit was resized: I/O beyond the smaller"
        " one fails", "mpath resize {object}",
    ),
    "duplicate-wwid": (
        "paths to different units claim to be one", "a map over them would destroy data on both",
        "change the WWID on one array, or blacklist it",
    ),
    "stale-identity": (
        "udev remembers another unit", "a LUN was given to another unit, and udev's database is older",
        "udevadm trigger --action=change --subsystem-match=block; mpath wait --settle 1",
    ),
    "unreadable-identification": ("page 0x83 of a path is damaged", "nobody can tell which unit it leads to", _ASK),
    "mixed-read-only": (
        "some paths of a unit refuse writes", "writes fail on some paths only",
        "mpath explain {object}; is the unit a snapshot, or write protected?",
    ),
    "several-wwids": (
        "one unit goes by several WWIDs", "udev has not all of its paths yet; two maps over one disk would follow",
        "udevadm trigger --action=add --subsystem-match=block; mpath wait --settle 1",
    ),
    "unusable-wwid": ("no map can have the WWID of a unit", "it stays without a map", _ASK),
    "unusable-option": ("an option of a map cannot be used", "the map stays as it is", "mpath config check"),
    "uuid-taken": (
        "another device has the identity of a map", "the map cannot be made", "dmsetup info -c -o name,uuid",
    ),
}  # fmt: skip


def _reasoned(code: str) -> Callable[[Facts], Iterator[Sign]]:
    def rule(facts: Facts) -> Iterator[Sign]:
        for planned in facts.plan.refused:
            for reason in planned.reasons:
                if reason.code == code:
                    yield Sign(planned.old_name or planned.wwid, reason.text)

    return rule


CHECKS: Final = tuple(
    Check(code, Severity.ERROR, title, cause, step, _reasoned(code)) for code, (title, cause, step) in _REASONS.items()
)
