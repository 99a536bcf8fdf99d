"""
The interface of a target at work: what serves one line of a running table.

Theory of operation. A target is made by its constructor from the parameters of its line; what it does not take it
refuses with `TargetRefused`. It reaches its devices, and whoever owns it, through its `Owner`. From the first `resume`
on bios come to `map`, each a clone that is the target's own: it ends that clone once, whenever it likes, or submits it
(with another sector) or a clone of its own to a device, or hands it back with `Owner.push_back`.

A mapped device that is suspended calls `presuspend`, lets no new bio through, waits until each one that it gave out has
ended or was handed back, and calls `postsuspend`; when the wait is interrupted, `presuspend_undo`. A target that holds
bios back must let them go in `presuspend`, or they are waited for. A reload makes a new target beside the old one.

Synchronization: nobody holds a lock while a method of a target runs; `map` runs in any number of threads at once. A
target may hold a lock of its own when it calls its `Owner`, but not when it submits or ends a bio or hands one back.
"""

import enum
import errno
import os
from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol

from ...units import DevT, Sectors
from ..bio import Bio, BlockDevice
from ..clock import VirtualClock
from ..profile import KernelProfile

# What a target is built on, and which part of it: a device, the first sector and how many.
Area = tuple[BlockDevice, Sectors, Sectors]


class DeviceKind(enum.Enum):
    """What a mapped device works with; its first table decides for its life."""

    BIO = 1
    REQUEST = 3


class TargetRefused(Exception):
    """
    A target that cannot be made.

    Attributes:
        code: The errno.
        reason: What the kernel logs, without the target's name and the errno.
    """

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(code, reason)


class Owner(Protocol):
    """
    The table of which a target is one line, and the mapped device round it.

    Attributes:
        devt: The number of the mapped device.
        profile: The kernel that is played.
        clock: The time of this world.
        read_only: Whether the table was loaded for reading alone.
    """

    devt: DevT
    profile: KernelProfile
    clock: VirtualClock
    read_only: bool

    @property
    def suspended(self) -> bool:
        """Whether the mapped device is suspended."""

    @property
    def has_live_table(self) -> bool:
        """Whether the mapped device has a live table while this one is made."""

    def number(self, word: str) -> DevT:
        """
        Return the number of the device that a word of a table or a message names.

        Raises:
            OSError: there is no such number, or the path leads to no block device.
        """

    def open(self, word: str) -> BlockDevice:
        """
        Open the device that a word names, for the life of the table; a second time gives the same device.

        Raises:
            OSError: as the kernel's own.
        """

    def check(self, number: DevT) -> None:
        """
        Open a device for a moment.

        Raises:
            OSError: it cannot be opened.
        """

    def parameter(self, module: str, name: str) -> int:
        """Return a parameter of a kernel module, as it stands in sysfs now; 0 where there is none."""

    def event(self) -> None:
        """Count an event of the mapped device, and wake who waits for one."""

    def push_back(self, bio: Bio) -> None:
        """
        Hand a bio back that came through `RunningTarget.map`, and forget it.

        While the device is being suspended without a flush, it waits for the resume, and may meet another table then.
        Else a device that works with requests maps it again a moment later, and one that works with bios fails it.
        """

    def log(self, line: str) -> None:
        """Write a line into the kernel's log."""


class RunningTarget:
    """
    One target at work.

    Args:
        owner: Who has it.
        start: Its first sector on the mapped device.
        length: How many sectors it serves.
        params: Its parameters.

    Attributes:
        type: Its name in the kernel.
        singleton: Whether it must be the only line of its table.
        immutable: Whether only a table of the same type may follow it.
        wildcard: Whether it may follow an immutable one.
        takes_flush: Whether flushes come to it.
        takes_messages: Whether it understands any message.
        kind: What it works with; ``None`` for either.

    Raises:
        TargetRefused: what the kernel's constructor refuses.
    """

    type: ClassVar[str]
    singleton: ClassVar[bool] = False
    immutable: ClassVar[bool] = False
    wildcard: ClassVar[bool] = False
    takes_flush: ClassVar[bool] = True
    takes_messages: ClassVar[bool] = False
    kind: DeviceKind | None = DeviceKind.BIO

    def __init__(self, owner: Owner, start: Sectors, length: Sectors, params: str) -> None:
        self.owner, self.start, self.length = owner, start, length
        self.params = params

    def map(self, bio: Bio) -> None:
        """Take a bio, whose ``sector`` counts from the target's own first one."""
        raise NotImplementedError

    def areas(self) -> Iterator[Area]:
        """Yield what it is built on; each must be within its device."""
        yield from ()

    # What it tells.

    def status(self, *, flush: bool) -> str:  # noqa: ARG002 - a target that buffers nothing has nothing to flush
        """Return its status."""
        return ""

    def table(self) -> str:
        """Return its parameters as the kernel prints them."""
        return ""

    def measured(self) -> str:
        """Return what the kernel gives to IMA, without the target's name and version before it."""
        return ""

    # What it is told.

    def message(self, words: Sequence[str]) -> str | None:
        """
        Take a message, and return an answer if it has one.

        Raises:
            OSError: it does not accept it, or not now.
        """
        raise NotImplementedError

    def probe_paths(self) -> None:
        """
        Test its paths, where it has any.

        Raises:
            OSError: ``ENOTTY``: it has none; ``ENOTCONN``: none is usable.
        """
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))

    # Its life.

    def presuspend(self, *, noflush: bool) -> None:
        """Let go what it holds back, for the device is to be suspended."""

    def presuspend_undo(self) -> None:
        """Go on, for the device was not suspended after all."""

    def postsuspend(self) -> None:
        """Wait for what runs on its own; no bio is on its way any more."""

    def resume(self) -> None:
        """Serve I/O; the first time too."""

    def close(self) -> None:
        """End its life; no bio is on its way. Its devices are closed by the owner."""
