"""Which maps and paths a command line means, and how a verb goes through several of them."""

import argparse
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ... import errors
from ...maps.host import Host
from ...maps.map import Map
from ...maps.snapshot import MapSnapshot
from ...paths.sysfs import device_number
from ...units import DevT, format_devt
from .exit_code import ExitCode, exit_code
from .terminal import complain

T = TypeVar("T")


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add what chooses maps: ``args.maps`` and ``args.of``."""
    parser.add_argument(
        "maps",
        nargs="*",
        metavar="MAP",
        help="name, WWID, uuid, major:minor, dm-N, node or link; every map without one",
    )
    parser.add_argument(
        "--of", action="append", default=[], metavar="DEVICE", help="the map of a path, or of a partition"
    )


def selected(host: Host, refs: Iterable[str], of: Iterable[str] = ()) -> Iterator[Map]:
    """
    Yield the maps that ``refs`` name and those that devices are in, or every map when nothing is named; each once.

    Raises:
        NotFound: a map or a device is not there, or no map has the device.
    """
    wanted = [*map(host.map, refs), *(_map_of(host, device) for device in of)]
    seen: set[DevT] = set()
    for found in wanted or host.maps():
        if found.devt not in seen:
            seen.add(found.devt)
            yield found


def _map_of(host: Host, device: str) -> Map:
    found = host.map_of(device)
    if found is None:
        raise errors.NotFound(f"no map has {host.classify(device)}")
    return found


def readable(verb: str, maps: Iterable[Map]) -> Iterator[MapSnapshot]:
    """Yield the snapshots that can be read, and complain about the others."""
    for found in maps:
        try:
            _ = found.snapshot.status
        except errors.UnexpectedStatus as error:
            complain(verb, str(error))
        else:
            yield found.snapshot


def path_number(text: str) -> DevT:
    """
    Return the number of the path that ``text`` names: ``8:16``, ``sdb``, ``/dev/sdb`` or any other node of it.

    Raises:
        NotFound: there is no such block device.
    """
    number = device_number(text)
    if number is None:
        raise errors.NotFound(f"no block device {text!r}; expected major:minor, a kernel name or a node")
    return number


def member_number(found: Map, text: str) -> DevT:
    """
    Return the number of a path that ``found`` has.

    Raises:
        NotFound: the map has no such path.
    """
    number = path_number(text)
    members = found.snapshot.table.devices
    if format_devt(number) not in members:
        raise errors.NotFound(
            f"{text!r} ({format_devt(number)}) is no path of map {found.name}, which has {' '.join(members)}"
        )
    return number


def for_each(verb: str, items: Iterable[T], act: Callable[[T], None]) -> int:
    """
    Do ``act`` to every item, go on after a failure, and return the exit code of the first one.

    Each failure is told when it happens; an interruption ends it all.
    """
    first = ExitCode.OK
    for item in items:
        try:
            act(item)
        except errors.MultipathError as error:
            complain(verb, str(error))
            first = first or exit_code(error)
    return first
