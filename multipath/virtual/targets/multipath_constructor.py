"""
The constructor of a multipath target: from the parameters of a line to a checked table with open paths, or the refusal.

Strategy: the readers of ``wire`` are as strict as the kernel and say which word is at fault and what should stand
there; the kernel says it in its own words, and those are looked up here. As in the kernel the line is read from left to
right, and a path is opened where it stands, so that of two mistakes the first one is told.

Source: linux ``drivers/md/dm-mpath.c``, ``multipath_ctr()`` and what it calls; ``drivers/md/dm-ps-*.c``.
"""

import errno
import re
from dataclasses import dataclass
from typing import Final

from ..._native.group import PriorityGroups
from ...errors import TableError
from ...wire.features import Features
from ...wire.group import PathGroup
from ...wire.handler import HardwareHandler
from ...wire.selection import priority_groups
from ...wire.selectors import SELECTORS, IoAffinity
from ...wire.table import MultipathTable
from ...wire.words import MOST_WORDS, UINT_MAX, Words
from ..bio import BlockDevice
from .target import Owner, TargetRefused

_LEAST_GROUP_WORDS: Final = 2
_LONG_NUMBER: Final = re.compile(r"(?<!\S)[0-9]{20,4000}(?!\S)", re.ASCII)
_MISMATCH: Final = "priority group count mismatch"
_FEW_PATH_WORDS: Final = "not enough path parameters"
_UNKNOWN_FEATURE: Final = "Unrecognised multipath feature request"
_UNKNOWN_MODE: Final = "Unknown 'queue_mode' requested"
# How what should stand at a word begins, and what the kernel says where it does not. The first that fits counts.
_REASONS: Final = (
    ("the number of feature words", "invalid number of feature args"),
    ("a feature; ", _UNKNOWN_FEATURE),
    ("a feature", "invalid number of feature args"),
    ("a queue mode", "invalid number of feature args"),
    ("retries", "pg_init_retries must be between 1 and 50"),
    ("milliseconds", "pg_init_delay_msecs must be between 0 and 60000"),
    ("the number of handler words", "invalid number of hardware handler args"),
    ("a word of the hardware handler", "invalid number of hardware handler args"),
    ("the number of groups", "invalid number of priority groups"),
    ("the initial group", "invalid initial priority group number"),
    ("the number of selector arguments", "invalid number of path selector args"),
    ("an argument of the selector", "invalid number of path selector args"),
    ("at most two arguments of the selector", "path selector constructor failed"),
    ("a base weight", "path selector constructor failed"),
    ("a threshold", "path selector constructor failed"),
    ("the number of paths", "invalid number of paths"),
    ("the number of arguments of each path", "invalid number of selector args"),
    ("a device", _FEW_PATH_WORDS),
    ("an argument of the path", _FEW_PATH_WORDS),
)
# The same for what stands where a path has its arguments.
_COUNT_REASONS: Final = (
    ("at most", "incorrect number of arguments"),
    ("exactly one", "invalid number of arguments"),
)
_ARGUMENT_REASONS: Final = (
    ("a repeat count", "invalid repeat count"),
    ("a throughput", "invalid relative_throughput value"),
    ("a mask", "invalid cpumask"),
)


@dataclass(frozen=True, slots=True)
class Constructed:
    """
    What a constructor made.

    Attributes:
        table: The table.
        devices: The path devices, over all groups, in order; one that stands twice is there twice.
    """

    table: MultipathTable
    devices: tuple[BlockDevice, ...]


def construct(params: str, owner: Owner) -> Constructed:
    """
    Read the parameters of a line, and open the paths.

    Raises:
        TargetRefused: with the kernel's reason.
    """
    try:
        words = Words(_saturated(params) if owner.profile.saturates else params, "multipath table")
        features, handler = _read_features(words), HardwareHandler.read(words)
        count, initial = _read_counts(words)
    except TableError as error:
        raise TargetRefused(errno.EINVAL, _reason(error)) from None
    groups: list[PathGroup] = []
    devices: list[BlockDevice] = []
    while len(words):
        group = _read_group(words)
        devices += [_opened(owner, path.device) for path in group.paths]
        groups.append(group)
        if len(groups) > count:
            break
    if len(groups) != count:
        raise TargetRefused(errno.EINVAL, _MISMATCH)
    return Constructed(MultipathTable(tuple(groups), features, handler, initial), tuple(devices))


def decisions(table: MultipathTable, *, handler: bool, pending_first: bool, cpus: int) -> PriorityGroups:
    """
    Return the groups of a table at work.

    Raises:
        TargetRefused: a selector that cannot run with what it was given.
    """
    try:
        return priority_groups(table, handler=handler, pending_first=pending_first, cpus=cpus)
    except ValueError:  # the one thing that only the machine can tell: masks without a CPU of its own
        raise TargetRefused(errno.EINVAL, f"{IoAffinity.name} ps: No new/valid CPU mapping found") from None


def _saturated(params: str) -> str:
    """Return the parameters with each number beyond 64 bits as the greatest that there is room for."""
    return _LONG_NUMBER.sub(lambda number: str(UINT_MAX) if int(number[0]) >> 64 else number[0], params)


def _read_features(words: Words) -> Features:
    features = Features.read(words)
    if features.unknown:
        unknown = [word.lower() for word in features.unknown]
        raise TargetRefused(errno.EINVAL, _UNKNOWN_MODE if unknown[0] == "queue_mode" else _UNKNOWN_FEATURE)
    return features


def _read_counts(words: Words) -> tuple[int, int]:
    count = words.number("the number of groups", high=MOST_WORDS)
    initial = words.number("the initial group", high=MOST_WORDS)
    if (count == 0) != (initial == 0):
        raise TargetRefused(errno.EINVAL, "invalid initial priority group")
    return count, initial


def _read_group(words: Words) -> PathGroup:
    name = words.peek() or ""
    if len(words) < _LEAST_GROUP_WORDS:
        raise TargetRefused(errno.EINVAL, "not enough priority group arguments")
    if name not in SELECTORS:
        raise TargetRefused(errno.EINVAL, "unknown path selector type")
    try:
        return PathGroup.read(words)
    except TableError as error:
        raise TargetRefused(errno.EINVAL, _reason(error, name)) from None


def _opened(owner: Owner, word: str) -> BlockDevice:
    try:
        return owner.open(word)
    except OSError as error:
        raise TargetRefused(error.errno or errno.ENXIO, "error getting device") from None


def _reason(error: TableError, selector: str = "") -> str:
    """Return what the kernel says of a word at fault."""
    for expected, reason in _REASONS:
        if error.expected.startswith(expected):
            return reason
    reasons = _COUNT_REASONS if error.found is None else _COUNT_REASONS + _ARGUMENT_REASONS
    for expected, reason in reasons:
        if error.expected.startswith(expected):
            return f"{selector} ps: {reason}"
    if selector and error.found is None:
        return _FEW_PATH_WORDS
    return _MISMATCH
