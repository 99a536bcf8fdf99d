"""``mpath show --watch`` and ``mpath list --watch``: the maps as they are, kept up to date."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from ... import errors
from ...maps.host import Host
from ...maps.map import Map
from ...maps.snapshot import MapSnapshot
from ...maps.wakes import Wakes
from .live import View, stay
from .record import MapRecord, devices_of, map_record, map_tree
from .selection import selected
from .terminal import Line, Span
from .tree import rows, tree

# For what nobody tells: the state of a path's device, a suspension, a group that the kernel tried by itself.
_EVERY: Final = 2.0  # seconds
# What changes all the time and by itself says nothing.
_RESTLESS: Final = ("open_count", "selector_values")

# Returns the record and the lines of maps.
_Shown = Callable[[Host, Sequence[MapSnapshot]], tuple[Sequence[MapRecord], list[Line]]]


def watch_trees(args: argparse.Namespace) -> int:
    """Run ``mpath show --watch``."""
    return _watch("show", args, _trees)


def watch_rows(args: argparse.Namespace) -> int:
    """Run ``mpath list --watch``."""
    return _watch("list", args, _rows)


def _watch(verb: str, args: argparse.Namespace, shown: _Shown) -> int:
    with Host() as host, Wakes(host.control) as wakes:
        maps = WatchedMaps(host, wakes, args.maps, args.of, shown)
        return stay(verb, maps, json=args.output == "json", every=_EVERY)


def _trees(host: Host, maps: Sequence[MapSnapshot]) -> tuple[Sequence[MapRecord], list[Line]]:
    devices = devices_of(maps, host.sysfs)
    trees = [map_tree(each, devices) for each in maps]
    return trees, [line for record in trees for line in tree(record)]


def _rows(_host: Host, maps: Sequence[MapSnapshot]) -> tuple[Sequence[MapRecord], list[Line]]:
    records = [map_record(each) for each in maps]
    return records, rows(records, heading=sys.stdout.isatty())


class WatchedMaps:
    """
    The maps that were named, or all of them; those that go and come again as well.

    Args:
        host: The machine.
        wakes: What wakes whoever waits.
        refs: The maps.
        of: The devices whose maps are meant too.
        shown: How they are shown.

    Synchronization: one task.
    """

    def __init__(self, host: Host, wakes: Wakes, refs: Sequence[str], of: Sequence[str], shown: _Shown) -> None:
        self._host, self._wakes, self._shown = host, wakes, shown
        self._named: list[tuple[list[str], list[str]]] = [([ref], []) for ref in refs] + [
            ([], [device]) for device in of
        ]
        self._looked = False

    def look(self) -> View:
        """
        Return the maps of now.

        Raises:
            NotFound: the first time, one is not there; later that is told in the view.
        """
        self._wakes.read()
        complaints: list[str] = []
        maps = list(_readable(self._maps(complaints), complaints))
        self._looked = True
        records, lines = self._shown(self._host, maps)
        broken = sum(record["paths_active"] < record["paths_total"] for record in records)
        summary = f"{len(records)} map{'s' * (len(records) != 1)}" + (f", {broken} with failed paths" if broken else "")
        nothing: list[Line] = [(Span("no multipath maps"),)]
        return View({"maps": records}, lines or nothing, (_settled(records), complaints), summary, tuple(complaints))

    async def wait(self, seconds: float) -> bool:
        """Wait until something has happened to device-mapper or storage."""
        return await self._wakes.wait(seconds)

    def _maps(self, complaints: list[str]) -> list[Map]:
        if not self._named:
            return self._host.maps()
        maps: dict[int, Map] = {}
        for refs, of in self._named:
            try:
                maps.update((found.devt, found) for found in selected(self._host, refs, of))
            except errors.NotFound as absent:
                if not self._looked:
                    raise
                complaints.append(str(absent))
        return list(maps.values())


def _readable(maps: Sequence[Map], complaints: list[str]) -> Iterator[MapSnapshot]:
    for found in maps:
        try:
            _ = found.snapshot.status
        except errors.UnexpectedStatus as error:
            complaints.append(str(error))
        else:
            yield found.snapshot


def _settled(value: Any) -> Any:
    """Return a record without what is restless."""
    if isinstance(value, dict):
        return {key: _settled(each) for key, each in value.items() if key not in _RESTLESS}
    return [_settled(each) for each in value] if isinstance(value, list) else value
