"""Which block device answers to a reference: a name, WWID, uuid, number, node or link. One of them, or none."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path as Folder

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceEntry, DeviceInfo
from ..paths.sysfs import device_number, number_behind
from ..units import DevT, format_devt
from .ownership import UUID_PREFIX


@dataclass(frozen=True, slots=True)
class Lookup:
    """
    Who looks it up.

    Attributes:
        control: Device-mapper.
        sysfs: The root of sysfs.
    """

    control: Control
    sysfs: Folder

    def device(self, ref: str | DevT) -> DeviceEntry:
        """
        Return the one device of device-mapper that answers.

        Raises:
            NotFound: none does.
            AmbiguousRef: one device has that name and another that uuid or number.
        """
        found = [entry for entry in self.control.devices() if ref in self._answers(entry)]
        if isinstance(ref, str) and "/" in ref and self.control.shared:  # else the nodes here are another world's
            found += [entry for entry in self.control.devices() if entry.devt == number_behind(ref)]
        matches = {entry.devt: entry for entry in found}
        if len(matches) > 1:
            raise errors.AmbiguousRef(
                f"{ref!r} could be {' or '.join(map(str, matches.values()))}; give the uuid or number"
            )
        if not matches:
            number = self.node_number(ref)
            other = (
                "" if number is None or not exists(number, self.sysfs) else "; it is another block device: see map_of()"
            )
            raise errors.NotFound(f"no device-mapper device answers to {shown_ref(ref)}{other}")
        return next(iter(matches.values()))

    def number(self, device: str | os.PathLike[str] | DevT) -> DevT:
        """
        Return the number of a block device, or of a device of device-mapper, that exists.

        Raises:
            NotFound: there is none.
            AmbiguousRef: it could be two.
        """
        ref = device if isinstance(device, int) else os.fspath(device)
        number = self.node_number(ref)
        found = set() if number is None or not exists(number, self.sysfs) else {number}
        with suppress(errors.NotFound):
            found.add(self.device(ref).devt)
        if len(found) > 1:
            raise errors.AmbiguousRef(f"{ref!r} could be {' or '.join(map(format_devt, found))}; give the number")
        if not found:
            raise errors.NotFound(f"no block device {shown_ref(ref)}; expected major:minor, a kernel name or its node")
        return found.pop()

    def node_number(self, ref: str | DevT) -> DevT | None:
        """Return the number that a name or node of the kernel has, whatever it is of; ``None`` where it has none."""
        return ref if isinstance(ref, int) else device_number(ref, self.sysfs, nodes=self.control.shared)

    def _answers(self, entry: DeviceEntry) -> tuple[object, ...]:
        """Return all that a device answers to."""
        uuid = self.control.uuid_of(entry)
        node = f"dm-{os.minor(entry.devt)}"
        wwid = (uuid.removeprefix(UUID_PREFIX),) if uuid.startswith(UUID_PREFIX) else ()
        names = (entry.name, uuid, format_devt(entry.devt), node, f"/dev/{node}", f"/dev/mapper/{entry.name}", *wwid)
        return entry.devt, *filter(None, names)


def exists(number: DevT, sysfs: Folder) -> bool:
    """Tell whether there is a block device of a number."""
    return (sysfs / "dev/block" / format_devt(number)).exists()


def shown_ref(ref: str | DevT | DeviceInfo) -> str:
    """Return a reference as an error names it."""
    return format_devt(ref) if isinstance(ref, int) else repr(ref) if isinstance(ref, str) else str(ref)
