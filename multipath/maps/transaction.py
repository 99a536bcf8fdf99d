"""
Several changes of device-mapper as one: all of them are made, or what was made is taken back.

Strategy: what may be refused comes first and harms nobody. Devices are made and tables are loaded, which the kernel
checks, before anything is removed, renamed or made live. Each change notes how it is taken back; on any error, a
signal's exception too, that is done in the reverse order. What cannot be taken back is noted on the error.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.target import Target
from ..dm.udev_flag import UdevFlag


class Transaction:
    """
    Changes that belong together; leave it by an error, and they are taken back.

    Args:
        control: The device-mapper.
        udev_flags: What udev's rules should leave out.

    Synchronization: one thread.
    """

    def __init__(self, control: Control, udev_flags: UdevFlag) -> None:
        self._control, self._flags = control, udev_flags
        self._undo: list[tuple[str, Callable[[], object]]] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take everything back where an error ends it."""
        while error is not None and self._undo:
            what, undo = self._undo.pop()
            try:
                undo()
            except errors.MultipathError as left:
                error.add_note(f"{what} could not be taken back: {left}")

    def create(self, name: str, uuid: str, line: Target, *, read_only: bool) -> DeviceInfo:
        """Make a device with a table that is not live yet."""
        device = self._control.create(name, uuid=uuid)
        self._undo.append((f"the making of {device}", lambda: self._control.remove(device)))
        self._control.load(device, [line], read_only=read_only)
        return device

    def load(self, device: DeviceInfo, line: Target, *, read_only: bool) -> None:
        """Load a table that is not live yet."""
        self._control.load(device, [line], read_only=read_only)
        self._undo.append((f"the loading of {device}", lambda: self._control.clear(device)))

    def resume(self, device: DeviceInfo, old: Target | None) -> None:
        """
        Make a loaded table live.

        Args:
            device: The device.
            old: The table that it had; ``None`` where there was none, and the device was made here or half-made.
        """
        # Noted first: what waits for udev may fail when the tables are swapped already.
        self._undo.append((f"the table of {device}", lambda: self._give_back(device, old)))
        flush = old is not None
        self._control.resume(device, flush=flush, lockfs=flush, udev_flags=self._flags)

    def rename(self, device: DeviceInfo, new: str) -> None:
        """Give a device another name."""
        old = device.name
        self._undo.append((f"the name of {device}", lambda: self._name_back(device, old)))
        self._control.rename(device, new, udev_flags=self._flags)

    def remove(self, device: DeviceInfo, *, deferred: bool = False, timeout: float = 5.0) -> None:
        """Remove a device; what takes that back makes one that is like it."""
        lines = tuple(self._control.table(device))
        self._undo.append((f"the removal of {device}", lambda: self._make_again(device, lines)))
        self._control.remove(device, deferred=deferred, timeout=timeout)

    # Back.

    def _give_back(self, device: DeviceInfo, old: Target | None) -> None:
        if old is not None and tuple(self._control.table(device)) != (old,):
            self._control.load(device, [old], read_only=device.read_only)
            self._control.resume(device, flush=True, lockfs=True, udev_flags=self._flags)

    def _name_back(self, device: DeviceInfo, old: str) -> None:
        if self._control.info(device).name != old:
            self._control.rename(device, old, udev_flags=self._flags)

    def _make_again(self, device: DeviceInfo, lines: tuple[Target, ...]) -> None:
        try:
            self._control.info(device)
        except errors.DeviceNotFound:
            again = self._control.create(device.name, uuid=device.uuid or None)
            if lines:
                self._control.load(again, lines, read_only=device.read_only)
                self._control.resume(again, udev_flags=self._flags)
