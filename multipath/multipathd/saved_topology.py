r"""
What ``multipath -ll``, ``show topology`` or ``show maps json`` printed once, read from a file that somebody saved.

For what is there now ask the kernel, or multipathd: nothing in this library reads this text of a running machine. It
is for support: for reports that hold nothing better.

Strategy: only a line that is of the text, whole, is taken; anything else, such as what multipath-tools logs between
the lines, is kept apart. The form is that since release 0.4.9, of 2010.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from .map import DaemonGroup, DaemonMap
from .path import DaemonPath
from .topology import read_maps

_ACTIONS: Final = "reject|reload|switchpg|rename|resize|create|missing|swap|set|undef|force reload|path|nothing"
_MAP: Final = re.compile(
    rf"(?:(?P<action>(?:{_ACTIONS})[a-z ()/]*): )?"
    r"(?P<name>\S.*?)(?: \((?P<wwid>.+)\))? (?P<node>dm-\d+|undef|-|\[\w+\]:\S+) (?P<inquiry>.*)"
)
_SIZE: Final = re.compile(
    r"size=(?P<size>\S+) features='(?P<features>[^']*)' hwhandler='(?P<handler>[^']*)' wp=(?P<wp>\w+)\s*"
)
_GROUP: Final = re.compile(r"[|`]-[+-]- policy='(?P<policy>[^']*)' prio=(?P<prio>-?\d+|undef) status=(?P<state>\S+)\s*")
_PATH: Final = re.compile(
    r"[| ] [|`]- (?P<hctl>\S+)\s+(?P<name>\S+)\s+(?P<number>\S+)\s+(?P<dm>\S+)\s+(?P<checker>i/o \w+|\S+)"
    r"(?:\s+(?P<device>\S+))?\s*"
)
_LOGGED: Final = re.compile(r"(?:\w{3} +\d+ \d\d:\d\d:\d\d|\d+\.\d+) \| ")
_HCTL: Final = re.compile(r"\d+:\d+:\d+:\d+")
_READ_ONLY: Final = {"ro": True, "rw": False}


@dataclass(frozen=True, slots=True)
class SavedTopology:
    """
    What a saved text tells.

    Attributes:
        maps: The maps with their groups and paths, in multipathd's words; what the text does not tell is as in
            `DaemonMap`, and ``paths_active`` is counted.
        other: The lines that are none of the text's: what was logged between them, and what cannot be read.
    """

    maps: tuple[DaemonMap, ...] = ()
    other: tuple[str, ...] = ()


def read_topology(text: str) -> SavedTopology:
    r"""
    Read what ``multipath -ll`` printed, or ``multipathd show maps json``; whatever it holds, this succeeds.

    JSON that cannot be read, such as one that was cut short, is in ``other``, line by line.

    >>> saved = read_topology('''Nov 26 12:00:00 | sdc: unusable path
    ... mpatha (3600140500000a11) dm-0 LIO-ORG,unit
    ... size=64M features='0' hwhandler='1 alua' wp=rw
    ... `-+- policy='service-time 0' prio=50 status=active
    ...   |- 0:0:0:0 sda 8:0  active ready running
    ...   `- 1:0:0:0 sdb 8:16 failed faulty running''')
    >>> saved.maps[0].name, saved.maps[0].wwid, [path.dm_state for path in saved.maps[0].groups[0].paths]
    ('mpatha', '3600140500000a11', ['active', 'failed'])
    >>> saved.other
    ('Nov 26 12:00:00 | sdc: unusable path',)
    """
    lines = text.splitlines()
    if saved := _of_json(lines):
        return saved
    reader = _Reader()
    for line in lines:
        if not reader.takes(line):
            reader.other.append(line)
    reader.finish()
    return SavedTopology(tuple(map(_counted, reader.maps)), _told(reader.other))


def _of_json(lines: list[str]) -> SavedTopology | None:
    """Return the maps of JSON with what was logged before and after it; ``None`` where there is none."""
    try:
        first, end = lines.index("{"), len(lines) - lines[::-1].index("}")
        maps = read_maps("\n".join(lines[first:end]))
    except ValueError:
        return None
    return SavedTopology(maps, _told([*lines[:first], *lines[end:]]))


def _told(lines: list[str]) -> tuple[str, ...]:
    return tuple(line.rstrip() for line in lines if line.strip())


class _Reader:
    """The maps so far; the first line of the next one, which is one only when its second line follows."""

    def __init__(self) -> None:
        self.maps: list[DaemonMap] = []
        self.other: list[str] = []
        self._head: tuple[str, re.Match[str]] | None = None

    def takes(self, line: str) -> bool:
        """Tell whether a line is one of the text, and read it."""
        if _LOGGED.match(line):
            return False
        if self._head is not None and (found := _SIZE.fullmatch(line)):
            self.maps.append(_map(self._head[1], found))
            self._head = None
            return True
        if self.maps and self._head is None and self._takes_below(line):
            return True
        return self._takes_head(line)

    def finish(self) -> None:
        """Give up what never became a map."""
        if self._head is not None:
            self.other.append(self._head[0])
            self._head = None

    def _takes_head(self, line: str) -> bool:
        found = _MAP.fullmatch(line)
        if found is None:
            return False
        self.finish()
        self._head = line, found
        return True

    def _takes_below(self, line: str) -> bool:
        groups = self.maps[-1].groups
        if found := _GROUP.fullmatch(line):
            self._replace((*groups, _group(len(groups) + 1, found)))
        elif groups and (found := _PATH.fullmatch(line)):
            self._replace((*groups[:-1], replace(groups[-1], paths=(*groups[-1].paths, _path(found)))))
        else:
            return False
        return True

    def _replace(self, groups: tuple[DaemonGroup, ...]) -> None:
        self.maps[-1] = replace(self.maps[-1], groups=groups)


def _map(head: re.Match[str], size: re.Match[str]) -> DaemonMap:
    known: dict[str, Any] = {"name": head["name"], "wwid": head["wwid"] or head["name"], "node": head["node"]}
    return DaemonMap(
        **known,
        action=head["action"] or "",
        inquiry=head["inquiry"].rstrip(),
        size=size["size"],
        features=size["features"],
        hardware_handler=size["handler"],
        read_only=_READ_ONLY.get(size["wp"]),
    )


def _group(number: int, found: re.Match[str]) -> DaemonGroup:
    priority = None if found["prio"] == "undef" else int(found["prio"])
    return DaemonGroup(number, selector=found["policy"], priority=priority, state=found["state"])


def _path(found: re.Match[str]) -> DaemonPath:
    return DaemonPath(
        found["name"],
        device_number=found["number"],
        dm_state=found["dm"],
        checker_state=found["checker"],
        device_state=found["device"] or "unknown",
        hctl=found["hctl"] if _HCTL.fullmatch(found["hctl"]) else None,
    )


def _paths(found: DaemonMap) -> Iterator[DaemonPath]:
    return (path for group in found.groups for path in group.paths)


def _counted(found: DaemonMap) -> DaemonMap:
    return replace(found, paths_active=sum(path.dm_state == "active" for path in _paths(found)))
