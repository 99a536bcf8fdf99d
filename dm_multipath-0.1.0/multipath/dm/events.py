"""
Changes of device-mapper devices, none lost.

Theory of operation. The control file is readable while the kernel's global event counter is ahead of the number that
the file was armed with; reading does not exist and the condition stays. So a round is: arm, list, compare with the last
list, handle, poll. An event between arm and list is seen twice at worst; one after list makes the file readable at
once. Armed after the list, it would be lost.

A table that is swapped raises the global counter only, not the device's number: such a wake-up shows no change here,
and whoever cares for tables reads them again. Several events of one device may merge into one step of its number.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from ..units import DevT
from .control import Control
from .device import DeviceEntry


class DeviceChangeKind(enum.StrEnum):
    """What happened to a device between two lists."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """
    One change.

    Attributes:
        kind: What happened.
        entry: The device now; for ``REMOVED`` as it was last seen.
        before: As it was last seen; ``None`` for ``ADDED``.
    """

    kind: DeviceChangeKind
    entry: DeviceEntry
    before: DeviceEntry | None = None


class DeviceEvents:
    """
    A lossless reader of changes, with a control file of its own.

    The first `changes` reports every device as added. ``fileno()`` is readable when `changes` has something to look at.

    Args:
        control: The device-mapper to watch; its own armed counter is left alone.

    Synchronization: one thread.
    """

    def __init__(self, control: Control) -> None:
        self._control = control.sibling()
        self._known: dict[DevT, DeviceEntry] = {}

    def close(self) -> None:
        """Close the control file; a second time does nothing."""
        self._control.close()

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()

    def fileno(self) -> int:
        """Return the descriptor to poll for input."""
        return self._control.fileno()

    def poll(self, timeout: float | None = None) -> bool:
        """Wait until `changes` has something to look at; ``False`` when ``timeout`` seconds passed without."""
        return self._control.poll(timeout)

    @property
    def devices(self) -> tuple[DeviceEntry, ...]:
        """The devices that the last `changes` saw."""
        return tuple(self._known.values())

    def changes(self) -> list[DeviceChange]:
        """Arm, list, and return what differs from the last list; does not wait."""
        self._control.arm_poll()
        before, self._known = self._known, {entry.devt: entry for entry in self._control.devices()}
        return list(compare(before, self._known))


def compare(before: dict[DevT, DeviceEntry], now: dict[DevT, DeviceEntry]) -> Iterator[DeviceChange]:
    """Yield the changes between two lists: first what went away, for its name may be taken again at once."""
    for devt, old in before.items():
        if devt not in now or now[devt].uuid != old.uuid:
            yield DeviceChange(DeviceChangeKind.REMOVED, old, old)
    for devt, entry in now.items():
        known = before.get(devt)
        if known is None or known.uuid != entry.uuid:
            yield DeviceChange(DeviceChangeKind.ADDED, entry)
        elif known.name != entry.name:
            yield DeviceChange(DeviceChangeKind.RENAMED, entry, known)
        elif known.event_nr != entry.event_nr:
            yield DeviceChange(DeviceChangeKind.EVENT, entry, known)
