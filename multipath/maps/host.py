"""The machine, through the four seams: its paths, its maps, and the making of a map."""

import errno
import os
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path as Folder
from typing import Protocol, Self, runtime_checkable

from .. import errors
from ..config.configuration import Configuration
from ..config.files import load
from ..config.resolve import Resolver
from ..dm.control import Control
from ..dm.device import DeviceEntry, DeviceInfo
from ..dm.name import checked_name, checked_uuid
from ..dm.target import Target
from ..dm.udev import NO_FLAGS, UdevFlag
from ..paths.asker import KernelAsker
from ..paths.commands import Commands, KernelCommands
from ..paths.discover import discover
from ..paths.identity import check_one_unit, common_size
from ..paths.path import Path
from ..paths.request import Asker
from ..paths.sysfs import SYSFS, number_behind
from ..paths.wwid import ask_devices
from ..policy.observation import Observation
from ..policy.throughput import Throughput
from ..units import DevT, Sectors, format_devt
from ..wire.table import MultipathTable
from .aliases import configured_aliases
from .event import Event
from .inputs import gather
from .map import Map
from .numbered import numbered
from .ownership import UUID_PREFIX, refuse_claimed_paths, refuse_daemons_map
from .plan import Plan
from .planner import plan_maps
from .screening import to_be_asked
from .snapshot import MULTIPATH, MapSnapshot, read_snapshot, read_snapshots
from .state_file import StateFolder
from .udev_rules import udev_flags_for
from .watch import watch_async, watch_blocking


@runtime_checkable
class WorldOfItsOwn(Protocol):
    """A device-mapper in memory, which knows who asks the devices of its world."""

    def new_asker(self) -> Asker:
        """Return somebody who asks there what may never be answered."""


class Host:
    """
    One machine.

    Args:
        control: Device-mapper; the kernel's own when absent, opened when it is first needed, and closed with the host.
        sysfs: The root of sysfs.
        commands: How a path device is asked; through SG_IO when absent.
        asker: Who asks what may never be answered; workers of its own when absent, closed with the host.

    Synchronization: as its `Control`.
    """

    def __init__(
        self,
        *,
        control: Control | None = None,
        sysfs: Folder = SYSFS,
        commands: Commands | None = None,
        asker: Asker | None = None,
    ) -> None:
        self._control, self._owns_control, self._closed = control, control is None, False
        self._sysfs, self._commands = sysfs, commands or KernelCommands()
        self._asker, self._owns_asker = asker, asker is None

    def close(self) -> None:
        """Close what this host opened; a second time does nothing."""
        if self._control is not None and self._owns_control:
            self._control.close()
        if self._asker is not None and self._owns_asker:
            self._asker.close()
        self._closed = True

    def __enter__(self) -> Self:
        """Return the host."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()

    @property
    def control(self) -> Control:
        """The device-mapper of this host."""
        if self._closed:
            raise errors.Closed("this Host is closed; open another")
        if self._control is None:
            self._control = Control()
        return self._control

    @property
    def asker(self) -> Asker:
        """Who asks what may never be answered; nobody waits for it when the program ends."""
        if self._closed:
            raise errors.Closed("this Host is closed; open another")
        if self._asker is None:
            world = self._control
            self._asker = world.new_asker() if isinstance(world, WorldOfItsOwn) else KernelAsker()
        return self._asker

    @property
    def sysfs(self) -> Folder:
        """The root of its sysfs."""
        return self._sysfs

    # What is there.

    def paths(self) -> tuple[Path, ...]:
        """Return every path device, as sysfs shows it; opens none of them."""
        return discover(self._sysfs)

    def maps(self) -> list[Map]:
        """Return every multipath map with a live table, each with its `Map.snapshot`; opens no path device."""
        return [self.handle(snapshot) for snapshot in read_snapshots(self.control)]

    def map(self, ref: str | os.PathLike[str] | DevT | DeviceInfo) -> Map:
        """
        Return one map.

        Args:
            ref: Its name, WWID, uuid, ``major:minor``, ``dm-N``, a node such as ``/dev/mapper/mpatha``, its number, or
                what a snapshot says of its device.

        Raises:
            NotFound: nothing answers to ``ref``, or what does is no multipath map with a live table.
            AmbiguousRef: one device has that name and another that uuid or number.
        """
        ref = ref if isinstance(ref, int | DeviceInfo) else os.fspath(ref)
        try:
            return self._map_of(ref if isinstance(ref, DeviceInfo) else self._one_that_answers(ref))
        except errors.DeviceNotFound as gone:
            raise errors.NotFound(f"what answered to {_shown(ref)} went away meanwhile: {gone}") from gone

    def _one_that_answers(self, ref: str | DevT) -> DeviceEntry:
        found = [entry for entry in self.control.devices() if ref in self._answers(entry)]
        if isinstance(ref, str) and "/" in ref and self.control.shared:  # else the nodes here are another world's
            found += [entry for entry in self.control.devices() if entry.devt == number_behind(ref)]
        matches = {entry.devt: entry for entry in found}
        if len(matches) > 1:
            raise errors.AmbiguousRef(
                f"{ref!r} could be {' or '.join(map(str, matches.values()))}; give the uuid or number"
            )
        if not matches:
            raise errors.NotFound(f"no device-mapper device answers to {_shown(ref)}")
        return next(iter(matches.values()))

    # What should be.

    def plan(
        self,
        config: Configuration | None = None,
        *,
        state: StateFolder | None = None,
        only: Collection[str] | None = None,
        throughput: Throughput = Throughput.EQUAL,
        observed: Mapping[DevT, Observation] | None = None,
        managed: bool | None = None,
        ask: bool = False,
    ) -> Plan:
        """
        Return what should be done about every logical unit, and why; nothing is changed, also no file.

        No path is opened but those whose identity neither udev nor the kernel holds: these are asked for it.

        Args:
            config: The configuration; multipath.conf and its drop-ins when absent, or the defaults where the
                device-mapper is one in memory.
            state: Where aliases and WWIDs are remembered; multipath-tools' folder, likewise.
            only: Names, WWIDs or paths of the maps that are meant; the others are left out.
            throughput: Where the relative throughput of paths comes from.
            observed: What the caller learned by asking paths, by their numbers; it holds over what the kernel shows.
            managed: Whether the caller looks after the maps from now on: ends their queueing when its time is over.
                Where it is not given, whether multipathd does.
            ask: Ask the paths whose priority nobody knows, all at once, for a few seconds at most. A world in memory
                is asked by the asker that this host was given, or not at all.

        Raises:
            FileError: a file of the configuration or of the state cannot be read.
            ConfigError: the configuration cannot be used.
        """
        if state is None and self.control.shared:
            state = StateFolder()
        if config is None:
            config = load() if self.control.shared else Configuration()
        paths = self.paths()
        pages = ask_devices(to_be_asked(paths, Resolver(config)), self._commands)
        inputs = replace(gather(paths, config, self.control, self._sysfs, state), pages=pages)
        if managed is not None:
            inputs = replace(inputs, facts=replace(inputs.facts, managed=managed))
        inputs = replace(inputs, only=only, throughput=throughput, observed=observed or {})
        plan = plan_maps(inputs)
        if ask and (self.control.shared or self._asker is not None):
            from .asked_priorities import ask_priorities  # here, for it needs an event loop, and few ask

            known = ask_priorities(plan, self.asker, inputs.observed)
            plan = plan if known == inputs.observed else plan_maps(replace(inputs, observed=known))
        return plan.on(self, state and state.under(configured_aliases(config)))

    # What is made.

    def create(
        self,
        name: str,
        table: MultipathTable,
        *,
        uuid: str | None = None,
        size: Sectors | None = None,
        read_only: bool = False,
        verify: bool = True,
        force: bool = False,
        udev_flags: UdevFlag = NO_FLAGS,
    ) -> Map:
        """
        Make a map and let I/O flow. On any error nothing is left of a device that was made here.

        A map that is already there as asked (uuid, size, table) is returned as it is; one that a killed program left
        without a live table is finished, and stays on an error: another program may be at it just now.

        Args:
            name: Letters, digits and ``# + - . : = @ _``.
            table: Groups and paths: numbers, the kernel's names, nodes or links. The kernel gets numbers.
            uuid: ``mpath-`` and the WWID, as multipath-tools does it; the map's identity.
            size: Needed only for a table without paths; else the paths' own.
            read_only: Whether the map refuses writes; paths that do so themselves do not make it refuse them.
            verify: Ask each path for its identity and size first, and whether something else is built on it.
            force: Also beside a running multipathd.
            udev_flags: What else udev's rules should leave out.

        Raises:
            NameRefused: the name or the uuid cannot be used.
            NotFound: a path that is no block device.
            PathsDiffer: the paths are not one logical unit of one size, or one of them cannot tell.
            PathClaimed: another map or array is built on one of them.
            DeviceExists: the name or the uuid is taken by another device, or by one that is about to go.
            TableLoadError: the kernel refused the table.
            DaemonOwnsMap: multipathd runs, and the uuid is one of its kind.
            UdevError: udev did not finish in time.
        """
        checked_name(name)
        if uuid is not None:
            checked_uuid(uuid)
        refuse_daemons_map(self.control, name, uuid or "", "creation", force=force)
        table, paths = numbered(table, self._sysfs, nodes=self.control.shared)
        length = self._size(paths, size, verify=verify)
        if verify:
            refuse_claimed_paths(paths, name, sysfs=self._sysfs)
        line = Target(Sectors(0), length, MULTIPATH, str(table))
        try:
            device, made_here = self.control.create(name, uuid=uuid), True
        except errors.DeviceExists as exists:
            device, made_here = self._adopted(exists, name, uuid or ""), False
            if device.live_table:
                return self._as_asked(exists, device, table, length)
        flags = udev_flags_for(len(paths)) | udev_flags
        return self._finish(device, line, flags, read_only=read_only, made_here=made_here)

    # What happens.

    def watch(self) -> AsyncIterator[Event]:
        """Yield every map as present, then every change in order, none lost; for ``async for``."""
        return watch_async(self.control)

    def watch_blocking(self, timeout: float | None = None) -> Iterator[Event]:
        """Yield the same for ``for``; ends when ``timeout`` seconds pass in which nothing happens."""
        return watch_blocking(self.control, timeout)

    # How.

    def _answers(self, entry: DeviceEntry) -> tuple[object, ...]:
        """Return all that a device answers to."""
        uuid = self.control.info(entry).uuid if entry.uuid is None else entry.uuid
        node = f"dm-{os.minor(entry.devt)}"
        wwid = (uuid.removeprefix(UUID_PREFIX),) if uuid.startswith(UUID_PREFIX) else ()
        names = (entry.name, uuid, format_devt(entry.devt), node, f"/dev/{node}", f"/dev/mapper/{entry.name}", *wwid)
        return entry.devt, *filter(None, names)

    def _map_of(self, device: DeviceEntry | DeviceInfo) -> Map:
        snapshot = read_snapshot(self.control, device)
        if snapshot is None:
            raise errors.NotFound(f"{device} is no multipath map with a live table")
        return self.handle(snapshot)

    def handle(self, snapshot: MapSnapshot) -> Map:
        """Return the handle on a map that was read already; nothing is asked."""
        asker = lambda: self.asker  # noqa: E731 -- few maps are read, and its workers are for those alone
        return Map(self.control, snapshot, sysfs=self._sysfs, commands=self._commands, asker=asker)

    def _size(self, paths: Sequence[DevT], size: Sectors | None, *, verify: bool) -> Sectors:
        if paths and verify:
            found = check_one_unit(paths, sysfs=self._sysfs, commands=self._commands)
            if size not in (None, found):
                raise errors.PathsDiffer(f"the paths have {found} sectors, not {size}; nothing was changed")
            return found
        if paths and size is None:
            return common_size(paths, sysfs=self._sysfs)
        if size is None:
            raise errors.PathsDiffer("a table without paths has no size of its own; give size=")
        return size

    def _adopted(self, exists: errors.DeviceExists, name: str, uuid: str) -> DeviceInfo:
        """Return the device that has both the name and the uuid; any other is somebody else's."""
        try:
            device = self.control.info(name)
        except errors.DeviceNotFound:
            raise exists from None
        if device.uuid != uuid:
            raise exists
        return device

    def _as_asked(self, exists: errors.DeviceExists, device: DeviceInfo, table: MultipathTable, length: Sectors) -> Map:
        if device.deferred_remove:
            hint = "it is to be removed when its last user closes it: wait until it is gone"
            raise errors.DeviceExists(exists.errno or errno.EBUSY, exists.ioctl, str(device), exists.said, hint)
        snapshot = read_snapshot(self.control, device)
        same = snapshot is not None and snapshot.size == length and table.same_as(snapshot.table)
        if not (device.uuid and same):
            raise exists
        self.control.make_nodes()
        return self._map_of(device)

    def _finish(self, device: DeviceInfo, line: Target, flags: UdevFlag, *, read_only: bool, made_here: bool) -> Map:
        try:
            self.control.load(device, [line], read_only=read_only)
            self.control.resume(device, udev_flags=flags)
            return self._map_of(device)
        except BaseException as error:
            try:
                self.control.remove(device) if made_here else self.control.clear(device)
            except errors.MultipathError as left:
                error.add_note(f"{device} could not be taken back: {left}")
            raise


def _shown(ref: str | DevT | DeviceInfo) -> str:
    return format_devt(ref) if isinstance(ref, int) else repr(ref) if isinstance(ref, str) else str(ref)
