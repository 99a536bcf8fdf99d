"""
What the tab key completes: called by the shell, as `completion` tells it to.

Strategy: argcomplete walks the parsers. What they do not know is found by what an argument is called in the usage. The
names of maps and paths come from sysfs, which anybody may read and where nothing waits for a device; what cannot be
read is not there, for nobody wants an error in the middle of a command line.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from ...maps.ownership import UUID_PREFIX
from ...paths.sysfs import SYSFS, attribute
from .exit_code import ExitCode
from .main import VERBS, make_parser

_LINE: Final = "COMP_LINE"
_POINT: Final = "COMP_POINT"
Names = Callable[..., list[str]]


def complete(sysfs: Path = SYSFS) -> None:
    """Print to the shell what fits, and exit."""
    try:
        from argcomplete import autocomplete, completers  # the extra "cli"
    except ImportError:
        sys.exit(ExitCode.ERROR)
    line = os.environ.get(_LINE, "")
    words = line.encode()[: int(os.environ.get(_POINT) or len(line))].decode(errors="replace").split()[1:]
    verb = next((word for word in words if word in VERBS), "")
    parser = make_parser(verb)
    _tell(parser, _known(sysfs, completers.FilesCompleter(), completers.DirectoriesCompleter()))
    autocomplete(parser, default_completer=completers.SuppressCompleter())


def _tell(parser: argparse.ArgumentParser, known: dict[str, Any]) -> None:
    """Tell each argument what completes it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                _tell(below, known)
        elif found := [known[name] for name in (*str(action.metavar).split("|"), f"--{action.dest}") if name in known]:
            action.completer = _all_of(found)  # type: ignore[attr-defined]


def _known(sysfs: Path, files: object, folders: object) -> dict[str, Any]:
    """Return what completes an argument, by what it is called."""
    return {
        "MAP": lambda **_: sorted(maps(sysfs)),
        "PATH": lambda parsed_args, **_: sorted(paths(sysfs, getattr(parsed_args, "map", None))),
        "DEVICE": lambda **_: sorted(paths(sysfs)),
        "WWID": lambda **_: sorted(uuid.removeprefix(UUID_PREFIX) for uuid in maps(sysfs).values()),
        "OPTION": lambda **_: _options(),
        "--type": lambda **_: _reservation_types(),
        "FILE": files,
        "DIR": folders,
    }


def _all_of(found: list[Names]) -> Names:
    if len(found) == 1:
        return found[0]
    return lambda **given: sorted({name for each in found for name in each(**given)})


def maps(sysfs: Path = SYSFS) -> dict[str, str]:
    """Return the names of the multipath maps that are here, with their uuids."""
    return {
        name: uuid
        for folder in _blocks(sysfs)
        if (uuid := attribute(folder / "dm", "uuid") or "").startswith(UUID_PREFIX)
        and "\\" not in (name := attribute(folder / "dm", "name") or "\\")  # as `attribute` writes what nobody can type
    }


def paths(sysfs: Path = SYSFS, name: str | None = None) -> list[str]:
    """Return the kernel's names of the disks that are here; of those that a map has, where one of that name is here."""
    for folder in _blocks(sysfs) if name else ():
        if attribute(folder / "dm", "name") == name:
            return [each.name for each in _entries(folder / "slaves")]
    return [folder.name for folder in _blocks(sysfs) if (folder / "device").exists()]


def _blocks(sysfs: Path) -> Iterator[Path]:
    return _entries(sysfs / "block")


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError:
        return


def _options() -> list[str]:
    from ...config.schema import OPTIONS

    return list(OPTIONS)


def _reservation_types() -> list[str]:
    from ...wire.reservation import ReservationType

    return [each.word for each in ReservationType]
