"""What the kernel tells of one device: snapshots, each with the event number that it belongs to."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

from .._native import codec
from ..units import DevT, format_devt
from .target import Target


class DmFlag(enum.IntFlag):
    """The flags of ``struct dm_ioctl``, by the names of the header."""

    READONLY = codec.FLAG_READONLY
    SUSPEND = codec.FLAG_SUSPEND
    PERSISTENT_DEV = codec.FLAG_PERSISTENT_DEV
    STATUS_TABLE = codec.FLAG_STATUS_TABLE
    ACTIVE_PRESENT = codec.FLAG_ACTIVE_PRESENT
    INACTIVE_PRESENT = codec.FLAG_INACTIVE_PRESENT
    SKIP_LOCKFS = codec.FLAG_SKIP_LOCKFS
    NOFLUSH = codec.FLAG_NOFLUSH
    QUERY_INACTIVE_TABLE = codec.FLAG_QUERY_INACTIVE_TABLE
    UEVENT_GENERATED = codec.FLAG_UEVENT_GENERATED
    UUID = codec.FLAG_UUID
    SECURE_DATA = codec.FLAG_SECURE_DATA
    DATA_OUT = codec.FLAG_DATA_OUT
    DEFERRED_REMOVE = codec.FLAG_DEFERRED_REMOVE
    INTERNAL_SUSPEND = codec.FLAG_INTERNAL_SUSPEND
    IMA_MEASUREMENT = codec.FLAG_IMA_MEASUREMENT


class Version(NamedTuple):
    """A version of the interface or of a target."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        """Return ``major.minor.patch``."""
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """
    One device at one moment.

    Attributes:
        name: Its name.
        uuid: Its uuid; empty without one.
        devt: Its device number.
        open_count: How often it is open now.
        event_nr: Events of its live table since it was created; others compare with it to see that nothing was missed.
        target_count: Lines of the live table.
        flags: The raw answer, bits of `DmFlag`; the properties read it.
    """

    name: str
    uuid: str
    devt: DevT
    open_count: int
    event_nr: int
    target_count: int
    flags: int

    @property
    def node(self) -> str:
        """The kernel's own name, as in ``/dev`` and ``/sys/block``: ``dm-N``."""
        return f"dm-{_minor(self.devt)}"

    @property
    def suspended(self) -> bool:
        """Whether I/O is held back."""
        return bool(self.flags & codec.FLAG_SUSPEND)

    @property
    def read_only(self) -> bool:
        """Whether the device refuses writes."""
        return bool(self.flags & codec.FLAG_READONLY)

    @property
    def live_table(self) -> bool:
        """Whether a table serves I/O."""
        return bool(self.flags & codec.FLAG_ACTIVE_PRESENT)

    @property
    def inactive_table(self) -> bool:
        """Whether a loaded table waits for the next resume."""
        return bool(self.flags & codec.FLAG_INACTIVE_PRESENT)

    @property
    def deferred_remove(self) -> bool:
        """Whether the device goes away with its last user."""
        return bool(self.flags & codec.FLAG_DEFERRED_REMOVE)

    @property
    def internally_suspended(self) -> bool:
        """Whether another target holds it suspended, as a snapshot merge does."""
        return bool(self.flags & codec.FLAG_INTERNAL_SUSPEND)

    def __str__(self) -> str:
        """Return name and number."""
        return f"{self.name} ({format_devt(self.devt)})"


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """
    One device of the list.

    Attributes:
        name: Its name.
        devt: Its device number.
        event_nr: Its event number; ``None`` before interface 4.37.
        uuid: Its uuid, empty without one; ``None`` where the kernel's list does not tell.
    """

    name: str
    devt: DevT
    event_nr: int | None
    uuid: str | None

    def __str__(self) -> str:
        """Return name and number."""
        return f"{self.name} ({format_devt(self.devt)})"


@dataclass(frozen=True, slots=True)
class DeviceTable(Sequence[Target]):
    """
    The lines of one table, with the state of the device in the same answer.

    A sequence of `Target`: index 0 is the first line. ``params`` is the table or the status, as was asked.

    Attributes:
        info: The device when the kernel printed the lines.
        targets: The lines; empty when there is no table.
    """

    info: DeviceInfo
    targets: tuple[Target, ...]

    @overload
    def __getitem__(self, index: int) -> Target: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Target, ...]: ...
    def __getitem__(self, index: int | slice) -> Target | tuple[Target, ...]:
        """Return one line, or a slice of them."""
        return self.targets[index]

    def __iter__(self) -> Iterator[Target]:
        """Iterate over the lines."""
        return iter(self.targets)

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.targets)

    def __str__(self) -> str:
        """Return the lines as dmsetup prints them, without the device's name."""
        return "\n".join(map(str, self.targets))


def _minor(number: DevT) -> str:
    return format_devt(number).partition(":")[2]
