"""A map and its groups, in multipathd's words."""

from dataclasses import dataclass
from typing import Final

from .column import Column, Kind
from .path import DaemonPath


@dataclass(frozen=True, slots=True)
class DaemonGroup:
    """
    A priority group, as multipathd tells of it.

    Attributes:
        number: From 1.
        selector: The path selector of the map, with its arguments.
        priority: What the group is worth.
        state: ``active``, ``enabled``, ``disabled`` or ``undef``.
        marginal: Whether all its paths are.
        paths: Its paths.
    """

    number: int
    selector: str = ""
    priority: int | None = 0
    state: str = "undef"
    marginal: bool | None = False
    paths: tuple[DaemonPath, ...] = ()


@dataclass(frozen=True, slots=True)
class DaemonMap:
    """
    A map, as multipathd tells of it; its JSON leaves out what is marked with a star, a listing the groups.

    Attributes:
        name: Its name.
        wwid: Its WWID.
        node: ``"dm-0"``, or ``"undef"``.
        failback: ``immediate``, ``manual``, ``followover``, ``deferred:10``; while it waits a bar and the seconds.
            Older releases say ``-`` for all but the first and third.
        queueing: ``off``, ``on``, ``-``, ``"12 chk"`` before and ``"60 sec"`` while it waits for a path.
        paths_active: How many paths are active.
        read_only: Whether it refuses writes; ``None`` where multipathd does not know.
        dm_state: ``active``, ``suspend`` or ``undef``.
        features: As a table has them, with their count.
        hardware_handler: Likewise.
        action: What multipathd did with it last, ``create``; mostly empty.
        path_faults: How often a path failed.
        vendor: From INQUIRY, of the first path that has it; ``None`` where none has.
        product: Likewise.
        revision: Likewise.
        switch_grp: How often the group was switched.
        map_loads: How often it got a table.
        total_q_time: For how many seconds it waited for a path.
        q_timeouts: How often it began to wait.
        groups: Its groups.
        map_failures: How often the waiting ended without a path. *
        size: Rounded: ``"64M"``. *
        max_sectors_kb: The largest request; ``None`` of older releases. *
        inquiry: Vendor and product. *
        vpd_data: What a page of the vendor says. *
        foreign: Of another multipath driver's maps, which; ``None`` for those of device-mapper. *
    """

    name: str
    wwid: str = ""
    node: str = "undef"
    failback: str = "-"
    queueing: str = "-"
    paths_active: int | None = 0
    read_only: bool | None = None
    dm_state: str = "undef"
    features: str = "0"
    hardware_handler: str = "0"
    action: str = ""
    path_faults: int | None = 0
    vendor: str | None = None
    product: str | None = None
    revision: str | None = None
    switch_grp: int | None = 0
    map_loads: int | None = 0
    total_q_time: int | None = 0
    q_timeouts: int | None = 0
    groups: tuple[DaemonGroup, ...] = ()
    map_failures: int | None = None
    size: str = ""
    max_sectors_kb: int | None = None
    inquiry: str | None = None
    vpd_data: str | None = None
    foreign: str | None = None


# In the order of ``show wildcards``.
MAP_COLUMNS: Final = {
    column.wildcard: column
    for column in (
        Column("n", "name", "name"),
        Column("w", "uuid", "wwid"),
        Column("d", "sysfs", "node"),
        Column("F", "failback", "failback"),
        Column("Q", "queueing", "queueing"),
        Column("N", "paths", "paths_active", "0", Kind.NUMBER),
        Column("r", "write_prot", "read_only", "undef", Kind.FLAG, ("ro", "rw")),
        Column("t", "dm-st", "dm_state"),
        Column("S", "size", "size"),
        Column("f", "features", "features"),
        Column("x", "failures", "map_failures", "0", Kind.NUMBER),
        Column("h", "hwhandler", "hardware_handler"),
        Column("A", "action", "action"),
        Column("0", "path_faults", "path_faults", "0", Kind.NUMBER),
        Column("1", "switch_grp", "switch_grp", "0", Kind.NUMBER),
        Column("2", "map_loads", "map_loads", "0", Kind.NUMBER),
        Column("3", "total_q_time", "total_q_time", "0", Kind.NUMBER),
        Column("4", "q_timeouts", "q_timeouts", "0", Kind.NUMBER),
        Column("s", "vend/prod", "inquiry", "##,##", Kind.MAYBE),
        Column("v", "vend", "vendor", "##", Kind.MAYBE),
        Column("p", "prod", "product", "##", Kind.MAYBE),
        Column("e", "rev", "revision", "##", Kind.MAYBE),
        Column("G", "foreign", "foreign", "--", Kind.MAYBE),
        Column("g", "vpd page data", "vpd_data", "[undef]", Kind.MAYBE),
        Column("k", "max_sectors_kb", "max_sectors_kb", "-", Kind.NUMBER),
    )
}
GROUP_COLUMNS: Final = {
    column.wildcard: column
    for column in (
        Column("s", "selector", "selector"),
        Column("p", "pri", "priority", "0", Kind.NUMBER),
        Column("t", "dm_st", "state"),
        Column("M", "marginal_st", "marginal", "normal", Kind.FLAG, ("marginal", "normal")),
    )
}
# What its JSON has of them, in its order.
MAP_KEYS: Final = tuple(MAP_COLUMNS[wildcard] for wildcard in "nwdFQNrtfhA0vpe1234")
GROUP_KEYS: Final = tuple(GROUP_COLUMNS[wildcard] for wildcard in "sptM")
