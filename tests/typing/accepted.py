"""Uses of the public names that a type checker accepts, with the types that it sees."""

from array import array
from collections.abc import AsyncIterator, Iterator
from typing import Any, assert_type

from multipath import (
    Control,
    DeviceInfo,
    Event,
    EventKind,
    Host,
    Map,
    MapSnapshot,
    MultipathError,
    MultipathStatus,
    MultipathTable,
    Path,
    PathGroup,
    PriorityGroups,
    Selector,
    SimulatedPath,
    SimulationResult,
    TableError,
    Target,
    path_selector,
    priority_groups,
    simulate,
)
from multipath._native.codec import Reply, Request
from multipath._native.control import ControlFile
from multipath.dm.device import DeviceEntry, DeviceTable, Version
from multipath.errors import DeviceBusy, DeviceMapperError, PathError, TableLoadError
from multipath.simulation import ClosedLoop, Exponential, Outage, Trace, parse_trace
from multipath.units import Bytes, DevT, Nanoseconds, Sectors, devt, format_devt, parse_devt, to_bytes, to_sectors
from multipath.wire.selectors import RoundRobin


def texts() -> None:
    """Tables and statuses come from text and go back to it."""
    table = MultipathTable.parse("0 0 1 1 service-time 0 1 1 8:0 1")
    assert_type(table, MultipathTable)
    assert_type(str(table), str)
    assert_type(table.groups, tuple[PathGroup, ...])
    assert_type(MultipathStatus.parse("2 0 0 0 0 0", table).failed_paths, frozenset[str])


def selectors(group: PathGroup, numbers: "array[int]") -> None:
    """A described group runs; buffers may be whatever has the protocol."""
    selector = path_selector(group, cpus=4, nodes=[0, 0, 1, 1])
    assert_type(selector, Selector)
    assert_type(selector.select(4096, now=1, cpu=2), int)
    assert_type(selector.status(), tuple[tuple[int, ...], ...])
    assert_type(selector.select_batch(numbers, memoryview(b""), bytearray(), start=True), int)


def groups(table: MultipathTable) -> None:
    """So does a whole table."""
    running = priority_groups(table, handler=False, pending_first=True)
    assert_type(running, PriorityGroups)
    assert_type(running.map(4096), int)


def units(size: Bytes, sectors: Sectors) -> None:
    """Each unit has its own type, and the way from one to the other is a function."""
    assert_type(to_sectors(size), Sectors)
    assert_type(to_bytes(sectors), Bytes)
    assert_type(devt(8, 16), DevT)
    assert_type(parse_devt("8:16"), DevT)
    assert_type(format_devt(devt(8, 16)), str)


def devices(dm: Control, number: DevT) -> None:
    """A device is given by name, by number, or by what was returned of it."""
    info = dm.create("data", uuid="x-1")
    assert_type(info, DeviceInfo)
    for entry in dm.devices():
        assert_type(entry, DeviceEntry)
        assert_type(entry.uuid, str | None)
        dm.info(entry)
    dm.info("data"), dm.info(number), dm.info(info)
    dm.load(info, [Target(Sectors(0), Sectors(8), "zero")])
    table = dm.table(info)
    assert_type(table, DeviceTable)
    assert_type(table[0], Target)
    assert_type(table[1:], tuple[Target, ...])
    assert_type(dm.deps(info), tuple[DevT, ...])
    assert_type(dm.message(info, "fail_path 8:16"), str | None)
    assert_type(dm.version(), Version)
    assert_type(dm.fileno(), int)
    with dm as same:
        assert_type(same, Control)


def maps(host: Host, number: DevT) -> None:
    """A host has maps and paths; a map is given in any form that names it."""
    assert_type(host.maps(), list[Map])
    assert_type(host.paths(), tuple[Path, ...])
    assert_type(host.map("mpatha"), Map)
    assert_type(host.map(number).status(), MultipathStatus)
    assert_type(host.map(number).read(), MapSnapshot)
    assert_type(host.watch(), AsyncIterator[Event])
    assert_type(host.watch_blocking(), Iterator[Event])


def simulations(text: str) -> None:
    """A selector is a name or a value; what is found has arrays of numbers."""
    path = SimulatedPath(Exponential(200_000), parallel=8, outages=(Outage(0, 1),))
    result = simulate("service-time", [path], ClosedLoop(32), seed=1, progress=print)
    assert_type(result, SimulationResult)
    assert_type(simulate(RoundRobin(), (path,), parse_trace(text)).latencies, "array[int]")
    assert_type(parse_trace(text), Trace)
    assert_type(result.shares, "array[float]")
    assert_type(result.percentile(99.9), Nanoseconds)


def events(event: Event) -> str:
    """The kind of an event is a word that can be compared with its name."""
    if event.kind is EventKind.PATH_FAILED:
        return event.path
    return event.snapshot.name


def failures() -> None:
    """Each error has the attributes of what went wrong."""
    try:
        Host()
    except DeviceBusy as error:
        assert_type(error.holders, tuple[Any, ...])
    except TableLoadError as error:
        assert_type(error.reason, str | None)
    except DeviceMapperError as error:
        assert_type(error.ioctl, str)
    except PathError as error:
        assert_type(error.sense, bytes)
    except TableError as error:
        assert_type(error.word, int)
    except MultipathError:
        raise


def core(data: bytes) -> None:
    """The compiled core has types too."""
    assert_type(ControlFile("/dev/mapper/control").call(Request(0, name=b"x")), Reply)
    assert_type(Reply(data).version, tuple[int, int, int])
    assert_type(Reply(bytearray(data)).text(), str | None)
