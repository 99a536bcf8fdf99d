"""
The header of one command on its way through the kernel: what was asked becomes what is answered.

The kernel uses one structure in both directions; a field that a command does not set comes back as it was sent.
"""

from collections.abc import Sequence
from typing import Final

from .._native import codec
from ..units import DevT
from .mapped_device import MappedDevice
from .table import RunningTable

# What a caller cannot set.
_KERNELS_OWN: Final = (
    codec.FLAG_BUFFER_FULL | codec.FLAG_UEVENT_GENERATED | codec.FLAG_SECURE_DATA | codec.FLAG_DATA_OUT
)
_STATE: Final = codec.FLAG_SUSPEND | codec.FLAG_READONLY | codec.FLAG_ACTIVE_PRESENT | codec.FLAG_INTERNAL_SUSPEND


def shown(text: bytes) -> str:
    """Return a string of the kernel as the codec shows it."""
    return text.decode("utf-8", "surrogateescape")


def raw(text: str) -> bytes:
    """Return it as the kernel has it; inverse of `shown`."""
    return text.encode("utf-8", "surrogateescape")


class Answer:
    """
    One header.

    Attributes:
        payload: What follows it; ``None`` where nothing does.
    """

    def __init__(self, request: codec.Request) -> None:
        self.flags = request.flags & ~_KERNELS_OWN
        self.name, self.uuid, self.dev = shown(request.name), shown(request.uuid), DevT(request.dev)
        self.event_nr, self.open_count, self.target_count = request.event_nr, 0, 0
        self.payload: bytes | None = None

    @property
    def queries_inactive(self) -> bool:
        """Whether the inactive table is asked about."""
        return bool(self.flags & codec.FLAG_QUERY_INACTIVE_TABLE)

    def set_flag(self, flag: int, value: object) -> None:
        """Set a flag, or clear it."""
        self.flags = self.flags | flag if value else self.flags & ~flag

    def tell_device(self, device: MappedDevice) -> None:
        """Say which device was found."""
        self.name, self.uuid = device.dm_name, device.uuid
        self.set_flag(codec.FLAG_INACTIVE_PRESENT, device.inactive)

    def tell_state(self, device: MappedDevice) -> None:
        """
        Say what the device is now.

        Source: linux ``drivers/md/dm-ioctl.c``, ``__dev_status()``.
        """
        self.flags &= ~_STATE
        live, asked = device.live, self.table_of(device)
        self.set_flag(codec.FLAG_SUSPEND, device.suspended)
        self.set_flag(codec.FLAG_ACTIVE_PRESENT, live)
        if device.deferred:
            self.flags |= codec.FLAG_DEFERRED_REMOVE
        self.dev, self.open_count, self.event_nr = device.devt, device.open_count, device.event_nr
        self.target_count = 0 if asked is None else len(asked.targets)
        self.set_flag(codec.FLAG_READONLY, asked is not None and asked.read_only)

    def table_of(self, device: MappedDevice) -> RunningTable | None:
        """Return the table that is asked about."""
        return device.inactive if self.queries_inactive else device.live

    def tell_lines(self, table: RunningTable) -> None:
        """Print each line of a table in the form that is asked for."""
        texts = zip(table.targets, self._texts(table), strict=True)
        self.payload = codec.pack_lines(
            [(target.start, target.length, target.type.encode(), text.encode()) for target, text in texts]
        )

    def packed(self, version: Sequence[int]) -> bytes:
        """Return the reply."""
        major, minor, patch = version
        return codec.pack_reply(
            (major, minor, patch),
            self.payload,
            flags=self.flags,
            target_count=self.target_count,
            open_count=self.open_count,
            event_nr=self.event_nr,
            dev=self.dev,
            name=raw(self.name),
            uuid=raw(self.uuid),
        )

    def _texts(self, table: RunningTable) -> list[str]:
        if self.flags & codec.FLAG_STATUS_TABLE:
            return [target.table() for target in table.targets]
        if self.flags & codec.FLAG_IMA_MEASUREMENT:
            return [_measured(table, index) for index in range(len(table.targets))]
        flush = not self.flags & codec.FLAG_NOFLUSH
        return [target.status(flush=flush) for target in table.targets]


def _measured(table: RunningTable, index: int) -> str:
    target = table.targets[index]
    text = target.measured()
    return f"target_name={target.type},target_version={table.profile.targets[target.type]}{text}" if text else ""
