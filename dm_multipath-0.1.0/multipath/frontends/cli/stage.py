"""
Where the rehearsal is played: on the kernel's own virtual array (``scsi_debug``), or in a world in memory.

Only these are taken, for the rehearsal writes to them.
"""

from collections.abc import Iterable
from pathlib import Path as Folder
from typing import Final, Protocol

from ... import errors
from ...lab.disk import DirectDisk, Disk
from ...maps.host import Host
from ...paths.path import Path
from ...paths.sysfs import SYSFS, attribute
from ...units import format_devt
from ...virtual import VirtualHost

PATHS: Final = 4
_MODEL: Final = ("Linux", "scsi_debug")
_MAPPER: Final = Folder("/dev/mapper")


class Stage(Protocol):
    """What the rehearsal needs of a world."""

    host: Host

    def array(self) -> tuple[Path, ...]:
        """Return four paths to one logical unit that may be written to, or nothing where there are none."""

    def set_state(self, path: Path, state: str) -> None:
        """Put a path ``offline``, which then fails every command, or back to ``running``."""

    def open(self, name: str) -> Disk:
        """Open a map."""

    def nodes(self, name: str) -> list[str]:
        """Return the nodes of a map that is gone."""


class KernelStage:
    """The kernel of this host."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def array(self) -> tuple[Path, ...]:
        """Return the first four paths of one unit of ``scsi_debug``."""
        return find_array(self.host)

    def set_state(self, path: Path, state: str) -> None:
        """
        Put a SCSI device ``offline``, which its driver then reports for every command, or back to ``running``.

        Raises:
            NotFound: the device of this name is another one by now.
        """
        folder = SYSFS / "block" / path.name
        if attribute(folder, "dev") != format_devt(path.devt):
            raise errors.NotFound(f"{path} is not there any more")
        (folder / "device/state").write_text(f"{state}\n", "ascii")

    def open(self, name: str) -> Disk:
        """Open the map's node for direct I/O."""
        return DirectDisk(str(_MAPPER / name))

    def nodes(self, name: str) -> list[str]:
        """Return the link in ``/dev/mapper``."""
        node = _MAPPER / name
        return [str(node)] if node.is_symlink() or node.exists() else []


class VirtualStage:
    """A world in memory with one array; every path of it may be written to."""

    def __init__(self, world: VirtualHost, host: Host) -> None:
        self._world, self.host = world, host
        self._paths = {path.devt: path for path in world.add_array(paths=PATHS).paths}

    def array(self) -> tuple[Path, ...]:
        """Return the array's paths."""
        return self.host.paths()

    def set_state(self, path: Path, state: str) -> None:
        """Take a path offline, or online again."""
        disk = self._paths[path.devt]
        disk.offline() if state == "offline" else disk.online()

    def open(self, name: str) -> Disk:
        """Open the map."""
        return self._world.open(name)

    def nodes(self, _name: str) -> list[str]:
        """Return nothing: there is no ``/dev``."""
        return []


def find_array(host: Host) -> tuple[Path, ...]:
    """Return the first four paths of one virtual logical unit, or nothing where there are fewer."""
    units: dict[str, list[Path]] = {}
    for path in host.paths():
        if path.designator and (path.vendor, path.model) == _MODEL:
            units.setdefault(path.designator, []).append(path)
    return next((tuple(paths[:PATHS]) for paths in units.values() if len(paths) >= PATHS), ())


def bring_back(stage: Stage, paths: Iterable[Path]) -> None:
    """Let those of ``paths`` run again that are offline."""
    here = {path.devt: path for path in stage.host.paths()}
    for path in paths:
        if path.devt in here and here[path.devt].state == "offline":
            stage.set_state(path, "running")
