"""Maps that do not do what a map is for."""

from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from ..ownership import UUID_PREFIX
from ..planned_map import Action
from .check import Check, Sign
from .facts import ExaminedMap, Facts

_RELOADS: Final = frozenset({Action.RELOAD, Action.QUEUEING})
_PARTS: Final = ("part", UUID_PREFIX)


def _suspended(facts: Facts) -> Iterator[Sign]:
    for device in facts.devices:
        if device.suspended and device.uuid.startswith(_PARTS):
            yield Sign(device.name, f"{device.node} is suspended")


def _tableless(facts: Facts) -> Iterator[Sign]:
    for device in facts.devices:
        if device.uuid.startswith(_PARTS) and not device.live_table:
            yield Sign(device.name, f"{device.node} has the uuid {device.uuid}, and no live table")


def _waiting(facts: Facts) -> Iterator[Sign]:
    for device in facts.devices:
        if device.inactive_table and device.live_table and device.uuid.startswith(_PARTS):
            yield Sign(device.name, f"{device.node} has a second table that was loaded and never resumed")


def _unreadable(facts: Facts) -> Iterator[Sign]:
    for name, why in facts.unreadable.items():
        yield Sign(name, why)


def _hung(facts: Facts) -> Iterator[Sign]:
    for each in _without_path(facts):
        if each.queues:
            yield Sign(each.name, f"0 of {each.status.paths_total} paths are active, and it queues: {_ending(each)}")


def _dead(facts: Facts) -> Iterator[Sign]:
    for each in _without_path(facts):
        if not each.queues:
            yield Sign(each.name, f"0 of {each.status.paths_total} paths are active, and it does not queue")


def _for_ever(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        if each.queues and each.status.is_usable and _ends_never(facts, each):
            yield Sign(each.name, _ending(each))


def _ends_never(facts: Facts, each: ExaminedMap) -> bool:
    if facts.managers is not None and not facts.managers.any:
        return True
    return each.settings is not None and each.settings.value("no_path_retry") == "queue"


def _ending(each: ExaminedMap) -> str:
    if each.settings is None:
        return "queue_if_no_path is set, and nothing says when it ends"
    retry = each.settings["no_path_retry"]
    return f"no_path_retry is {retry.value} ({retry.origin})"


def _without_path(facts: Facts) -> Iterator[ExaminedMap]:
    return (each for each in facts.maps if not each.status.is_usable)


def _differs(facts: Facts) -> Iterator[Sign]:
    for planned in facts.plan.maps:
        if planned.live is not None and _RELOADS & set(planned.actions):
            what = ", ".join(planned.actions)
            reasons = "; ".join(map(str, planned.reasons[:3]))
            yield Sign(planned.live.name, f"mpath plan would {what}: {reasons}", f"mpath plan {planned.live.name}")


def _resized(facts: Facts) -> Iterator[Sign]:
    for planned in facts.plan.maps:
        live = planned.live
        sizes = {path.size for path in planned.paths}
        if live is not None and len(sizes) == 1 and live.size not in sizes:
            yield Sign(live.name, f"it has {live.size} sectors, its paths have {sizes.pop()}")


def _second_best(facts: Facts) -> Iterator[Sign]:
    for planned in facts.plan.maps:
        if planned.live is not None and planned.desired is not None and Action.SWITCH in planned.actions:
            best = planned.desired.best_group
            current = planned.live.status.current_group
            yield Sign(planned.live.name, f"I/O goes through group {current}, and group {best} is the best",
                       f"mpath switch {planned.live.name} {best}")  # fmt: skip


CHECKS: Final = (
    Check(
        "suspended", Severity.ERROR, "a map is suspended",
        "all its I/O waits until somebody resumes it: a program died in between, most likely",
        "dmsetup resume --noflush --nolockfs {object}", _suspended,
    ),
    Check(
        "no-table", Severity.ERROR, "a map has no table",
        "a program died while it made the map, and the name and the identity are taken",
        "mpath apply, which finishes it; or dmsetup remove {object}", _tableless,
    ),
    Check(
        "second-table", Severity.WARNING, "a table waits to become the map's",
        "whoever resumes the map next makes it live, whatever it holds, and its paths are held until then",
        "dmsetup clear {object}", _waiting,
    ),
    Check(
        "map-unreadable", Severity.WARNING, "the kernel's text about a map cannot be read",
        "this map is not examined; a newer kernel, most likely", "mpath show {object}", _unreadable,
    ),
    Check(
        "map-hangs", Severity.ERROR, "a map without a usable path keeps its I/O",
        "whoever uses it hangs, and so do blkid, unmounting and shutting down",
        "bring a path back; or give the I/O up: dmsetup message {object} 0 fail_if_no_path", _hung,
    ),
    Check(
        "map-dead", Severity.ERROR, "a map has no usable path",
        "all its I/O fails", "mpath explain --check {object}; bring a path back", _dead,
    ),
    Check(
        "queues-for-ever", Severity.NOTE, "a map will queue for ever when its last path is lost",
        "whoever uses it then hangs until a path is back; that is right for some, and a surprise for others",
        "mpath config effective no_path_retry {object}; a number ends it", _for_ever,
    ),
    Check(
        "not-as-planned", Severity.WARNING, "a map is not as the configuration wants it",
        "it was made under another configuration, or its paths changed and nobody loaded it again", "", _differs,
    ),
    Check(
        "map-size", Severity.WARNING, "a map has another size than its paths",
        "the unit was resized, and the map was not", "mpath resize {object}", _resized,
    ),
    Check(
        "not-the-best-group", Severity.WARNING, "I/O does not go through the best group",
        "it takes the slower way, through the other controller; failback manual leaves it so", "", _second_best,
    ),
)  # fmt: skip
