"""Mistakes that a type checker finds; each line says by which rule."""

from multipath import Control, Host, MultipathTable, Target
from multipath._native.codec import Reply, Request, pack_targets
from multipath._native.control import ControlFile
from multipath.dm.device import DeviceInfo
from multipath.units import Bytes, DevT, Sectors, format_devt, to_bytes, to_sectors


def units(size: Bytes, sectors: Sectors, number: DevT) -> None:
    """Units are not numbers, and not each other."""
    to_bytes(size)  # type: ignore[arg-type]
    to_sectors(sectors)  # type: ignore[arg-type]
    to_sectors(4096)  # type: ignore[arg-type]
    format_devt(0x810)  # type: ignore[arg-type]
    Target(size, sectors, "zero")  # type: ignore[arg-type]
    Target(sectors, number, "zero")  # type: ignore[arg-type]


def snapshots(info: DeviceInfo, target: Target, table: MultipathTable) -> None:
    """What was read does not change."""
    info.name = "other"  # type: ignore[misc]
    target.params = ""  # type: ignore[misc]
    table.groups = ()  # type: ignore[misc]


def devices(dm: Control, table: MultipathTable) -> None:
    """No flag is positional, and no text is a table's line."""
    dm.suspend("data", True)  # type: ignore[call-arg]
    dm.create("data", "uuid")  # type: ignore[call-arg]
    dm.load("data", [str(table)])  # type: ignore[list-item]
    dm.info(None)  # type: ignore[arg-type]
    dm.info(8.16)  # type: ignore[arg-type]
    dm.wait("data")  # type: ignore[call-arg]


def maps(host: Host) -> None:
    """A host has no map of nothing, and a map no group by name."""
    host.map(None)  # type: ignore[arg-type]
    host.map("mpatha").switch_group("1")  # type: ignore[arg-type]
    host.maps().mpatha  # type: ignore[attr-defined]  # noqa: B018


def core(control: ControlFile, reply: Reply) -> None:
    """The compiled core takes bytes, and its replies are read only."""
    Request(0, name="mpatha")  # type: ignore[arg-type]
    Request(0, 0, 0)  # type: ignore[call-arg]
    Reply(400)  # type: ignore[arg-type]
    control.call(b"")  # type: ignore[arg-type]
    reply.flags = 0  # type: ignore[misc]
    pack_targets([(0, 8, "zero", "")])  # type: ignore[list-item]
