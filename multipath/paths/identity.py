"""
Do these paths lead to one logical unit? Asked of the devices themselves, before any of them joins a map.

A path may have changed its unit since the kernel scanned it: what sysfs holds is old. So each SCSI path is asked for
page 0x83 again, and the designators of the unit must be the same down every path. What is not SCSI has the identity
that its driver holds in sysfs, or none; then sizes alone are compared, and a path with an identity never joins one
without.
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as Folder

from .. import errors
from ..units import DevT, Sectors, format_devt
from ..wire.vpd import DEVICE_IDENTIFICATION, logical_unit
from .commands import Commands
from .discover import read_path
from .sysfs import attribute, block_folder, size_of


@dataclass(frozen=True, slots=True)
class Identity:
    """
    What one path leads to.

    Attributes:
        devt: The path.
        name: The kernel's name of it.
        size: Its size.
        unit: The designators of its logical unit, sorted; empty where the device has none.
    """

    devt: DevT
    name: str
    size: Sectors
    unit: tuple[str, ...]

    def __str__(self) -> str:
        """Return one line of evidence."""
        return f"{self.name} ({format_devt(self.devt)}): {self.size} sectors, {' '.join(self.unit) or 'no identity'}"


def identify(devt: DevT, *, sysfs: Folder, commands: Commands) -> Identity:
    """
    Ask one path what it leads to.

    Raises:
        PathError: there is no such device, or it does not answer.
    """
    folder = block_folder(devt, sysfs)
    size = size_of(folder)
    if size is None:
        raise errors.PathError(errno.ENODEV, "no such block device", format_devt(devt))
    path = read_path(folder)
    if path is not None and path.hctl is not None:
        page = commands.vpd_page(path, DEVICE_IDENTIFICATION)
        try:
            return Identity(devt, path.name, size, tuple(sorted(map(str, logical_unit(page)))))
        except ValueError as error:
            raise errors.PathError(errno.EPROTO, f"unusable identification: {error}", f"/dev/{path.name}") from None
    wwid = attribute(folder, "wwid")
    return Identity(devt, folder.name, size, () if wwid is None else (wwid,))


def check_one_unit(paths: Sequence[DevT], *, sysfs: Folder, commands: Commands) -> Sectors:
    """
    Make sure that ``paths``, at least one, lead to one logical unit, and return its size.

    Raises:
        PathsDiffer: they do not, or one of them cannot tell; ``.evidence`` has one line for each path.
    """
    seen: list[Identity] = []
    silent: list[str] = []
    for devt in dict.fromkeys(paths):
        try:
            seen.append(identify(devt, sysfs=sysfs, commands=commands))
        except errors.PathError as error:
            silent.append(str(error))
    evidence = [*map(str, seen), *silent]
    if silent:
        raise errors.PathsDiffer("a path cannot be verified, nothing was changed", evidence)
    if len({(identity.size, identity.unit) for identity in seen}) != 1:
        raise errors.PathsDiffer("these paths are not one logical unit of one size, nothing was changed", evidence)
    return seen[0].size
