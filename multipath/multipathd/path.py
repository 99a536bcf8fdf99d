"""A path, in multipathd's words."""

from dataclasses import dataclass
from typing import Final

from .column import Column, Kind

_UNDEF: Final = "[undef]"


@dataclass(frozen=True, slots=True)
class DaemonPath:
    """
    A path, as multipathd tells of it; its JSON leaves out what is marked with a star, a listing nothing.

    Attributes:
        name: The kernel's name of it.
        device_number: ``"8:16"``.
        dm_state: Whether device-mapper uses it: ``active``, ``failed`` or ``undef``.
        device_state: ``running`` or ``offline``, whatever else sysfs says; ``unknown`` for a path without a map.
        checker_state: What its checker says: ``ready``, ``faulty``, ``shaky``, ``ghost``, ``i/o pending``,
            ``i/o timeout``, ``delayed``, ``disconnected`` or ``undef``.
        checker: The checker; ``None`` for a path that has none.
        priority: What it is worth; -1 where nothing tells.
        host_wwnn: The node name of the host adapter's port; this to ``target_wwpn`` only with Fibre Channel,
            but for ``target_wwnn``, which other transports have too.
        target_wwnn: The node name of the target.
        host_wwpn: The port name of the host adapter's port.
        target_wwpn: The port name of the target.
        host_adapter: The PCI address of the host adapter.
        lun_hex: The unit number in its eight bytes.
        marginal: Whether it is to be used only when no other path is left.
        wwid: The identity of its unit. *
        hctl: ``"0:0:0:1"``; ``None`` for what is not SCSI. *
        map: The name of its map; ``None`` for a path without one. *
        inquiry: Vendor, product, and in newer releases the revision. *
        serial: The serial number. *
        size: Rounded: ``"64M"``. *
        protocol: ``"scsi:fcp"``. *
        init_state: How far multipathd got with it: ``ok``, ``new``, ``udev-missing``. *
        failures: How often its checker found it failed. *
        next_check: A bar that shows how long ago it was checked; ``None`` without a map. *
        port_group: The target port group; ``None`` of older releases. *
        max_sectors_kb: The largest request; ``None`` of older releases. *
        vpd_data: What a page of the vendor says. *
        foreign: Of another multipath driver's paths, which; ``None`` for those of device-mapper. *
    """

    name: str
    device_number: str = "#:#"
    dm_state: str = "undef"
    device_state: str = "unknown"
    checker_state: str = "undef"
    checker: str | None = None
    priority: int | None = -1
    host_wwnn: str | None = None
    target_wwnn: str | None = None
    host_wwpn: str | None = None
    target_wwpn: str | None = None
    host_adapter: str | None = None
    lun_hex: str = ""
    marginal: bool | None = False
    wwid: str = ""
    hctl: str | None = None
    map: str | None = None
    inquiry: str = ""
    serial: str = ""
    size: str = ""
    protocol: str = "undef"
    init_state: str = ""
    failures: int | None = None
    next_check: str | None = None
    port_group: str | None = None
    max_sectors_kb: int | None = None
    vpd_data: str | None = None
    foreign: str | None = None


# In the order of ``show wildcards``.
PATH_COLUMNS: Final = {
    column.wildcard: column
    for column in (
        Column("w", "uuid", "wwid"),
        Column("i", "hcil", "hctl", "#:#:#:#", Kind.MAYBE),
        Column("d", "dev", "name"),
        Column("D", "dev_t", "device_number"),
        Column("t", "dm_st", "dm_state"),
        Column("o", "dev_st", "device_state"),
        Column("T", "chk_st", "checker_state"),
        Column("s", "vend/prod/rev", "inquiry"),
        Column("c", "checker", "checker", "(null)", Kind.MAYBE),
        Column("C", "next_check", "next_check", "orphan", Kind.MAYBE),
        Column("p", "pri", "priority", "-1", Kind.NUMBER),
        Column("S", "size", "size"),
        Column("z", "serial", "serial"),
        Column("M", "marginal_st", "marginal", "normal", Kind.FLAG, ("marginal", "normal")),
        Column("m", "multipath", "map", "[orphan]", Kind.MAYBE),
        Column("N", "host WWNN", "host_wwnn", _UNDEF, Kind.MAYBE),
        Column("n", "target WWNN", "target_wwnn", _UNDEF, Kind.MAYBE),
        Column("R", "host WWPN", "host_wwpn", _UNDEF, Kind.MAYBE),
        Column("r", "target WWPN", "target_wwpn", _UNDEF, Kind.MAYBE),
        Column("a", "host adapter", "host_adapter", _UNDEF, Kind.MAYBE),
        Column("G", "foreign", "foreign", "--", Kind.MAYBE),
        Column("g", "vpd page data", "vpd_data", _UNDEF, Kind.MAYBE),
        Column("0", "failures", "failures", "0", Kind.NUMBER),
        Column("P", "protocol", "protocol"),
        Column("I", "init_st", "init_state"),
        Column("L", "LUN hex", "lun_hex"),
        Column("A", "TPG", "port_group", _UNDEF, Kind.MAYBE),
        Column("k", "max_sectors_kb", "max_sectors_kb", "-", Kind.NUMBER),
    )
}
# What its JSON has of a path, in its order.
PATH_KEYS: Final = tuple(PATH_COLUMNS[wildcard] for wildcard in "dDtoTcpNnRraLM")
