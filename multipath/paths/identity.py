"""
Do these paths lead to one logical unit? Asked of the devices themselves, before any of them joins a map.

A path may have changed its unit since the kernel scanned it: what sysfs holds is old. So each SCSI path is asked for
page 0x83 again, and the designators of the unit must be the same down every path. What is not SCSI has the identity
that its driver holds in sysfs, or none; then sizes alone are compared, and a path with an identity never joins one
without.
"""

import errno
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path as Folder

from .. import errors
from ..units import DevT, Sectors, format_devt
from ..wire.vpd import DEVICE_IDENTIFICATION, logical_unit
from .attributes import Attributes
from .commands import Commands
from .path import Path
from .place import place_of
from .scsi import is_scsi
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
        scanned: Those that the kernel read when it scanned the path, where they are others; else empty.
    """

    devt: DevT
    name: str
    size: Sectors
    unit: tuple[str, ...]
    scanned: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return one line of evidence."""
        line = f"{self.name} ({format_devt(self.devt)}): {self.size} sectors, {' '.join(self.unit) or 'no identity'}"
        return f"{line}; when it was scanned: {' '.join(self.scanned)}" if self.scanned else line


def identify(devt: DevT, *, sysfs: Folder, commands: Commands) -> Identity:
    """
    Ask one path what it leads to.

    Raises:
        PathError: there is no such device, or it does not answer.
    """
    place = place_of(str(sysfs / "dev/block" / format_devt(devt)))
    if place is None or not is_scsi(place):
        folder = block_folder(devt, sysfs)
        wwid = attribute(folder, "wwid")
        return Identity(devt, folder.name, _size(devt, folder), () if wwid is None else (wwid,))
    with Attributes(place.folder) as disk, Attributes(place.device) as below:
        size, diskseq, held = disk.number("size"), disk.number("diskseq"), below.binary("vpd_pg83") or b""
    if size is None:
        raise errors.PathError(errno.ENODEV, "no such block device", format_devt(devt))
    path = Path(place.name, devt, Sectors(size), None, None, None, None, None, diskseq)
    page = commands.vpd_page(path, DEVICE_IDENTIFICATION)
    unit = _unit(place.name, page)
    return Identity(devt, place.name, path.size, unit, _other_unit(held, page, unit))


def remembered(devt: DevT, *, sysfs: Folder) -> Identity:
    """
    Return what the kernel read from a path when it was scanned: for a path that does not answer now.

    Raises:
        PathError: there is no such device, or the kernel holds no identification of it.
    """
    folder = block_folder(devt, sysfs)
    try:
        page = (folder / "device/vpd_pg83").read_bytes()
    except OSError as error:
        what = f"the kernel holds no identification: {error.strerror}"
        raise errors.PathError(error.errno or errno.ENOENT, what, format_devt(devt)) from None
    return Identity(devt, folder.name, _size(devt, folder), _unit(folder.name, page))


def check_one_unit(paths: Sequence[DevT], *, beside: Sequence[DevT] = (), sysfs: Folder, commands: Commands) -> Sectors:
    """
    Make sure that ``paths``, at least one, lead to one logical unit, and return its size.

    Args:
        paths: Those that join a map: each must answer.
        beside: Those that are in the map: the first that answers must lead to the same unit. When none does, what
            the kernel remembers of them must be that unit.
        sysfs: The root of sysfs.
        commands: How a path is asked.

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
    if stale := [str(identity) for identity in seen if identity.scanned]:
        said = "a path leads to another unit than when it was scanned, nothing was changed; rescan it first"
        raise errors.PathsDiffer(said, stale)
    if beside and not silent:
        seen += _first_that_tells(beside, silent, sysfs=sysfs, commands=commands)
    evidence = [*map(str, seen), *silent]
    if len(seen) < len(set(paths)) + bool(beside):
        raise errors.PathsDiffer("a path cannot be verified, nothing was changed", evidence)
    if len({(identity.size, identity.unit) for identity in seen}) != 1:
        raise errors.PathsDiffer("these paths are not one logical unit of one size, nothing was changed", evidence)
    return seen[0].size


def common_size(paths: Sequence[DevT], *, sysfs: Folder) -> Sectors:
    """
    Return the size of ``paths``, at least one, as the kernel holds it; no path is asked.

    Raises:
        PathsDiffer: they have not one size.
    """
    sizes = {devt: size_of(block_folder(devt, sysfs)) for devt in paths}
    found = set(sizes.values())
    size = found.pop()
    if size is None or found:
        evidence = [f"{format_devt(devt)}: {'no such device' if of is None else of}" for devt, of in sizes.items()]
        raise errors.PathsDiffer("these paths have not one size, nothing was changed; give size=", evidence)
    return size


def _first_that_tells(
    members: Sequence[DevT], silent: list[str], *, sysfs: Folder, commands: Commands
) -> list[Identity]:
    for devt in members:
        try:
            return [identify(devt, sysfs=sysfs, commands=commands)]
        except errors.PathError as error:
            silent.append(str(error))
    for devt in members:
        with suppress(errors.PathError):
            return [remembered(devt, sysfs=sysfs)]
    return []


def _unit(name: str, page: bytes) -> tuple[str, ...]:
    try:
        unit = tuple(sorted(map(str, logical_unit(page))))
    except ValueError as error:
        raise errors.PathError(errno.EPROTO, f"unusable identification: {error}", f"/dev/{name}") from None
    if not unit:  # two units that both say nothing would pass for one
        raise errors.PathError(errno.EPROTO, "does not say which logical unit it is", f"/dev/{name}")
    return unit


def _other_unit(held: bytes, page: bytes, unit: tuple[str, ...]) -> tuple[str, ...]:
    """Return the unit that the kernel remembers, where it is another: what was concluded from that is wrong by now."""
    if held == page or not held:
        return ()
    try:
        scanned = tuple(sorted(map(str, logical_unit(held))))
    except ValueError:
        return ()
    return () if scanned == unit else scanned


def _size(devt: DevT, folder: Folder) -> Sectors:
    size = size_of(folder)
    if size is None:
        raise errors.PathError(errno.ENODEV, "no such block device", format_devt(devt))
    return size
