"""What the kernel lacks, and what this kernel is known to do wrong."""

from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from ...wire.status import StatusPath
from .check import Check, Sign
from .facts import ExaminedMap, Facts

_PREFIX: Final = "dm-"
_BELOW_ZERO: Final = 1 << 31


def _device_mapper(facts: Facts) -> Iterator[Sign]:
    if facts.no_device_mapper:
        yield Sign("kernel", facts.no_device_mapper)


def _target(facts: Facts) -> Iterator[Sign]:
    if facts.no_target:
        yield Sign("kernel", facts.no_target)


def _handlers(facts: Facts) -> Iterator[Sign]:
    """Find arrays that tell which paths are good, where the kernel has nobody who listens."""
    for wwid, paths in _without_handler(facts).items():
        yield Sign(wwid, f"{' '.join(paths)}: the array has access states (ALUA), and no device handler is attached")


def _without_handler(facts: Facts) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for wwid, verdicts in facts.units.items():
        if len(verdicts) > 1 or wwid in facts.mapped:
            names = [each.path.name for each in verdicts if each.path.tpgs and not each.path.handler]
            if names:
                found[wwid] = names
    return found


def _selectors(facts: Facts) -> Iterator[Sign]:
    modules = facts.machine.modules if facts.machine else None
    for planned in facts.plan.maps if modules is not None else ():
        for name in {group.selector.name for group in planned.table.groups} if planned.table else ():
            if f"{_PREFIX}{name}" not in (modules or ()):
                yield Sign(planned.name, f"no module {_PREFIX}{name} for the selector {name!r}")


def _spinning(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        if each.table.features.is_bio and each.queues and not each.status.is_usable:
            yield Sign(each.name, "queue_mode bio, no usable path, and it queues")


def _empty_bio(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        if each.table.features.is_bio and not each.table.groups:
            yield Sign(each.name, "a map of bios without any path")


def _below_zero(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        wrong = [path.device for path in each.status.paths if _counts_wrong(each, path)]
        if wrong:
            yield Sign(each.name, f"the selector's bytes in flight of {' '.join(wrong)} are below zero")


def _counts_wrong(each: ExaminedMap, path: StatusPath) -> bool:
    words = path.selector_words()
    numbers = [int(word) for word in words[:1] if word.lstrip("-").isdigit()]
    return each.table.features.is_bio and any(number < 0 or number >= _BELOW_ZERO for number in numbers)


CHECKS: Final = (
    Check(
        "no-device-mapper", Severity.ERROR, "this kernel has no device-mapper",
        "no map can exist", "modprobe dm-mod", _device_mapper,
    ),
    Check(
        "no-multipath-target", Severity.ERROR, "device-mapper has no multipath target",
        "no map can be made", "modprobe dm-multipath", _target,
    ),
    Check(
        "no-device-handler", Severity.WARNING, "no SCSI device handler looks after the array's access states",
        "standby paths get I/O that fails, and nobody tells the array to change over",
        "modprobe scsi_dh_alua, and have it in the initramfs", _handlers,
    ),
    Check(
        "no-path-selector", Severity.ERROR, "the kernel lacks the path selector",
        "the map's table will be refused: unknown path selector type",
        "mpath config effective path_selector; choose another, or install the kernel's extra modules", _selectors,
    ),
    Check(
        "bio-queue-spins", Severity.ERROR, "a kernel worker spins while I/O waits",
        "in bio mode one queued I/O keeps kmpathd busy with a whole processor until it is let go",
        "bring a path back, or let I/O fail: dmsetup message {object} 0 fail_if_no_path", _spinning,
    ),
    Check(
        "bio-map-empty", Severity.WARNING, "a map of bios has no paths",
        "fail_if_no_path and a removal can hang the kernel where its table does not say queue_mode bio",
        "mpath apply, so that it gets its paths back before it is removed", _empty_bio,
    ),
    Check(
        "selector-count", Severity.WARNING, "the selector counts wrong",
        "a known defect in bio mode: after a path failed, its load is counted out twice, and it gets too much I/O",
        "reload the map: mpath load {object} with its own groups", _below_zero,
    ),
)  # fmt: skip
