"""Paths and live maps as values, as many as are wanted: what a plan is made of."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from multipath.config.reader import read_configuration
from multipath.dm.device import DeviceInfo
from multipath.dm.target import Target
from multipath.maps.inputs import Inputs
from multipath.maps.plan import Plan
from multipath.maps.planned_map import PlannedMap
from multipath.maps.planner import plan_maps
from multipath.maps.snapshot import MapSnapshot
from multipath.paths.path import Path
from multipath.units import Sectors, devt, format_devt
from multipath.wire.table import MultipathTable

SIZE = Sectors(1 << 21)
CONFIGURATION = "defaults {\n user_friendly_names yes\n find_multipaths off\n}\n"


def wwid_of(unit: int) -> str:
    """Return the WWID of a unit."""
    return f"36001405{unit:025x}"


def page_of(unit: int, port: int = 1) -> bytes:
    """Return page 0x83 of a unit: its NAA designator, and the port that was asked."""
    naa = struct.pack(">BBBB", 1, 3, 0, 16) + bytes.fromhex(wwid_of(unit)[1:])
    relative = struct.pack(">BBBBI", 1, 0x14, 0, 4, port)
    return struct.pack(">BBH", 0, 0x83, len(naa + relative)) + naa + relative


def a_path(unit: int, which: int = 0, **changes: object) -> Path:
    """Return one of the paths to a unit: the same vendor, ALUA, ``which`` decides host, port group and state."""
    number = devt(8, (unit * 8 + which) * 16) if unit < 8000 else devt(65, unit * 8 + which)
    best = which % 2 == 0
    path = Path(
        name=f"sd{_letters(unit * 8 + which)}",
        devt=number,
        size=SIZE,
        designator=f"naa.{wwid_of(unit)[1:]}",
        vendor="LIO-ORG",
        model="unit",
        hctl=f"{which}:0:0:{unit}",
        state="running",
        diskseq=unit * 8 + which + 1,
        bus="scsi",
        protocol="scsi:fcp",
        revision="4.0",
        serial=f"serial{unit}",
        target_node="0x5001",
        port_group=1 if best else 2,
        tpgs=1,
        access_state="active/optimized" if best else "active/non-optimized",
        handler="alua",
        host=which,
        vpd_83=page_of(unit, which + 1),
    )
    return replace(path, **changes)  # type: ignore[arg-type]


def units(count: int, paths: int = 4) -> list[Path]:
    """Return all paths to so many units."""
    return [a_path(unit, which) for unit in range(count) for which in range(paths)]


def inputs(paths: Iterable[Path], text: str = CONFIGURATION, **more: object) -> Inputs:
    """Return the inputs of a plan for these paths and this configuration."""
    return Inputs(list(paths), read_configuration([("multipath.conf", text)]), **more)  # type: ignore[arg-type]


def plan(paths: Iterable[Path], text: str = CONFIGURATION, **more: object) -> Plan:
    """Return the plan for these paths and this configuration."""
    return plan_maps(inputs(paths, text, **more))


def made(maps: Sequence[PlannedMap]) -> dict[str, Any]:
    """Return what the inputs of the next plan have of maps that were made as planned."""
    live = [a_live_map(each.name, each.wwid, str(each.table), each.size, minor) for minor, each in enumerate(maps)]
    return {"maps": live, "names": {each.name: each.uuid for each in live}}


def a_live_map(name: str, wwid: str, table: str, size: int = SIZE, minor: int = 0, failed: str = "") -> MapSnapshot:
    """Return a live map with this table, as the kernel prints it when nothing but one failure has happened."""
    info = DeviceInfo(name, f"mpath-{wwid}", devt(253, minor), 0, 0, 0, 1)
    line, status = Target(Sectors(0), Sectors(size), "multipath", f"{table} "), _status(table, failed)
    return MapSnapshot(info, line, Target(Sectors(0), Sectors(size), "multipath", status))


def _status(table: str, failed: str) -> str:
    parsed = MultipathTable.parse(table)
    words = ["2 0 1 0", str(len(parsed.groups)), str(parsed.initial_group)]
    for group in parsed.groups:
        words += ["E 0", str(len(group.paths)), "2"]
        words += [f"{path.device} {'F 1' if path.device == failed else 'A 0'} 0 1" for path in group.paths]
    return " ".join([*words, ""])


def _letters(number: int) -> str:
    word = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        word = chr(ord("a") + digit) + word
    return word


def number_of(path: Path) -> str:
    """Return the number of a path, as a table has it."""
    return format_devt(path.devt)
