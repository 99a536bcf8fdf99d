"""
Telling udev of maps that were made before it ran: by an installer, in an initramfs, or while it was down.

Theory of operation: udev's rules for device-mapper look at a device when an event comes that says which command caused
it. The event of a ``udevadm trigger`` does not, so of a device that is not in udev's database yet the rules take that
it is not ready: it gets no links by name and uuid, and for systemd it stays unplugged. The kernel sends the right event
with a resume; so each map is reloaded with the table that it has, in one step as ever. Paths that were failed are
failed again: the kernel forgets them with the former table.
"""

from typing import Final

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.target import Target
from ..paths.sysfs import block_folder
from ..paths.udev import Udev
from ..wire.message import Message, Verb
from .ownership import UUID_PREFIX, refuse_daemons_map
from .partition_map import live_maps
from .snapshot import MapSnapshot, read_snapshots
from .transaction import Transaction
from .udev_rules import udev_flags_for

_SEEN: Final = "DM_UDEV_RULES_VSN"  # what the rules leave of a device that they have looked at


class Announcing:
    """
    The maps of one host, and what udev knows of them.

    Args:
        control: The device-mapper.
        udev: Who is asked for what udev knows.
        force: Also maps that a running multipathd manages.
    """

    def __init__(self, control: Control, udev: Udev, *, force: bool = False) -> None:
        self._control, self._udev, self._force = control, udev, force

    def announce(self) -> tuple[DeviceInfo, ...]:
        """
        Tell udev of every map that it does not know, and of the maps over their partitions; return these.

        Raises:
            DaemonOwnsMap: multipathd manages one of them.
            DeviceMapperError: the kernel refused; that map is as it was.
            UdevError: udev did not finish in time.
        """
        told: list[DeviceInfo] = []
        for live in read_snapshots(self._control):
            if not live.uuid.startswith(UUID_PREFIX):
                continue
            flags = udev_flags_for(live.status.paths_active)
            with Transaction(self._control, flags) as transaction:
                if self._is_unknown(live.info):
                    refuse_daemons_map(self._control, live.name, live.uuid, "announcement", force=self._force)
                    self._reload(transaction, live.info, live.table_line)
                    self._fail_again(live)
                    told.append(live.info)
                for part in live_maps(self._control, live.info):
                    if part.line is not None and self._is_unknown(part.info):
                        self._reload(transaction, part.info, part.line)
                        told.append(part.info)
        return tuple(told)

    def _is_unknown(self, device: DeviceInfo) -> bool:
        folder = str(block_folder(device.devt))
        return _SEEN not in (self._udev.properties(device.devt, folder) or {})

    def _reload(self, transaction: Transaction, device: DeviceInfo, line: Target) -> None:
        transaction.load(device, line, read_only=device.read_only)
        transaction.resume(device, None)

    def _fail_again(self, live: MapSnapshot) -> None:
        for path in sorted(live.status.failed_paths):
            try:
                self._control.message(live.info, str(Message(Verb.FAIL_PATH, device=path)))
            except errors.MessageRefused:  # it left the map, or is failed already
                continue
