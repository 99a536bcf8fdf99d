"""
Does a map still lead to the unit that is meant? The guard against a LUN that was given to another unit meanwhile.

Strategy: nothing that the kernel or udev remembers counts. Each path is asked for page 0x83 (and 0x80 for a serial
number) again, all at once, and what it says is held against what it said when it was scanned, and against what the
caller or the map's uuid expects.
"""

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path as Folder
from typing import Final

from .. import errors
from ..paths.commands import Commands
from ..paths.discover import read_path
from ..paths.path import Path
from ..paths.patience import ask
from ..paths.sysfs import block_folder
from ..paths.udev import UdevDatabase
from ..paths.wwid import identify_wwid
from ..units import DevT, Sectors, parse_devt
from ..wire.vpd import DEVICE_IDENTIFICATION, logical_unit, serial_of_page, wwid_of_page
from .ownership import UUID_PREFIX
from .planned_map import shown
from .snapshot import MapSnapshot

_SERIAL: Final = 0x80
_PATIENCE: Final = 6.0  # seconds after the last answer; a device has five


class Doubt(enum.StrEnum):
    """
    What does not fit.

    ``SILENT``: the path does not answer. ``RESCAN``: it leads to another unit than when it was scanned. ``WWID``,
    ``SERIAL``, ``SIZE``: not what was expected. ``GONE``: the map names a device that is not there.
    """

    SILENT = "silent"
    RESCAN = "rescan"
    WWID = "wwid"
    SERIAL = "serial"
    SIZE = "size"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """
    One thing about one path that is not as expected.

    Attributes:
        doubt: What.
        path: The kernel's name of the path, or its number where it has none.
        expected: What was expected.
        found: What there is, escaped.
    """

    doubt: Doubt
    path: str
    expected: str
    found: str

    @property
    def is_proof(self) -> bool:
        """Whether the path leads elsewhere; one that is silent or gone only does not say."""
        return self.doubt not in (Doubt.SILENT, Doubt.GONE)

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.path}: {self.doubt}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    What the paths should lead to; what is absent is not compared.

    Attributes:
        wwid: The WWID, as multipath-tools has it.
        serial: The serial number of page 0x80.
        size: In sectors.
    """

    wwid: str | None = None
    serial: str | None = None
    size: Sectors | None = None


def verify(paths: Sequence[Path], expected: Expectation, commands: Commands) -> tuple[Mismatch, ...]:
    """
    Ask paths what they lead to now, and return what does not fit; nothing where all do.

    A path that is not SCSI cannot be asked: what its driver holds counts.

    Args:
        paths: The paths.
        expected: What they should lead to.
        commands: How a path is asked.
    """
    wanted = [DEVICE_IDENTIFICATION, *([_SERIAL] if expected.serial is not None else [])]
    questions: dict[tuple[DevT, int], Callable[[], bytes | errors.PathError]] = {
        (path.devt, page): partial(_page, path, page, commands)
        for path in paths
        if path.bus == "scsi"
        for page in wanted
    }
    answers = ask(questions, _PATIENCE)
    return tuple(mismatch for path in paths for mismatch in _of_path(path, expected, answers))


def paths_of(snapshot: MapSnapshot, sysfs: Folder) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the paths of a map's table, and the numbers of those that are not there."""
    database = UdevDatabase(sysfs)
    udev = database if database.is_there else None
    found = {word: read_path(block_folder(parse_devt(word), sysfs), udev=udev) for word in snapshot.table.devices}
    return tuple(filter(None, found.values())), tuple(word for word, path in found.items() if path is None)


def verify_map(
    snapshot: MapSnapshot, expected: Expectation, *, sysfs: Folder, commands: Commands
) -> tuple[Mismatch, ...]:
    """Return what does not fit about the paths of a map; its uuid says what is expected where nothing else does."""
    if expected.wwid is None and snapshot.uuid.startswith(UUID_PREFIX):
        expected = replace(expected, wwid=snapshot.uuid.removeprefix(UUID_PREFIX))
    paths, gone = paths_of(snapshot, sysfs)
    missing = (Mismatch(Doubt.GONE, number, "a path", "no such device") for number in gone)
    return (*verify(paths, expected, commands), *missing)


def _of_path(
    path: Path, expected: Expectation, answers: dict[tuple[DevT, int], bytes | errors.PathError]
) -> Iterator[Mismatch]:
    if expected.size not in (None, path.size):
        yield Mismatch(Doubt.SIZE, path.name, f"{expected.size} sectors", f"{path.size} sectors")
    if path.bus != "scsi":
        yield from _held(path, expected)
        return
    page = answers.get((path.devt, DEVICE_IDENTIFICATION))
    if not isinstance(page, bytes):
        yield Mismatch(Doubt.SILENT, path.name, "an answer", shown(str(page)) if page else "none in time")
        page = path.vpd_83  # what it was when it was scanned is all that there is to compare
    elif path.vpd_83 and _unit(page) != _unit(path.vpd_83):
        yield Mismatch(Doubt.RESCAN, path.name, " ".join(_unit(path.vpd_83)), " ".join(_unit(page)) or "no identity")
    told = {found for found in (wwid_of_page(page), _by_udev(path, page)) if found}
    if expected.wwid is not None and page and expected.wwid not in told:
        found = shown(" or ".join(sorted(told))) or "no identity"
        yield Mismatch(Doubt.WWID, path.name, shown(expected.wwid), found)
    if expected.serial is not None:
        yield from _serial(path, expected.serial, answers.get((path.devt, _SERIAL)))


def _held(path: Path, expected: Expectation) -> Iterator[Mismatch]:
    wwid = identify_wwid(path, "")
    if expected.wwid is not None and (wwid is None or wwid.value != expected.wwid):
        yield Mismatch(Doubt.WWID, path.name, shown(expected.wwid), shown(str(wwid)) if wwid else "no identity")
    if expected.serial is not None and path.serial != expected.serial:
        yield Mismatch(Doubt.SERIAL, path.name, shown(expected.serial), shown(path.serial or "none"))


def _serial(path: Path, expected: str, page: bytes | errors.PathError | None) -> Iterator[Mismatch]:
    if not isinstance(page, bytes):
        return  # silent: that is told already
    found = (serial_of_page(page) or "").strip()
    if found != expected.strip():
        yield Mismatch(Doubt.SERIAL, path.name, shown(expected), shown(found) or "none")


def _by_udev(path: Path, page: bytes) -> str | None:
    """Return the WWID that udev's rules made of the identity that the path still has; another says nothing of it."""
    found = (path.udev or {}).get("ID_SERIAL")
    return found if found and (not path.vpd_83 or _unit(page) == _unit(path.vpd_83)) else None


def _unit(page: bytes) -> tuple[str, ...]:
    try:
        return tuple(sorted(map(str, logical_unit(page))))
    except ValueError:
        return ()


def _page(path: Path, page: int, commands: Commands) -> bytes | errors.PathError:
    try:
        return commands.vpd_page(path, page)
    except errors.PathError as error:
        return error
