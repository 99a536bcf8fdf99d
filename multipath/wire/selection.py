"""
From a table to what runs of it: the kernel's choice of a path in a group, and of a group, in this process.

To add a selector: a function here that makes one of a group, and its line in ``_RUNNING``. The compiled core is
imported by these functions alone, so that texts can be read without it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from . import selectors as described
from .group import PathGroup
from .table import MultipathTable

if TYPE_CHECKING:
    from .._native.group import PriorityGroups
    from .._native.selector import Selector


@dataclass(frozen=True, slots=True)
class _Host:
    """What a selector may have to know of the machine."""

    cpus: int | None
    nodes: Iterable[int] | None


def path_selector(group: PathGroup, *, cpus: int | None = None, nodes: Iterable[int] | None = None) -> "Selector":
    """
    Return the selector of a described group, running: it chooses among the group's paths as the kernel would.

    Its paths are numbered from 0, in the order of the group. It is as fresh as after a load: all paths are usable and
    nothing is on its way.

    Args:
        group: From a table that was parsed or built.
        cpus: How many CPUs the host has, the kernel's ``nr_cpu_ids``; for io-affinity alone. Without it, as many as the
            masks of the paths name.
        nodes: Of each of these CPUs its NUMA node. Without it, they are all on one.

    Returns:
        `Selector`: ``select``, ``start_io``, ``end_io``, ``fail``, ``reinstate``, ``status``; batches without the GIL.

    Raises:
        ValueError: a selector that this library does not have, or arguments that the kernel refuses.

    Synchronization: the selector may be used by any number of threads.

    >>> from multipath.wire.selectors import ServiceTime
    >>> selector = path_selector(PathGroup.of(["8:0", "8:16"], ServiceTime()))
    >>> path = selector.select(nbytes=4096)
    >>> selector.start_io(path, 4096)
    >>> path, selector.select(4096), selector.status()
    (0, 1, ((4096, 1), (0, 1)))
    """
    if not isinstance(group, PathGroup):
        raise TypeError(f"{group!r} is no PathGroup of a table")
    run = _RUNNING.get(type(group.selector))
    if run is None:
        raise ValueError(f"the path selector {group.selector.name!r} cannot run here; there are {', '.join(_NAMES)}")
    return run(group, _Host(cpus, nodes))


def priority_groups(
    table: MultipathTable,
    *,
    handler: bool | None = None,
    pending_first: bool = False,
    cpus: int | None = None,
    nodes: Iterable[int] | None = None,
) -> "PriorityGroups":
    """
    Return the groups of a described table, running: they decide about each I/O as the multipath target would.

    Paths are numbered from 0 over all groups, in the order of the table. All is as fresh as after a load.

    Args:
        table: The table.
        handler: Whether groups are initialised by a device handler; as the table says when absent.
        pending_first: Whether a group that was asked for is tried before the current one, as before version 1.15 of the
            target.
        cpus: As for `path_selector`.
        nodes: As for `path_selector`.

    Returns:
        `PriorityGroups`: ``map``, ``end``, ``fail_path``, ``reinstate_path``, ``switch_group`` and so on.

    Raises:
        ValueError: a selector that this library does not have, or arguments that the kernel refuses.

    Synchronization: the groups may be used by any number of threads.

    >>> groups = priority_groups(MultipathTable.build([["8:0", "8:16"], ["8:32"]]))
    >>> groups.fail_path(0), groups.fail_path(1), groups.map(4096), groups.current_group
    (True, True, 2, 2)
    """
    from .._native.group import PriorityGroups

    if not isinstance(table, MultipathTable):
        raise TypeError(f"{table!r} is no MultipathTable")
    features = table.features
    return PriorityGroups(
        [path_selector(group, cpus=cpus, nodes=nodes) for group in table.groups],
        initial_group=table.initial_group,
        queue_if_no_path=features.queue_if_no_path,
        handler=table.handler is not None if handler is None else handler,
        pg_init_retries=features.pg_init_retries,
        pending_first=pending_first,
        bio_based=features.is_bio,
    )


def _round_robin(group: PathGroup, _: _Host) -> "Selector":
    from .._native.round_robin import RoundRobin

    return RoundRobin(len(group.paths))


def _queue_length(group: PathGroup, _: _Host) -> "Selector":
    from .._native.queue_length import QueueLength

    return QueueLength(len(group.paths))


def _service_time(group: PathGroup, _: _Host) -> "Selector":
    from .._native.service_time import ServiceTime

    args = [path.args for path in group.paths]
    return ServiceTime([arg.relative_throughput for arg in args if isinstance(arg, described.ServiceTimeArgs)])


def _historical_service_time(group: PathGroup, _: _Host) -> "Selector":
    from .._native.historical_service_time import HistoricalServiceTime

    asked = group.selector
    assert isinstance(asked, described.HistoricalServiceTime)
    return HistoricalServiceTime(len(group.paths), asked.base_weight, asked.threshold)


def _io_affinity(group: PathGroup, host: _Host) -> "Selector":
    from .._native.io_affinity import IoAffinity

    masks = [path.args.bits for path in group.paths if isinstance(path.args, described.CpuMask)]
    return IoAffinity(masks, host.cpus, host.nodes)


_RUNNING: Final[dict[type[described.Selector], Callable[[PathGroup, _Host], "Selector"]]] = {
    described.RoundRobin: _round_robin,
    described.QueueLength: _queue_length,
    described.ServiceTime: _service_time,
    described.HistoricalServiceTime: _historical_service_time,
    described.IoAffinity: _io_affinity,
}
_NAMES: Final = tuple(kind.name for kind in _RUNNING)
