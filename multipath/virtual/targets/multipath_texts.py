"""
The texts of a multipath map: what the kernel prints for INFO, TABLE and IMA, the space at the end included.

Source: linux ``drivers/md/dm-mpath.c``, ``multipath_status()``; ``docs/kernel-interface.md`` for where kernels differ.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..._native.group import PriorityGroups
from ...wire.group import PathGroup, TablePath
from ...wire.selectors import CpuMask, HistoricalServiceTime
from ...wire.table import MultipathTable

_CHUNK_BITS: Final = 32
_DIGIT_BITS: Final = 4
_UNUSED_REPEAT_COUNT: Final = "0"  # what historical-service-time prints, whatever it was given


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    A table that was loaded, as the texts need it.

    Attributes:
        table: The table.
        numbers: The device numbers of its paths, over all groups, as ``"8:16"``.
        groups: What has become of it since.
        handler: The device handler that the paths have; empty without one.
        prints_retain: Whether this kernel prints ``retain_attached_hw_handler``.
        cpus: How many CPUs the kernel counts with.
    """

    table: MultipathTable
    numbers: tuple[str, ...]
    groups: PriorityGroups
    handler: str
    prints_retain: bool
    cpus: int = 1


def info_text(loaded: Loaded) -> str:
    """Return the text of INFO."""
    groups = loaded.groups
    words = ["2", str(int(groups.queue_io)), str(groups.pg_init_count), "0"]
    words += str(groups.n_groups), str(groups.current_group)
    for number, group, first in _groups(loaded):
        selector = groups.selectors[number]
        status = selector.status()
        own = selector.group_status()
        words += groups.group_state(number + 1), str(len(own)), *map(str, own)
        words += str(len(group.paths)), str(len(status[0]))
        for path, numbers in enumerate(status, first):
            words += loaded.numbers[path], _state(groups, path), str(groups.fail_count(path)), *map(str, numbers)
    return _line(words)


def table_text(loaded: Loaded) -> str:
    """Return the text of TABLE."""
    features = _features(loaded)
    words = [str(len(features)), *features]
    words += ("1", loaded.handler) if loaded.handler else ("0",)
    words += str(loaded.groups.n_groups), str(loaded.groups.current_group)
    for _, group, first in _groups(loaded):
        own = group.selector.effective_group()
        args = [_printed_args(group, path, loaded.cpus) for path in group.paths]
        words += group.selector.name, str(len(own)), *own, str(len(args)), str(len(args[0]))
        for path, of_path in enumerate(args, first):
            words += loaded.numbers[path], *of_path
    return _line(words)


def ima_text(loaded: Loaded) -> str:
    """Return the text that is measured, behind the target's name and version."""
    parts = [f",nr_priority_groups={loaded.groups.n_groups}"]
    for number, group, first in _groups(loaded):
        parts.append(f"pg_state_{number}={loaded.groups.group_state(number + 1)}")
        parts.append(f"nr_pgpaths_{number}={len(group.paths)}")
        parts.append(f"path_selector_name_{number}={group.selector.name}")
        for index in range(len(group.paths)):
            parts += _measured(loaded, f"{number}_{index}", first + index)
    return f"{','.join(parts)};"


def _measured(loaded: Loaded, place: str, path: int) -> Iterator[str]:
    yield f"path_name_{place}={loaded.numbers[path]}"
    yield f"is_active_{place}={_state(loaded.groups, path)}"
    yield f"fail_count_{place}={loaded.groups.fail_count(path)}"
    yield f"path_selector_status_{place}="  # the selectors have nothing to say here


def _groups(loaded: Loaded) -> Iterator[tuple[int, PathGroup, int]]:
    """Yield each group with its index and the number of its first path."""
    first = 0
    for number, group in enumerate(loaded.table.groups):
        yield number, group, first
        first += len(group.paths)


def _features(loaded: Loaded) -> list[str]:
    """Return the feature words, in the kernel's order; whether the map queues is asked of what it does now."""
    features = loaded.table.features
    words = ["queue_if_no_path"] if loaded.groups.queue_if_no_path else []
    if features.pg_init_retries:
        words += "pg_init_retries", str(features.pg_init_retries)
    if features.pg_init_delay_msecs is not None:
        words += "pg_init_delay_msecs", str(features.pg_init_delay_msecs)
    if features.retains and loaded.prints_retain:
        words.append("retain_attached_hw_handler")
    if features.is_bio:
        words += "queue_mode", "bio"
    return words


def _printed_args(group: PathGroup, path: TablePath, cpus: int) -> tuple[str, ...]:
    """Return the words of a path's arguments, as its selector prints them."""
    if isinstance(path.args, CpuMask):
        return (cpu_mask_text(path.args.bits, cpus),)
    if isinstance(group.selector, HistoricalServiceTime):
        return (_UNUSED_REPEAT_COUNT,)
    effective = group.selector.effective_args(path.args)
    return tuple(map(str, effective)) if isinstance(effective, tuple) else (str(effective),)


def cpu_mask_text(bits: int, cpus: int) -> str:
    """
    Return a mask of CPUs as a kernel prints it that counts with ``cpus`` of them.

    >>> cpu_mask_text(0b101, cpus=4), cpu_mask_text(1 << 33, cpus=40)
    ('5', '02,00000000')
    """
    chunks = []
    for start in range(0, cpus, _CHUNK_BITS):
        width = min(_CHUNK_BITS, cpus - start)
        chunk = bits >> start & ((1 << width) - 1)
        chunks.append(f"{chunk:0{-(-width // _DIGIT_BITS)}x}")
    return ",".join(reversed(chunks))


def _state(groups: PriorityGroups, path: int) -> str:
    return "A" if groups.path_active(path) else "F"


def _line(words: Iterable[str]) -> str:
    """Return the words, a space behind each."""
    return "".join(f"{word} " for word in words)
