"""
Wanted against live: would a load of this table change the map?

Strategy: what the kernel prints is not what it was given. A comparison that is too strict reloads a map for ever, and
every reload revives failed paths and forgets their history; one that is too lax loses a change. So each part is
compared by what a load could change:

- ``queue_if_no_path`` is printed as it is at this moment: a flushing suspend, ``fail_if_no_path`` and the no-path
  timeout turn it off, and no load is needed to turn it on again. It never turns on by itself.
- ``retain_attached_hw_handler`` is forced on where the map takes bios, and since target version 1.15 some kernels take
  it and never print it: that it is missing says nothing.
- The handler that the paths have replaces the one that the table names, and with the word above it appears where the
  table names none; with bios a named handler may vanish. Arguments of a handler are never printed.
- ``pg_init_delay_msecs`` is not printed by kernels that lose it: a live table without it says nothing.
- ``queue_mode`` ``rq`` and ``mq`` are one, and never printed.
- The group number is the current or pending one.
- Device names become device numbers; arguments of paths are filled, clamped, ignored or reformatted: each selector
  knows its own (`effective_args`).

Source: linux ``drivers/md/dm-mpath.c``, ``multipath_status()``, STATUSTYPE_TABLE.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from ..units import parse_devt
from .features import Features
from .group import PathGroup, TablePath

if TYPE_CHECKING:
    from .table import MultipathTable

Queueing = Literal["may_be_off", "exact", "ignored"]


def differences(
    wanted: "MultipathTable", live: "MultipathTable", queueing: Queueing, names: Mapping[str, str]
) -> tuple[str, ...]:
    """Return one sentence for each difference; `MultipathTable.differences` describes the arguments."""
    return (
        *_of_queueing(wanted.features, live.features, queueing),
        *_of_features(wanted.features, live.features),
        *_of_handler(wanted, live),
        *_of_groups(wanted.groups, live.groups, names),
    )


def _of_queueing(wanted: Features, live: Features, queueing: Queueing) -> Iterator[str]:
    on, off = live.queue_if_no_path, wanted.queue_if_no_path and not live.queue_if_no_path
    if queueing != "ignored" and on and not wanted.queue_if_no_path:
        yield "queue_if_no_path is on, not off"
    if queueing == "exact" and off:
        yield "queue_if_no_path is off, not on"


def _of_features(wanted: Features, live: Features) -> Iterator[str]:
    if wanted.is_bio != live.is_bio:
        yield f"queue_mode is {_mode(live)}, not {_mode(wanted)}; only a new map can change it"
    elif live.retains and not wanted.retains:
        yield "retain_attached_hw_handler is on, not off"
    if wanted.pg_init_retries != live.pg_init_retries:
        yield f"pg_init_retries is {live.pg_init_retries}, not {wanted.pg_init_retries}"
    if live.pg_init_delay_msecs not in (None, wanted.pg_init_delay_msecs):
        yield f"pg_init_delay_msecs is {live.pg_init_delay_msecs}, not {wanted.pg_init_delay_msecs}"
    if sorted(wanted.unknown) != sorted(live.unknown):
        yield f"unknown features are {' '.join(live.unknown)!r}, not {' '.join(wanted.unknown)!r}"


def _mode(features: Features) -> str:
    return "bio" if features.is_bio else "rq"


def _of_handler(wanted: "MultipathTable", live: "MultipathTable") -> Iterator[str]:
    given, printed = (table.handler.name if table.handler else "none" for table in (wanted, live))
    attached_wins = live.handler is not None and (wanted.handler is not None or wanted.features.retains)
    if given != printed and not wanted.features.is_bio and not attached_wins:
        yield f"hardware handler is {printed}, not {given}"


def _of_groups(wanted: tuple[PathGroup, ...], live: tuple[PathGroup, ...], names: Mapping[str, str]) -> Iterator[str]:
    if len(wanted) != len(live):
        yield f"has {_count(len(live), 'group')}, not {len(wanted)}"
        return
    for number, (ours, theirs) in enumerate(zip(wanted, live, strict=True), start=1):
        for difference in _of_group(ours, theirs, names):
            yield f"group {number} {difference}"


def _of_group(wanted: PathGroup, live: PathGroup, names: Mapping[str, str]) -> Iterator[str]:
    given, printed = ((group.selector.name, *group.selector.effective_group()) for group in (wanted, live))
    if given != printed:
        yield f"has the selector {' '.join(printed)}, not {' '.join(given)}"
    if len(wanted.paths) != len(live.paths):
        yield f"has {_count(len(live.paths), 'path')}, not {len(wanted.paths)}"
        return
    for ours, theirs in zip(wanted.paths, live.paths, strict=True):
        if _number(ours, names) != _number(theirs, names):
            yield f"has the path {theirs.device}, not {ours.device}"
        elif given[0] == printed[0] and _args(wanted, ours) != _args(live, theirs):
            yield f"has for {theirs.device} the arguments {_text(theirs)}, not {_text(ours)}"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _number(path: TablePath, names: Mapping[str, str]) -> int | str:
    device = names.get(path.device, path.device)
    try:
        return parse_devt(device)
    except ValueError:
        return device


def _args(group: PathGroup, path: TablePath) -> object:
    return group.selector.effective_args(path.args)


def _text(path: TablePath) -> str:
    return repr(" ".join(path.args.words()))
