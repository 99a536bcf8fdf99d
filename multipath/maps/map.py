"""One multipath map, and what can be done to it."""

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.holders import Holder
from ..dm.target import Target
from ..dm.udev import NO_FLAGS, UdevFlag
from ..paths.commands import Commands
from ..paths.identity import check_one_unit, common_size
from ..paths.request import Asker
from ..paths.sysfs import device_number
from ..units import DevT, Sectors, format_devt, parse_devt
from ..wire.message import Message, Verb
from ..wire.status import MultipathStatus
from ..wire.table import MultipathTable
from .in_use import wait_unused
from .numbered import numbered
from .ownership import refuse_claimed_paths, refuse_daemons_map
from .partitions import Partitions
from .snapshot import MULTIPATH, MapSnapshot, read_snapshot
from .udev_rules import udev_flags_for

# What multipath-tools tells its udev rules with every reload: the paths changed, the contents did not.
_RELOADED: Final = UdevFlag.SUBSYSTEM_FLAG0
_MOST_TRIES: Final = 3


class Map:
    """
    A handle on one map: its identity, and the commands of its kind.

    The map is known by its uuid (by its number where it has none), not by its name: a rename by others does no harm,
    and a map that was removed and made again is another one. `snapshot` is what it looked like when the handle was
    made; `status`, `table` and `info` ask again.

    Synchronization: as its `Control`.
    """

    def __init__(
        self,
        control: Control,
        snapshot: MapSnapshot,
        *,
        sysfs: Path,
        commands: Commands,
        asker: Callable[[], Asker],
    ) -> None:
        self._control, self._sysfs, self._commands, self._asker = control, sysfs, commands, asker
        self.snapshot = snapshot
        self._info = snapshot.info

    def __repr__(self) -> str:
        """Return name, uuid and number."""
        return f"<Map {self.name} {self.uuid or 'without uuid'} {format_devt(self.devt)}>"

    @property
    def name(self) -> str:
        """The map's name when it was last asked."""
        return self._info.name

    @property
    def uuid(self) -> str:
        """The map's uuid; empty without one."""
        return self._info.uuid

    @property
    def devt(self) -> DevT:
        """The map's device number."""
        return self._info.devt

    # What is read.

    def info(self) -> DeviceInfo:
        """Return the device's state."""
        self._info = self._control.info(self._info)
        return self._info

    def read(self) -> MapSnapshot:
        """
        Return device, table and status of one moment.

        Raises:
            DeviceNotFound: the map is gone.
            NotFound: it has no live multipath table any more.
        """
        snapshot = read_snapshot(self._control, self._info)
        if snapshot is None:
            raise errors.NotFound(f"{self.name} ({format_devt(self.devt)}) has no live multipath table any more")
        self._info = snapshot.info
        return snapshot

    def status(self) -> MultipathStatus:
        """Return the status of groups and paths."""
        return self.read().status

    def table(self) -> MultipathTable:
        """Return the table as the kernel prints it."""
        return self.read().table

    def holders(self) -> tuple[Holder, ...]:
        """Return who holds the map, as far as this process can see."""
        return self._control.holders(self.devt, sysfs=self._sysfs)

    def partitions(self) -> Partitions:
        """
        Return the maps over its partitions that are there now, and what adds, updates and removes them.

        The map itself is not read by this; `Partitions.table` reads what its partition table says.
        """
        return Partitions(self._control, self._info, sysfs=self._sysfs, asker=self._asker)

    # Messages to the target.

    def fail_path(self, path: str | os.PathLike[str] | DevT) -> None:
        """Send no I/O down ``path`` (``"8:16"``, ``"sdb"``, ``/dev/sdb`` or a number) until it is reinstated."""
        self.send(Message(Verb.FAIL_PATH, device=format_devt(self._number(path))))

    def reinstate_path(self, path: str | os.PathLike[str] | DevT) -> None:
        """Use ``path`` again."""
        self.send(Message(Verb.REINSTATE_PATH, device=format_devt(self._number(path))))

    def switch_group(self, group: int) -> None:
        """Try ``group``, from 1, first, and take every group out of bypass."""
        self.send(Message(Verb.SWITCH_GROUP, group=group))

    def disable_group(self, group: int) -> None:
        """Use ``group``, from 1, only when no other has a path."""
        self.send(Message(Verb.DISABLE_GROUP, group=group))

    def enable_group(self, group: int) -> None:
        """Take ``group``, from 1, out of bypass."""
        self.send(Message(Verb.ENABLE_GROUP, group=group))

    def queue_if_no_path(self, queue: bool) -> None:
        """Keep I/O while no path is left, or fail it."""
        self.send(Message(Verb.QUEUE_IF_NO_PATH if queue else Verb.FAIL_IF_NO_PATH))

    def probe_paths(self) -> None:
        """
        Have the kernel test the active paths of the current group now, and fail those that do not answer.

        Blocks as long as the slowest path does, and nothing can interrupt it. Interface 4.50 (Linux v6.16).

        Raises:
            DeviceMapperError: ``ENOTCONN``: no usable path is left.
            InterfaceMismatch: this kernel cannot.
        """
        self._control.probe_paths(self._info)

    def send(self, message: Message) -> None:
        """
        Send a message to the target.

        Raises:
            MessageRefused: no such path or group, or the map is suspended.
        """
        self._control.message(self._info, str(message))

    def keep(self) -> None:
        """Take a deferred removal back; without one this does nothing."""
        self._control.message(self._info, "@cancel_deferred_remove")

    # What changes the device.

    def suspend(self, *, flush: bool = False, force: bool = False) -> None:
        """
        Hold I/O back until `resume`; whoever suspends must resume.

        With ``flush``, queued I/O is waited for, and lost if no path is left: refused then, unless queueing is off.
        """
        refuse_daemons_map(self._control, self.name, self.uuid, "suspend", force=force)
        if flush:
            self._refuse_flush_without_path("flushing suspend")
        self._control.suspend(self._info, flush=flush, lockfs=flush)

    def resume(self) -> None:
        """Let I/O flow."""
        self._control.resume(self._info, udev_flags=self._udev_flags())

    def reload(
        self, table: MultipathTable, *, verify: bool = True, force: bool = False, udev_flags: UdevFlag = NO_FLAGS
    ) -> None:
        """
        Give the map another table, without losing I/O that is queued or on its way.

        Paths that join are asked for their identity first. On any error before the tables are swapped the map has the
        table that it had; what is raised while udev is waited for (`UdevError`, a signal's exception) comes after that.
        A map that was suspended is resumed by it, and a read-only map stays so.

        Args:
            table: The new table; its size stays the map's. Paths as for `Host.create`.
            verify: Compare the joining paths with each other and with those of the map, and see who holds them.
            force: Also where multipathd manages the map.
            udev_flags: What else udev's rules should leave out.

        Raises:
            NotFound: a path that is no block device.
            PathsDiffer: a path that joins is not the map's logical unit, or cannot tell.
            PathClaimed: another map or array is built on a path that joins.
            TableLoadError: the kernel refused the table.
            DaemonOwnsMap: multipathd manages the map.
            UdevError: the map has the new table, but udev did not finish in time.
        """
        refuse_daemons_map(self._control, self.name, self.uuid, "reload", force=force)
        table, paths = numbered(table, self._sysfs, nodes=self._control.shared)
        current = self.read()
        if verify:
            self._verify(paths, current)
        line = Target(Sectors(0), current.size, MULTIPATH, str(_of_its_kind(table, current.table)))
        self._exchange(line, _RELOADED | udev_flags_for(len(paths)) | udev_flags, current)

    def resize(
        self,
        size: Sectors | None = None,
        *,
        table: MultipathTable | None = None,
        shrink: bool = False,
        verify: bool = True,
        force: bool = False,
        udev_flags: UdevFlag = NO_FLAGS,
    ) -> Sectors:
        """
        Give the map the size that its paths have now, and return it. This is the one change that flushes.

        The kernel must have been told: ``echo 1 > /sys/block/sda/device/rescan`` for every path. All of them are
        asked what they lead to, and must have one size. I/O on its way is waited for, and a file system on the map is
        frozen for that moment; it does not grow by this. On any error before the swap the map is as it was.

        Args:
            size: The size that the caller expects the paths to have; needed only for a table without paths.
            table: Another table that comes with it; the live one when absent.
            shrink: Also to less than the map has; whoever uses what is cut off loses it.
            verify: Ask the paths; else the sizes that the kernel holds of them are compared.
            force: Also where multipathd manages the map.
            udev_flags: What else udev's rules should leave out.

        Raises:
            PathsDiffer: a path is another unit, has another size or cannot tell; the map would shrink unasked; or it
                has no usable path and queues, and a flush would fail that I/O.
            PathClaimed: another map or array is built on a path that joins.
            TableLoadError: the kernel refused the table.
            DaemonOwnsMap: multipathd manages the map.
            UdevError: the map has the new size, but udev did not finish in time.
        """
        refuse_daemons_map(self._control, self.name, self.uuid, "resize", force=force)
        current = self.read()
        wanted, paths = numbered(table or current.table, self._sysfs, nodes=self._control.shared)
        found = self._size_now(paths, size, current, verify=verify)
        if found == current.size:
            if table is not None:
                self.reload(table, verify=verify, force=force, udev_flags=udev_flags)
            return found
        self._refuse_shrinking(found, current, shrink=shrink)
        self._refuse_flush_without_path("resize")
        line = Target(Sectors(0), found, MULTIPATH, str(_of_its_kind(wanted, current.table)))
        self._exchange(line, udev_flags_for(len(paths)) | udev_flags, current)
        return self.read().size

    def rename(self, new: str, *, force: bool = False, udev_flags: UdevFlag = NO_FLAGS) -> None:
        """Give the map another name; its identity stays. A map that has the name already is left as it is."""
        refuse_daemons_map(self._control, self.name, self.uuid, "rename", force=force)
        if self.info().name == new:
            self._control.make_nodes()
        else:
            self._info = self._control.rename(self._info, new, udev_flags=self._udev_flags() | udev_flags)

    def remove(
        self, *, partitions: bool = False, deferred: bool = False, force: bool = False, timeout: float = 5.0
    ) -> None:
        """
        Remove the map.

        Args:
            partitions: Remove the maps over its partitions first; all of it is done, or nothing.
            deferred: What is in use goes away with its last user.
            force: Also where multipathd manages the map.
            timeout: Seconds to wait for programs that have it open.

        Raises:
            DeviceBusy: it is in use; ``.holders`` says by whom.
            DaemonOwnsMap: multipathd manages the map.
        """
        refuse_daemons_map(self._control, self.name, self.uuid, "removal", force=force)
        if not partitions:
            self._control.remove(self._info, deferred=deferred, timeout=timeout)
            return
        found = self.partitions()
        if not deferred:
            names = [each.name for each in found]
            wait_unused(self._control, self._info, "removal", sysfs=self._sysfs, timeout=timeout, besides=names)
            found.refuse_busy("removal", timeout)
        with found.transaction() as transaction:
            for each in found:
                transaction.remove(each.info, deferred=deferred, timeout=timeout)
            self._control.remove(self._info, deferred=deferred, timeout=timeout)

    # How.

    def _number(self, path: str | os.PathLike[str] | DevT) -> DevT:
        if isinstance(path, int):
            return path
        name = os.fspath(path)
        number = device_number(name, self._sysfs, nodes=self._control.shared)
        if number is None:
            raise errors.NotFound(f"no block device {name!r}; expected major:minor, a kernel name or its node")
        return number

    def _verify(self, paths: Sequence[DevT], current: MapSnapshot) -> None:
        """Refuse paths that join and are not what the map's own paths are; the active ones are asked first."""
        members = sorted(current.status.paths, key=lambda path: not path.active)
        numbers = [parse_devt(path.device) for path in members]
        joining = [number for number in paths if number not in numbers]
        if not joining:
            return
        refuse_claimed_paths(joining, self.name, sysfs=self._sysfs)
        size = check_one_unit(joining, beside=numbers, sysfs=self._sysfs, commands=self._commands)
        if size != current.size:
            what = f"the paths have {size} sectors, map {self.name} has {current.size}"
            raise errors.PathsDiffer(f"{what}; nothing was changed; resize the map first")

    def _size_now(self, paths: Sequence[DevT], size: Sectors | None, current: MapSnapshot, *, verify: bool) -> Sectors:
        """Return the size of all the paths, which must lead to the unit of the map's own."""
        if not paths and size is not None:
            return size
        if not paths:
            raise errors.PathsDiffer(f"map {self.name} has no paths, hence no size of theirs; give size=")
        if verify:
            numbers = [parse_devt(path.device) for path in current.status.paths]
            refuse_claimed_paths([path for path in paths if path not in numbers], self.name, sysfs=self._sysfs)
            beside = () if set(paths) & set(numbers) else numbers
            found = check_one_unit(paths, beside=beside, sysfs=self._sysfs, commands=self._commands)
        else:
            found = common_size(paths, sysfs=self._sysfs)
        if size not in (None, found):
            raise errors.PathsDiffer(f"the paths of map {self.name} have {found} sectors, not {size}")
        return found

    def _refuse_shrinking(self, size: Sectors, current: MapSnapshot, *, shrink: bool) -> None:
        if size < current.size and not shrink:
            what = f"the paths have {size} sectors, map {self.name} has {current.size}"
            users = [f"held by {holder}" for holder in self.holders()]
            raise errors.PathsDiffer(
                f"{what}: it would be cut short; nothing was changed; shrink=True allows it", users
            )

    def _udev_flags(self) -> UdevFlag:
        """Return the flags for the map as it will be when it is resumed; what cannot be read does not stop a resume."""
        paths = 1
        with suppress(errors.MultipathError):
            waiting = self._control.table(self._info, inactive=True)
            paths = len(MultipathTable.parse(waiting[0].params).devices) if waiting else self.status().paths_active
        return udev_flags_for(paths)

    def _exchange(self, line: Target, udev_flags: UdevFlag, current: MapSnapshot) -> None:
        """Make the table live, without losing I/O; a table of another size flushes, for its I/O could not be kept."""
        for last in (False,) * (_MOST_TRIES - 1) + (True,):
            if self._swap(line, udev_flags, current, last=last):
                return

    def _swap(self, line: Target, udev_flags: UdevFlag, current: MapSnapshot, *, last: bool) -> bool:
        """
        Load and resume; on any error drop the loaded table again.

        A resume suspends the map itself. Kernels that ignore a signal which interrupts that (repaired in 2024) refuse
        the swap with EINVAL and forget the loaded table; the live one goes on serving. That is tried again. All kernels
        do the same, but leave the map suspended, where a path is smaller than the map: that is put right.
        """
        flush = line.length != current.size
        try:
            self._control.load(self._info, [line], read_only=current.info.read_only)
            self._info = self._control.resume(self._info, flush=flush, lockfs=flush, udev_flags=udev_flags)
        except (errors.TableError, errors.TableLoadError):  # nothing was loaded: what is inactive is another's
            raise
        except errors.DeviceMapperError as error:
            lost = error.ioctl == "DM_DEV_SUSPEND" and error.errno == errno.EINVAL and not self.info().inactive_table
            self._take_back(current, lost=lost)
            if lost and not current.info.suspended and self.info().suspended:  # as it is left where a path is too small
                self._control.resume(self._info, udev_flags=udev_flags)
            if last or not lost:
                raise
            return False
        except BaseException:
            self._take_back(current)
            raise
        return True

    def _take_back(self, current: MapSnapshot, *, lost: bool = False) -> None:
        """
        Drop the loaded table, and have the map queue again if it did.

        A suspend that is given up leaves a map of bios without its queue_if_no_path: seen up to interface 4.48. Where
        nothing is inactive any more, the tables were swapped before the error, unless the loaded one was lost.
        """
        swapped = not (lost or self.info().inactive_table)
        self._control.clear(self._info)
        if current.table.features.queue_if_no_path and not swapped:
            with suppress(errors.MultipathError):  # the error on its way tells more
                self.queue_if_no_path(True)

    def _refuse_flush_without_path(self, what: str) -> None:
        now = self.read()
        if not now.status.is_usable and now.table.features.queue_if_no_path:
            raise errors.PathsDiffer(
                f"map {self.name} has no usable path and queues I/O: a {what} would fail that I/O; "
                "wait for a path, or turn queueing off first",
                [str(now.status_line)],
            )


def _of_its_kind(table: MultipathTable, live: MultipathTable) -> MultipathTable:
    """
    Return the table, in the queue mode of the map where it has no paths.

    The kernel takes an empty table for a map of bios that does not say so, and hangs when such a map is told to fail
    its I/O and is removed.
    """
    if table.devices or not live.features.is_bio or table.features.is_bio:
        return table
    return replace(table, features=replace(table.features, queue_mode="bio"))
