"""
One multipath map, and what can be done to it.

What only one of these things needs is imported where it is done: a program that lists maps makes a handle for each.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict, Unpack

from .. import errors
from ..dm.control import Control
from ..dm.target import Target
from ..dm.udev_flag import NO_FLAGS, UdevFlag
from ..paths.sysfs import block_folder, device_number, size_of
from ..units import DevT, Sectors, format_devt, parse_devt
from ..wire.message import Message, Verb
from ..wire.table import MultipathTable
from .event_loop import in_a_loop
from .ownership import is_daemons_map, refuse_claimed_paths, refuse_daemons_map
from .snapshot import MULTIPATH, MapSnapshot, read_snapshot
from .udev_rules import udev_flags_for

if TYPE_CHECKING:
    from ..config.configuration import Configuration
    from ..dm.device import DeviceInfo
    from ..dm.holders import Holder
    from ..paths.commands import Commands
    from ..paths.request import Asker
    from ..wire.status import MultipathStatus
    from .partitions import Partitions
    from .readiness import Readiness, Wishes
    from .verification import Mismatch

# What multipath-tools tells its udev rules with every reload: the paths changed, the contents did not.
_RELOADED: Final = UdevFlag.SUBSYSTEM_FLAG0
_MOST_TRIES: Final = 3


class ResizeOptions(TypedDict, total=False):
    """The options of `Map.resize`."""

    table: MultipathTable | None
    shrink: bool
    rescan: bool
    verify: bool
    force: bool
    timeout: float
    udev_flags: UdevFlag


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
        commands: Callable[[], Commands],
        asker: Callable[[], Asker | None] = lambda: None,
        reader: Callable[[], Asker],
    ) -> None:
        self._control, self._sysfs, self._commands, self._asker = control, sysfs, commands, asker
        self._reader = reader
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
    def wwid(self) -> str:
        """The WWID of its unit, where its uuid is of multipath-tools' kind; else empty."""
        return self.snapshot.wwid

    @property
    def devt(self) -> DevT:
        """The map's device number."""
        return self._info.devt

    @property
    def control(self) -> Control:
        """The device-mapper that it is of."""
        return self._control

    @property
    def sysfs(self) -> Path:
        """The root of the sysfs that shows its paths."""
        return self._sysfs

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

    def to_multipathd_json(self, config: Configuration | None = None) -> str:
        """
        Return what ``multipathd show map M json`` would print of the map as its `snapshot` has it.

        Args:
            config: The configuration, for what the map is to do without a path; the defaults when absent.
        """
        from ..multipathd.topology import write_map
        from ..paths.discover import discover
        from .multipathd_view import multipathd_view

        (found,) = multipathd_view([self.snapshot], discover(self._sysfs), config).maps
        return write_map(found)

    def holders(self) -> tuple[Holder, ...]:
        """
        Return who holds the map, and who holds those: partitions, logical volumes, arrays, mounts, swaps, processes.

        Each has ``on``, the name of what it holds, empty for the map itself, and ``way_out``, what ends it. What this
        process cannot see, such as another user's descriptors, is left out.
        """
        return self._control.stack(self.devt, sysfs=self._sysfs)

    def verify(
        self, *, wwid: str | None = None, serial: str | None = None, size: Sectors | None = None
    ) -> tuple[Mismatch, ...]:
        """
        Ask every path who it is, now, and return what does not fit; nothing where all lead to the unit that is meant.

        The guard against a LUN that was given to another unit: neither the kernel's memory nor udev's counts. A path
        that does not answer is one line too; `Mismatch.is_proof` tells one that leads elsewhere from it.

        Args:
            wwid: What it should lead to; what the uuid says when absent.
            serial: The serial number that it should have.
            size: The size that it should have, in sectors.

        Raises:
            DeviceNotFound: the map is gone.
        """
        from .verification import Expectation, verify_map

        expected = Expectation(wwid, serial, size)
        return verify_map(self.read(), expected, sysfs=self._sysfs, commands=self._commands())

    # What is waited for.

    def wait(
        self,
        *,
        paths: int = 0,
        paths_total: int = 0,
        usable: bool = False,
        read_write: bool = False,
        timeout: float | None = 30.0,
    ) -> MapSnapshot:
        """
        Wait until this map is as asked, and return what it is like then; `Host.wait_map` says what is asked.

        Raises:
            WaitTimeout: it is not, in time; ``.missing`` says why, and ``.seen`` is its snapshot.
            DeviceNotFound: it is gone.
            ValueError: a number of paths or a timeout that is none.
        """
        return in_a_loop(
            lambda: self.wait_async(
                paths=paths, paths_total=paths_total, usable=usable, read_write=read_write, timeout=timeout
            )
        )

    async def wait_async(
        self,
        *,
        timeout: float | None = 30.0,
        **wishes: Unpack[Wishes],
    ) -> MapSnapshot:
        """Do the same in a task."""
        from .readiness import Readiness
        from .wait_map import wait_until_ready

        wanted = Readiness(**wishes)
        return (await wait_until_ready(self._itself, wanted, self._control, f"map {self.name}", timeout)).snapshot

    async def missing(self, wanted: Readiness, left: float = 5.0) -> tuple[str, ...]:
        """
        Return what the map of `snapshot` lacks of what is wanted of it, one line each; paths get ``left`` seconds.

        Raises:
            UnexpectedStatus: its table or its status cannot be read.
        """
        from .readiness import missing

        return await missing(
            wanted, self.snapshot, control=self._control, sysfs=self._sysfs, asker=self._asker, left=left
        )

    def _itself(self) -> Map:
        return Map(
            self._control,
            self.read(),
            sysfs=self._sysfs,
            commands=self._commands,
            asker=self._asker,
            reader=self._reader,
        )

    def partitions(self) -> Partitions:
        """
        Return the maps over its partitions that are there now, and what adds, updates and removes them.

        The map itself is not read by this; `Partitions.table` reads what its partition table says.
        """
        from .partitions import Partitions

        return Partitions(self._control, self._info, sysfs=self._sysfs, asker=self._reader)

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
        self,
        table: MultipathTable,
        *,
        read_only: bool | None = None,
        verify: bool = True,
        force: bool = False,
        udev_flags: UdevFlag = NO_FLAGS,
    ) -> None:
        """
        Give the map another table, without losing I/O that is queued or on its way.

        Paths that join are asked for their identity first. On any error before the tables are swapped the map has the
        table that it had; what is raised while udev is waited for (`UdevError`, a signal's exception) comes after that.
        A map that was suspended is resumed by it.

        Args:
            table: The new table; its size stays the map's. Paths as for `Host.create`.
            read_only: Whether the map refuses writes from now on; as before when absent.
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
        from .numbered import numbered

        table, paths = numbered(table, self._sysfs, nodes=self._control.shared)
        current = self.read()
        if verify:
            self._verify(paths, current)
        line = Target(Sectors(0), current.size, MULTIPATH, str(_of_its_kind(table, current.table)))
        self._exchange(line, _RELOADED | udev_flags_for(len(paths)) | udev_flags, current, read_only=read_only)

    def resize(
        self,
        size: Sectors | None = None,
        *,
        table: MultipathTable | None = None,
        shrink: bool = False,
        rescan: bool = True,
        verify: bool = True,
        force: bool = False,
        timeout: float = 30.0,
        udev_flags: UdevFlag = NO_FLAGS,
    ) -> Sectors:
        """
        Give the map the size that its unit has now, and return it. This is the one change that flushes.

        Every path must be up. The kernel asks each for its size again, all must lead to the map's unit and have one
        size, and only then the map follows. I/O on its way is waited for, and a file system on the map is frozen for
        that moment; it does not grow by this. On any error before the swap the map is as it was. When it returns, map
        and paths have that size, and the maps over its partitions, where there are any, what
        its partition table says. Asked again, it changes nothing. A map of a running multipathd is resized by that.

        Args:
            size: The size that the caller expects the paths to have; needed only for a table without paths.
            table: Another table that comes with it; the live one when absent.
            shrink: Also to less than the map has; whoever uses what is cut off loses it.
            rescan: See that every path is up and have the kernel ask it for its size; else the kernel has to know.
            verify: Ask the paths what they lead to; else the sizes that the kernel holds of them are compared.
            force: Not by multipathd, where that manages the map.
            timeout: Seconds in which the paths must answer and be scanned; and then for multipathd, where it does it.
            udev_flags: What else udev's rules should leave out.

        Raises:
            PathsDiffer: a path is not up, is another unit, has another size or cannot tell; the map would shrink
                unasked; or it has no usable path and queues, and a flush would fail that I/O.
            PathClaimed: another map or array is built on a path that joins.
            TableLoadError: the kernel refused the table.
            DaemonOwnsMap: multipathd manages the map, and it was to get another table.
            DaemonError: multipathd manages the map, and did not resize it.
            WaitTimeout: multipathd said that it did, but the map has not the size.
            UdevError: the map has the new size, but udev did not finish in time.
            PartitionTableError, BlockError: the map has the new size, but its partition table cannot be used or read.
            ValueError: a timeout that is none.
        """
        from .numbered import numbered

        by_daemon = not force and is_daemons_map(self._control, self.uuid)
        if table is not None:
            refuse_daemons_map(self._control, self.name, self.uuid, "reload", force=force)
        current = self.read()
        wanted, paths = numbered(table or current.table, self._sysfs, nodes=self._control.shared)
        if rescan and paths:
            self._refuse_flush_without_path("resize")
            self._rescan(paths, current, timeout)
        found = self._size_now(paths, size, current, verify=verify)
        if found != current.size:
            self._refuse_shrinking(found, current, shrink=shrink)
            self._refuse_flush_without_path("resize")
            if by_daemon:
                self._resize_by_daemon(found, timeout)
            else:
                line = Target(Sectors(0), found, MULTIPATH, str(_of_its_kind(wanted, current.table)))
                self._exchange(line, udev_flags_for(len(paths)) | udev_flags, current)
        elif table is not None:
            self.reload(table, verify=verify, force=force, udev_flags=udev_flags)
        self._confirm(found, paths)
        if rescan and paths and len(self.partitions()):  # a table that was written elsewhere may be longer by now
            self.partitions().add()
        return found

    async def resize_async(self, size: Sectors | None = None, **options: Unpack[ResizeOptions]) -> Sectors:
        """Do the same beside other tasks, in a thread; a task that is cancelled leaves it to its end."""
        import asyncio  # here, for who calls this has it already

        return await asyncio.to_thread(self.resize, size, **options)

    def rename(self, new: str, *, force: bool = False, udev_flags: UdevFlag = NO_FLAGS) -> None:
        """Give the map another name; its identity stays. A map that has the name already is left as it is."""
        refuse_daemons_map(self._control, self.name, self.uuid, "rename", force=force)
        if self.info().name == new:
            self._control.make_nodes()
        else:
            self._info = self._control.rename(self._info, new, udev_flags=self._udev_flags() | udev_flags)

    def flush(self, *, timeout: float = 30.0) -> None:
        """
        Have everything that was written to the map reach its unit. Nothing is suspended.

        Raises:
            PathsDiffer: it has no usable path and queues: that would never end.
            WaitTimeout: it takes longer than ``timeout`` seconds.
            DeviceMapperError: an I/O failed.
        """
        self._refuse_flush_without_path("flush")
        self._control.write_back(self._info, timeout)

    def remove(
        self, *, partitions: bool = False, deferred: bool = False, force: bool = False, timeout: float = 5.0
    ) -> None:
        """
        Remove the map. Nothing is suspended, and queueing stays; on any error all is as it was.

        Who closed it last has written back what was cached, so nothing is lost. `Host.detach_plan` does more.

        Args:
            partitions: Also the maps of its partitions; on any error they are made again.
            deferred: What is in use goes away with its last user.
            force: Also where multipathd manages the map.
            timeout: For how many seconds users that are about to end, such as udev's rules, are waited for.

        Raises:
            DeviceBusy: it is in use; ``.holders`` says by whom.
            DaemonOwnsMap: multipathd manages the map.
        """
        refuse_daemons_map(self._control, self.name, self.uuid, "removal", force=force)
        if partitions:
            from .removal import Removal, partitions_of, remove_map

            remove_map(self._control, self.info(), partitions_of(self._control, self._info), Removal(deferred, timeout))
        else:
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
        from ..paths.identity import check_one_unit

        refuse_claimed_paths(joining, self.name, sysfs=self._sysfs)
        size = check_one_unit(joining, beside=numbers, sysfs=self._sysfs, commands=self._commands())
        if size != current.size:
            what = f"the paths have {size} sectors, map {self.name} has {current.size}"
            raise errors.PathsDiffer(f"{what}; nothing was changed; resize the map first")

    def _size_now(self, paths: Sequence[DevT], size: Sectors | None, current: MapSnapshot, *, verify: bool) -> Sectors:
        """Return the size of all the paths, which must lead to the unit of the map's own."""
        from ..paths.identity import check_one_unit, common_size

        if not paths and size is not None:
            return size
        if not paths:
            raise errors.PathsDiffer(f"map {self.name} has no paths, hence no size of theirs; give size=")
        if verify:
            numbers = [parse_devt(path.device) for path in current.status.paths]
            refuse_claimed_paths([path for path in paths if path not in numbers], self.name, sysfs=self._sysfs)
            beside = () if set(paths) & set(numbers) else numbers
            found = check_one_unit(paths, beside=beside, sysfs=self._sysfs, commands=self._commands())
        else:
            found = common_size(paths, sysfs=self._sysfs)
        if size not in (None, found):
            raise errors.PathsDiffer(f"the paths of map {self.name} have {found} sectors, not {size}")
        return found

    def _rescan(self, paths: Sequence[DevT], current: MapSnapshot, timeout: float) -> None:
        from .rescan import rescan
        from .waiting import seconds_of

        limit, asker = seconds_of(timeout), self._asker()
        in_a_loop(
            lambda: rescan(
                paths,
                current,
                control=self._control,
                sysfs=self._sysfs,
                commands=self._commands(),
                asker=asker,
                timeout=limit,
            )
        )

    def _resize_by_daemon(self, size: Sectors, timeout: float) -> None:
        from .daemon import resize  # here, and below: for few maps that this library changes are multipathd's
        from .waiting import Sight, seconds_of, until

        resize(self.info().node, seconds_of(timeout))

        async def look(_left: float) -> Sight[None]:
            now = self.read()
            return Sight(None, () if now.size == size else (f"it has {now.size} sectors, not {size}",), now)

        in_a_loop(lambda: until(self._control, look, f"the resize of map {self.name} by multipathd", timeout))

    def _confirm(self, size: Sectors, paths: Sequence[DevT]) -> None:
        """See that table, device and paths have a size: an array may go on growing meanwhile."""
        table = self.read().size
        held = {devt: size_of(block_folder(devt, self._sysfs)) for devt in (self.devt, *paths)}
        if {table, *held.values()} != {size}:
            lines = [f"{format_devt(devt)}: {of} sectors" for devt, of in held.items()]
            what = f"map {self.name} was given {size} sectors and its table has {table}, but not all have them now"
            raise errors.PathsDiffer(f"{what}; resize it again", lines)

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

    def _exchange(
        self, line: Target, udev_flags: UdevFlag, current: MapSnapshot, *, read_only: bool | None = None
    ) -> None:
        """Make the table live, without losing I/O; a table of another size flushes, for its I/O could not be kept."""
        refuse = current.info.read_only if read_only is None else read_only
        for last in (False,) * (_MOST_TRIES - 1) + (True,):
            if self._swap(line, udev_flags, current, read_only=refuse, last=last):
                return

    def _swap(self, line: Target, udev_flags: UdevFlag, current: MapSnapshot, *, read_only: bool, last: bool) -> bool:
        """
        Load and resume; on any error drop the loaded table again.

        A resume suspends the map itself. Kernels that ignore a signal which interrupts that (repaired in 2024) refuse
        the swap with EINVAL and forget the loaded table; the live one goes on serving. That is tried again. All kernels
        do the same, but leave the map suspended, where a path is smaller than the map: that is put right.
        """
        flush = line.length != current.size
        try:
            self._control.load(self._info, [line], read_only=read_only)
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
