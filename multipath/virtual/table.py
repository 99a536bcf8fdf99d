"""
A table of a mapped device with its targets at work, in the live slot or in the inactive one.

Source: linux ``drivers/md/dm-table.c``; the reasons are its own.
"""

import bisect
import errno
import os
from collections.abc import Sequence
from typing import Final, Protocol

from ..units import SECTOR_SIZE, DevT, Sectors, format_devt
from .bio import Bio, BlockDevice
from .clock import VirtualClock
from .profile import KernelProfile
from .targets.registry import RUNNING
from .targets.target import DeviceKind, RunningTarget, TargetRefused

Line = tuple[Sectors, Sectors, str, str]
PREFIX: Final = "device-mapper: table: "
_LARGEST: Final = ((1 << 63) - 1) // SECTOR_SIZE


class TableDevice(Protocol):
    """What a table needs of the mapped device that it is made for."""

    devt: DevT
    profile: KernelProfile
    clock: VirtualClock

    @property
    def suspended(self) -> bool:
        """Whether it is suspended."""

    @property
    def live(self) -> "RunningTable | None":
        """Its live table."""

    @property
    def kind(self) -> DeviceKind | None:
        """What it works with, once its first table is loaded."""

    def number(self, word: str) -> DevT:
        """Return the number of the device that a word names."""

    def parameter(self, module: str, name: str) -> int:
        """Return a parameter of a module."""

    def hold(self, number: DevT, *, read_only: bool) -> BlockDevice:
        """Open a device for one table more."""

    def let_go(self, device: BlockDevice, *, read_only: bool) -> None:
        """Close it for that table."""

    def event(self) -> None:
        """Count an event."""

    def push_back(self, bio: Bio) -> None:
        """Take a bio back from a target."""

    def log(self, line: str) -> None:
        """Write into the kernel's log."""


class RunningTable:
    """
    The lines of a table, at work; also what the targets see as their owner.

    Args:
        device: The mapped device.
        lines: Start, length, type and parameters of each line.
        read_only: Whether it was loaded for reading alone.

    Attributes:
        devices: What it is built on, in the order of first use.
        kind: What it works with.

    Raises:
        OSError: the kernel refuses it; the log tells why.
    """

    def __init__(self, device: TableDevice, lines: Sequence[Line], *, read_only: bool) -> None:
        self._device, self.read_only = device, read_only
        self.devt, self.profile, self.clock = device.devt, device.profile, device.clock
        self.devices: dict[DevT, BlockDevice] = {}
        self.targets: list[RunningTarget] = []
        try:
            for line in lines:
                self._add(line)
            self.kind = self._kind()
        except BaseException:
            self.close()
            raise
        self._starts = [target.start for target in self.targets]

    @property
    def size(self) -> Sectors:
        """How many sectors it has."""
        last = self.targets[-1]
        return Sectors(last.start + last.length)

    @property
    def immutable_type(self) -> str | None:
        """The type that a table after this one must have too, if it is bound to one."""
        return next((target.type for target in self.targets if target.immutable), None)

    @property
    def is_wildcard(self) -> bool:
        """Whether it may follow any other table."""
        return any(target.wildcard for target in self.targets)

    def target_at(self, sector: int) -> RunningTarget | None:
        """Return the target that serves a sector."""
        index = bisect.bisect_right(self._starts, sector) - 1
        return self.targets[index] if index >= 0 and sector < self.size else None

    def check_areas(self) -> None:
        """
        Refuse targets that are larger than what they are built on; the kernel looks before a table is first used.

        Raises:
            OSError: ``EINVAL``.
        """
        for target in self.targets:
            for device, start, length in target.areas():
                if device.size and start + length > device.size:
                    size = f"start={start}, len={length}, dev_size={device.size}"
                    raise self._refused(errno.EINVAL, f"{device.name} too small for target: {size}")

    # What every target does at once.

    def presuspend(self, *, noflush: bool) -> None:
        """Have each target let go what it holds back."""
        for target in self.targets:
            target.presuspend(noflush=noflush)

    def presuspend_undo(self) -> None:
        """Have each target go on."""
        for target in self.targets:
            target.presuspend_undo()

    def postsuspend(self) -> None:
        """Have each target come to rest."""
        for target in self.targets:
            target.postsuspend()

    def resume(self) -> None:
        """Have each target serve I/O."""
        for target in self.targets:
            target.resume()

    def close(self) -> None:
        """End the targets, and close what they are built on; a command that reads the table just now may finish."""
        for target in self.targets:
            target.close()
        for device in self.devices.values():
            self._device.let_go(device, read_only=self.read_only)

    # The owner of its targets.

    @property
    def suspended(self) -> bool:
        """Whether the mapped device is suspended."""
        return self._device.suspended

    @property
    def has_live_table(self) -> bool:
        """Whether the mapped device has a live table now."""
        return self._device.live is not None

    def number(self, word: str) -> DevT:
        """Return the number of the device that a word names."""
        return self._device.number(word)

    def open(self, word: str) -> BlockDevice:
        """Open the device that a word names, once for each table."""
        number = self.number(word)
        if number == self.devt and self.profile.refuses_itself:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        if number not in self.devices:
            self.devices[number] = self._device.hold(number, read_only=self.read_only)
        return self.devices[number]

    def parameter(self, module: str, name: str) -> int:
        """Return a parameter of a module."""
        return self._device.parameter(module, name)

    def check(self, number: DevT) -> None:
        """Open a device for a moment."""
        device = self._device.hold(number, read_only=self.read_only)
        self._device.let_go(device, read_only=self.read_only)

    def event(self) -> None:
        """Count an event of the mapped device."""
        self._device.event()

    def push_back(self, bio: Bio) -> None:
        """Hand a bio back to the mapped device."""
        self._device.push_back(bio)

    def log(self, line: str) -> None:
        """Write into the kernel's log."""
        self._device.log(line)

    # How it is made.

    def _add(self, line: Line) -> None:
        """Make the target of one line; what is wrong with a line is asked in the kernel's order."""
        start, length, kind, params = line
        if self.targets and self.targets[0].singleton:
            raise self._refused(errno.EINVAL, f"target type {self.targets[0].type} must appear alone in table")
        if not length:
            raise self._refused(errno.EINVAL, "zero-length target")
        if start + length > _LARGEST:
            raise self._refused(errno.EINVAL, "too large device")
        target = RUNNING.get(kind)
        if target is None or kind not in self.profile.targets:
            raise self._refused(errno.EINVAL, f"{kind}: unknown target type")
        try:
            self._check_place(target, start)
            self.targets.append(target(self, start, length, params))
        except TargetRefused as refusal:
            name = errno.errorcode.get(refusal.code, str(refusal.code))
            raise self._refused(refusal.code, f"{kind}: {refusal.reason} (-{name})") from None

    def _check_place(self, target: type[RunningTarget], start: Sectors) -> None:
        if target.singleton and self.targets:
            raise TargetRefused(errno.EINVAL, "singleton target type must appear alone in table")
        bound = self.immutable_type
        if self.targets and (target.immutable or bound) and bound != target.type:
            raise TargetRefused(errno.EINVAL, "immutable target type cannot be mixed with other target types")
        if start != (self.size if self.targets else 0):
            raise TargetRefused(errno.EINVAL, "Gap in table")

    def _kind(self) -> DeviceKind:
        """Return what the table works with; one of requests needs a single target on devices that take them."""
        live = self._device.live
        kinds = {target.kind for target in self.targets} - {None}
        if len(kinds) > 1:
            raise self._mixed("Inconsistent table: different target types mixed up")
        kind = next(iter(kinds), None) or self._device.kind or DeviceKind.BIO
        if kind is DeviceKind.BIO:
            return kind
        if len(self.targets) > 1:
            raise self._mixed("request-based DM doesn't support multiple targets")
        if not self.devices:  # a table without paths is of the kind of the table that it follows
            return live.kind if live else kind
        if self.immutable_type is None:
            raise self._mixed("table load rejected: immutable target is required")
        if not all(device.takes_requests for device in self.devices.values()):
            raise self._mixed("table load rejected: including non-request-stackable devices")
        return kind

    def _refused(self, code: int, why: str) -> OSError:
        self.log(f"{PREFIX}{format_devt(self.devt)}: {why}")
        return OSError(code, os.strerror(code))

    def _mixed(self, why: str) -> OSError:
        """Refuse what no single line is to blame for: the kernel does not name the device then."""
        self.log(f"{PREFIX}{why}")
        return OSError(errno.EINVAL, os.strerror(errno.EINVAL))
