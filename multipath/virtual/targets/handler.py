"""
Which SCSI device handler a multipath map has: the one that its table names, or the one that its paths have already.

Source: linux ``drivers/md/dm-mpath.c``, ``parse_hw_handler()``, ``setup_scsi_dh()``.
"""

import errno
from collections.abc import Callable, Iterable
from typing import Protocol, TypeGuard, runtime_checkable

from ...wire.table import MultipathTable
from ..bio import BlockDevice
from .target import TargetRefused


@runtime_checkable
class HandledPath(Protocol):
    """A path that a device handler may look after."""

    @property
    def handler(self) -> str:
        """The handler's name; empty while none is attached."""

    def activate(self, done: Callable[[int], None]) -> None:
        """Make the path able to take I/O, and call ``done`` once with the result, a ``DH_...`` of ``_native.group``."""


def is_handled(device: BlockDevice) -> TypeGuard[HandledPath]:
    """Tell whether a device handler is attached to a path."""
    return isinstance(device, HandledPath) and device.handler != ""


def handler_of(table: MultipathTable, devices: Iterable[BlockDevice]) -> str:
    """
    Return the name of the handler of a map; empty without one.

    A map that takes bios has none. Elsewhere an attached handler is retained where the table asks for that; the last
    path decides.

    Raises:
        TargetRefused: a handler with arguments, and paths that have no handlers: as on a kernel without any.
    """
    if table.features.is_bio:
        return ""
    handled = [device for device in devices if is_handled(device)]
    name = table.handler.name if table.handler else ""
    if table.handler and table.handler.args and not handled:
        raise TargetRefused(errno.EBUSY, "unable to set hardware handler parameters")
    if table.features.retains:
        name = handled[-1].handler if handled else name
    return name
