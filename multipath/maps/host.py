"""
The machine, through the four seams: its paths, its maps, and the making of a map.

Most programs do one or two of these things. What only one of them needs is imported where it is done, so that to look
at maps does not cost what it takes to plan them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Protocol, Self, Unpack, runtime_checkable

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.udev_flag import NO_FLAGS, UdevFlag
from ..paths.sysfs import SYSFS, block_folder, device_number
from ..units import DevT, Sectors, format_devt
from .event_loop import in_a_loop
from .lookup import Lookup, exists, shown_ref
from .map import Map
from .ownership import UUID_PREFIX
from .snapshot import MapSnapshot, read_map, read_snapshots

if TYPE_CHECKING:
    from ..config.configuration import Configuration
    from ..paths.commands import Commands
    from ..paths.path import Path
    from ..paths.request import Asker
    from ..paths.wwid import Wwid
    from ..policy.observation import Observation
    from ..policy.throughput import Throughput
    from ..wire.table import MultipathTable
    from .capabilities import Capabilities
    from .detach_plan import DetachPlan
    from .detach_unit import DetachedUnit
    from .doctor.diagnosis import Diagnosis
    from .event import Event
    from .exported_identity import ExportedIdentity
    from .inputs import Inputs
    from .monitor_status import MonitorStatus
    from .multipathd_view import MultipathdView
    from .plan import Plan
    from .readiness import Wishes
    from .reservations import Reservations, Through
    from .role import DeviceRole
    from .screening import PathVerdict
    from .seen_map import SeenMap
    from .state_file import StateFolder
    from .waiting import Missing


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
        sysfs: str | os.PathLike[str] = SYSFS,
        commands: Commands | None = None,
        asker: Asker | None = None,
    ) -> None:
        self._control, self._owns_control, self._closed = control, control is None, False
        self._sysfs, self._commands = Folder(sysfs), commands
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
            from ..paths.asker import KernelAsker

            world = self._control
            self._asker = world.new_asker() if isinstance(world, WorldOfItsOwn) else KernelAsker()
        return self._asker

    @property
    def sysfs(self) -> Folder:
        """The root of its sysfs."""
        return self._sysfs

    @property
    def commands(self) -> Commands:
        """How a path device is asked."""
        if self._commands is None:
            from ..paths.commands import KernelCommands

            self._commands = KernelCommands()
        return self._commands

    # What is there.

    def paths(self) -> tuple[Path, ...]:
        """Return every path device, as sysfs shows it; opens none of them."""
        from ..paths.discover import discover

        return discover(self._sysfs)

    def maps(self) -> list[Map]:
        """Return every multipath map with a live table, each with its `Map.snapshot`; opens no path device."""
        return [self.handle(snapshot) for snapshot in read_snapshots(self.control)]

    def seen_maps(self) -> tuple[SeenMap, ...]:
        """
        Return every map as sysfs shows it, by number: needs no root, no daemon and no device-mapper; opens nothing.

        Those with a uuid of multipath-tools' kind; groups, states of paths and queueing are only in `maps`.
        """
        from .seen_map import seen_maps

        return seen_maps(self._sysfs)

    def path(self, ref: str | os.PathLike[str] | DevT) -> Path:
        """
        Return one path device, as `paths` has it; needs no root.

        Args:
            ref: ``major:minor``, the kernel's name, a node, a link, or the number.

        Raises:
            NotFound: there is no such block device, or it can be no path: a partition, a map, a loop device.
        """
        from ..paths.discover import read_path
        from ..paths.udev import UdevDatabase

        devt = ref if isinstance(ref, int) else device_number(os.fspath(ref), self._sysfs, nodes=self._has_nodes)
        found = None if devt is None else read_path(block_folder(devt, self._sysfs), udev=UdevDatabase(self._sysfs))
        if found is None:
            what = (
                "no block device"
                if devt is None or not exists(devt, self._sysfs)
                else "a path of no kind: see classify():"
            )
            raise errors.NotFound(f"{what} {shown_ref(ref if isinstance(ref, int) else os.fspath(ref))}")
        return found

    def verdict(
        self, ref: str | os.PathLike[str] | DevT, config: Configuration | None = None, *, ask: bool = True
    ) -> PathVerdict:
        """
        Return whether one path may be used, by which rule, and the WWID of its unit; needs no root unless it asks.

        Args:
            ref: As for `path`.
            config: The configuration; as for `plan` where it is absent.
            ask: Ask the device where neither udev nor the kernel holds its identity.

        Raises:
            NotFound: as `path`.
            FileError: a file of the configuration cannot be read.
            ConfigError: the configuration cannot be used.
        """
        from .screening import verdict_on

        path, config = self.path(ref), config or self._configuration()
        return verdict_on(path, config, self._sysfs, self.commands if ask else None)

    def wwid(self, ref: str | os.PathLike[str] | DevT, config: Configuration | None = None) -> Wwid:
        """
        Return the identity of the unit that a path leads to, as multipath-tools has it, with its source.

        Args:
            ref: As for `path`.
            config: Where ``uid_attribute`` stands; as for `plan` where it is absent.

        Raises:
            NotFound: as `path`; or neither udev, nor the kernel, nor the device itself tells.
            FileError: a file of the configuration cannot be read.
            ConfigError: the configuration cannot be used.
        """
        from ..paths.wwid import Wwid

        found = self.verdict(ref, config)
        if found.wwid is None:
            raise errors.NotFound(f"{found}: no WWID; see verdict()")
        return Wwid(found.wwid, found.source, found.problem)

    def capabilities(self) -> Capabilities:
        """
        Return what this machine can do: versions, targets, what the kernel can probe, the multipathd that runs.

        Raises:
            NotPermitted: device-mapper takes root.
            DeviceMapperMissing: this kernel has none.
        """
        from .capabilities import capabilities

        return capabilities(self.control, self._sysfs)

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
            return self.handle(read_map(self.control, ref if isinstance(ref, DeviceInfo) else self._lookup.device(ref)))
        except errors.DeviceNotFound as gone:
            raise errors.NotFound(f"what answered to {shown_ref(ref)} went away meanwhile: {gone}") from gone

    def multipathd_view(
        self,
        config: Configuration | None = None,
        *,
        status: MonitorStatus | None = None,
        observed: Mapping[DevT, Observation] | None = None,
    ) -> MultipathdView:
        """
        Return what multipathd would tell of this host, for programs that know its JSON or its formats.

        Args:
            config: The configuration; as for `plan` where it is absent.
            status: What a monitor of this host knows.
            observed: What the caller learned by asking paths, by their numbers.

        Raises:
            FileError: a file of the configuration cannot be read.
            ConfigError: the configuration cannot be used.
            UnexpectedStatus: a map of a newer kernel.
        """
        from .multipathd_view import multipathd_view

        return multipathd_view(
            read_snapshots(self.control), self.paths(), config or self._configuration(), status, observed
        )

    def to_multipathd_json(self, config: Configuration | None = None) -> str:
        """Return what ``multipathd show maps json`` would print of this host; errors as `multipathd_view`."""
        return self.multipathd_view(config).to_multipathd_json()

    def map_of(self, path: str | os.PathLike[str] | DevT) -> Map | None:
        """
        Return the map that a path is in; ``None`` where no map has it.

        Args:
            path: A number, the kernel's name, a node or a link. Of a partition its disk counts; a map is its own, and
                so is that of a partition on it.

        Raises:
            NotFound: there is no such block device.
            AmbiguousRef: it could be two devices, or two maps have it.
        """
        found = self.classify(path).map
        return None if found is None else self.handle(found)

    def classify(self, device: str | os.PathLike[str] | DevT) -> DeviceRole:
        """
        Return what a block device is to multipath: a map, a path, a partition of either, or something else.

        Nothing is opened, and nothing guessed from names: the kernel's tables and the uuids decide.

        Args:
            device: As for `map_of`; or as for `map`, for what device-mapper has.

        Raises:
            NotFound: there is no such block device.
            AmbiguousRef: it could be two devices, or two maps have it.
        """
        from .role import role_of

        return role_of(self._lookup.number(device), control=self.control, sysfs=self._sysfs)

    def orphans(self) -> tuple[Path, ...]:
        """Return the path devices that no map has; what the NVMe driver multipaths itself is none."""
        taken = {device for found in self.maps() for device in found.snapshot.table.devices}
        return tuple(path for path in self.paths() if not path.native and format_devt(path.devt) not in taken)

    # What should be.

    def plan(
        self,
        config: Configuration | None = None,
        *,
        state: StateFolder | None = None,
        only: Collection[str] | None = None,
        throughput: Throughput | None = None,
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
            throughput: Where the relative throughput of paths comes from; all are equal when absent.
            observed: What the caller learned by asking paths, by their numbers; it holds over what the kernel shows.
            managed: Whether the caller looks after the maps from now on: ends their queueing when its time is over.
                Where it is not given, whether multipathd does.
            ask: Ask the paths whose priority nobody knows, all at once, for a few seconds at most. A world in memory
                is asked by the asker that this host was given, or not at all.

        Raises:
            FileError: a file of the configuration or of the state cannot be read.
            ConfigError: the configuration cannot be used.
        """
        from .aliases import configured_aliases
        from .planner import plan_maps

        state, config = state or self._state(), config or self._configuration()
        inputs = self._inputs(config, state)
        if managed is not None:
            inputs = replace(inputs, facts=replace(inputs.facts, managed=managed))
        inputs = replace(inputs, only=only, throughput=throughput or inputs.throughput, observed=observed or {})
        plan = plan_maps(inputs)
        if ask and (self.control.shared or self._asker is not None):
            from .asked_priorities import ask_priorities  # here, for it needs an event loop, and few ask

            known = ask_priorities(plan, self.asker, inputs.observed)
            plan = plan if known == inputs.observed else plan_maps(replace(inputs, observed=known))
        return plan.on(self, state and state.under(configured_aliases(config)))

    def doctor(
        self,
        config: Configuration | errors.ConfigError | None = None,
        *,
        state: StateFolder | None = None,
        root: str | os.PathLike[str] | None = None,
        manager: str | os.PathLike[str] = "/run/mpath",
        ask: bool = True,
    ) -> tuple[Diagnosis, ...]:
        """
        Return what is wrong with this host's multipath set-up, the worst first; nothing is changed.

        Paths are asked by the asker, with a deadline: one that hangs is found, and holds nobody up for more than a few
        seconds. A part that cannot be examined is a finding, not an error.

        Args:
            config: The configuration; multipath.conf and its drop-ins when absent, or the defaults where the
                device-mapper is one in memory. Or the error that reading it ended with, which is a finding.
            state: Where aliases and WWIDs are remembered; multipath-tools' folder, likewise.
            root: Where the machine's files are, ``/etc`` and others; ``/``, or none at all, likewise.
            manager: Where the socket of ``mpath run`` is.
            ask: Ask each path whether it works, and to which unit it leads.

        Raises:
            NotPermitted: this user may not ask device-mapper.
        """
        from .doctor.catalogue import examine  # here, for few need it, and it brings an event loop along
        from .doctor.gathering import Examination, gather_facts

        shared = self._control is None or self._control.shared  # not opened for it: that there is none is a finding
        asker = self.asker if ask and (shared or self._asker is not None) else None
        examination = Examination(config, state, root, manager, asker)
        return examine(gather_facts(self, examination.of_this_machine() if shared else examination))

    def export_identity(
        self,
        dest: str | os.PathLike[str],
        maps: Iterable[str | os.PathLike[str] | DevT] | None = None,
        *,
        config: Configuration | None = None,
        state: StateFolder | None = None,
        force: bool = False,
        dry_run: bool = False,
    ) -> ExportedIdentity:
        """
        Let the system in another root know this host's maps by the same names, for installers.

        Its ``/etc/multipath.conf`` and ``bindings``, ``wwids`` and ``prkeys`` of its ``/etc/multipath`` get what they
        lack; what is there stays. All of them are written, or none; a second time nothing is.

        Args:
            dest: Where the root of the other system is mounted.
            maps: The maps that are meant, as for `map`; all that multipath-tools could know when absent.
            config: The configuration that holds here; as for `plan`.
            state: Where reservation keys are remembered here; likewise.
            force: What is here replaces what contradicts it there, and a map that the other system would not make is
                only remarked on.
            dry_run: Write nothing, and say what would be written.

        Returns:
            What was written, and what gives each map its name there.

        Raises:
            ExportRefused: the target contradicts, or would not make a map; nothing was changed.
            NameRefused: a map has a name that no binding can hold; nothing was changed.
            NotFound: a map is not there.
            AmbiguousRef: two devices answer to a reference.
            FileError: a file cannot be read or written; all are as they were.
            ConfigError: the configuration, here or there, cannot be used.
        """
        from .export import Export
        from .target_root import TargetRoot

        root = TargetRoot(dest)
        config, state = config or self._configuration(), state or self._state()
        chosen = self.maps() if maps is None else [self.map(ref) for ref in maps]
        live = {each.snapshot.devt: each.snapshot for each in chosen}
        if maps is not None and (strange := [each.name for each in chosen if not each.uuid.startswith(UUID_PREFIX)]):
            why = f"map {strange[0]} has no uuid that begins with {UUID_PREFIX}: no multipath-tools would make it"
            raise errors.ExportRefused(root.dest, [why])
        known = [each for each in live.values() if each.uuid.startswith(UUID_PREFIX)]
        known.sort(key=lambda each: each.name)
        keys = state.prkeys().keys if state else {}
        return Export(root, self._inputs(config, None), known, keys, force).run(dry_run=dry_run)

    def announce(self, *, force: bool = False) -> tuple[DeviceInfo, ...]:
        """
        Tell udev of maps that were made before it ran, and of the maps over their partitions.

        Each is reloaded with the table that it has, for an event that udev's rules take; its I/O goes on. What udev
        knows already is left alone, and where it does not run nothing is done.

        Args:
            force: Also maps that a running multipathd manages.

        Returns:
            The devices of which udev did not know.

        Raises:
            DaemonOwnsMap: multipathd manages one of them.
            DeviceMapperError: the kernel refused; that map is as it was.
            UdevError: udev did not finish in time.
        """
        from ..paths.udev import UdevDatabase
        from .announcing import Announcing

        if not self.control.waits_for_udev:
            return ()
        return Announcing(self.control, UdevDatabase(self._sysfs), force=force).announce()

    def _inputs(self, config: Configuration, state: StateFolder | None) -> Inputs:
        """Return what a plan is made of; no path is opened but those that have to be asked for their identity."""
        from ..config.resolve import Resolver
        from ..paths.wwid import ask_devices
        from .inputs import gather
        from .screening import to_be_asked

        paths = self.paths()
        pages = ask_devices(to_be_asked(paths, Resolver(config)), self.commands)
        return replace(gather(paths, config, self.control, self._sysfs, state), pages=pages)

    # What is reserved.

    def reservations(
        self,
        ref: str | os.PathLike[str] | DevT | DeviceInfo,
        *,
        config: Configuration | None = None,
        state: StateFolder | None = None,
        through: Through | str = "commands",
    ) -> Reservations:
        """
        Return the reservations of the unit behind a map.

        Args:
            ref: The map, as for `map`.
            config: Where ``reservation_key`` stands; as for `plan`.
            state: Where the prkeys file is; likewise.
            through: ``"commands"`` of SCSI or NVMe, or ``"ioctl"``: the kernel's own calls, which also know devices of
                other kinds, but can only order, not read.

        Raises:
            NotFound: nothing answers to ``ref``, or what does is no multipath map with a live table.
            FileError: a file of the configuration cannot be read.
            ConfigError: the configuration cannot be used.
        """
        from .async_reservations import AsyncReservations  # here, for few need it, and it brings an event loop along
        from .reservations import Reservations, Through

        config, state = config or self._configuration(), state or self._state()
        return Reservations(AsyncReservations(self.map(ref), self.asker, config, state, Through(through)))

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
        from .creation import create

        made = create(
            self, name, table, uuid=uuid, size=size, read_only=read_only, verify=verify, force=force,
            udev_flags=udev_flags,
        )  # fmt: skip
        return self.handle(made)

    # What goes away.

    def detach_plan(
        self,
        refs: str | os.PathLike[str] | DevT | Iterable[str | os.PathLike[str] | DevT],
        *,
        paths: bool = False,
        ghosts: bool = False,
        fail_io: bool = False,
        stale: bool = False,
        forget: bool = False,
        deferred: bool = False,
        force: bool = False,
        state: StateFolder | None = None,
    ) -> DetachPlan:
        """
        Return what has to be done to take maps away, with their partitions, and where that is allowed their disks.

        Nothing is changed. What is gone already is in ``missing`` and has no steps, so a plan may be made and run
        again and again. What somebody uses is refused, and who and what ends that stands in it.

        Args:
            refs: Maps as for `map`; a WWID also names the disks that are left of a unit whose map is gone, and a
                kernel name, a node or a number a path that no map has.
            paths: Delete the disks of the paths too; each is asked who it is, now and before it goes.
            ghosts: Also maps without a usable path, to which nothing can be written back.
            fail_io: Fail the I/O that such a map keeps, for who waits for it keeps the map. It is lost. A map that
                cannot be removed even so keeps I/O again.
            stale: Delete a disk even where it leads to another unit by now.
            forget: Take the WWID out of the wwids file.
            deferred: A map in use goes away with its last user; its paths stay.
            force: Not through multipathd where that manages the map.
            state: Where WWIDs are remembered; multipath-tools' folder where the device-mapper is the machine's.

        Raises:
            NotFound: a device that is no map and no path.
            AmbiguousRef: two devices answer to a reference.
            ValueError: ``deferred`` together with ``paths``.
        """
        if deferred and paths:
            raise ValueError("a map that goes with its last user keeps its paths: say deferred or paths, not both")
        from .detach_plan import DetachPlan
        from .detach_planner import Inspection
        from .detach_step import Gates

        gates = Gates(paths, ghosts, fail_io, stale, forget, deferred, force)
        state = state or self._state()
        wanted = [refs] if isinstance(refs, str | os.PathLike | int) else list(refs)
        inspection = Inspection(self, self.paths(), gates, state)
        units: dict[object, DetachedUnit] = {}
        missing: list[str] = []
        for each in wanted:
            ref = each if isinstance(each, int) else os.fspath(each)
            unit = inspection.unit(ref, self._lookup)
            if unit is None:
                missing.append(format_devt(ref) if isinstance(ref, int) else ref)
            else:
                units.setdefault(unit.device.devt if unit.device else unit.name, unit)
        return DetachPlan(tuple(units.values()), tuple(missing), gates).on(self, state)

    # What is waited for.

    def wait_map(
        self,
        ref: str | os.PathLike[str] | DevT,
        *,
        paths: int = 0,
        paths_total: int = 0,
        usable: bool = False,
        read_write: bool = False,
        timeout: float | None = 30.0,
        progress: Missing | None = None,
    ) -> Map:
        """
        Wait until a map is there and as asked, and return it. Woken by events; no time is fixed.

        A map is there when it has a live table, and its link in ``/dev/mapper`` where links are kept.

        Args:
            ref: As for `map`.
            paths: How many active paths it is to have, at least: those that the kernel uses.
            paths_total: How many paths it is to have, at least, working or not.
            usable: Whether I/O is to flow: not suspended, and one of its active paths has just answered. In memory,
                without an asker, the kernel's word counts.
            read_write: Whether it and all of its paths are to take writes.
            timeout: Seconds; with 0 it is looked once, with ``None`` waited for ever.
            progress: Called with what is missing, one line each, after each look.

        Raises:
            WaitTimeout: it is not, in time; ``.missing`` says why, and ``.seen`` is its snapshot, or ``None``.
            AmbiguousRef: two devices answer to ``ref``.
            ValueError: a number of paths or a timeout that is none.
        """
        return in_a_loop(
            lambda: self.wait_map_async(
                ref,
                paths=paths,
                paths_total=paths_total,
                usable=usable,
                read_write=read_write,
                timeout=timeout,
                progress=progress,
            )
        )

    async def wait_map_async(
        self,
        ref: str | os.PathLike[str] | DevT,
        *,
        timeout: float | None = 30.0,
        progress: Missing | None = None,
        **wishes: Unpack[Wishes],
    ) -> Map:
        """Do the same in a task."""
        from .readiness import Readiness
        from .wait_map import wait_until_ready

        ref = ref if isinstance(ref, int) else os.fspath(ref)
        wanted = Readiness(**wishes)
        what = f"map {shown_ref(ref)}"
        return await wait_until_ready(lambda: self.map(ref), wanted, self.control, what, timeout, progress)

    def wait_gone(
        self,
        ref: str | os.PathLike[str] | DevT | DeviceInfo,
        *,
        paths: Iterable[str | os.PathLike[str] | DevT] = (),
        timeout: float | None = 30.0,
        progress: Missing | None = None,
    ) -> None:
        """
        Wait until nothing is left of a map: the device, its links in ``/dev``, and the paths that are given.

        A map that is made again meanwhile, with the same uuid, is not gone. One that nobody knows is gone already.

        Args:
            ref: As for `map`; a snapshot's ``info`` also names a map that is gone by now.
            paths: Path devices that are to be gone too; those that do not exist are.
            timeout: Seconds; with 0 it is looked once, with ``None`` waited for ever.
            progress: Called with what is left, one line each, after each look.

        Raises:
            WaitTimeout: something is left in time; ``.missing`` says what, and who holds it.
            AmbiguousRef: two devices answer to ``ref``.
            ValueError: a timeout that is none.
        """
        in_a_loop(lambda: self.wait_gone_async(ref, paths=paths, timeout=timeout, progress=progress))

    async def wait_gone_async(
        self,
        ref: str | os.PathLike[str] | DevT | DeviceInfo,
        *,
        paths: Iterable[str | os.PathLike[str] | DevT] = (),
        timeout: float | None = 30.0,
        progress: Missing | None = None,
    ) -> None:
        """Do the same in a task."""
        from .wait_map import wait_until_gone

        ref = ref if isinstance(ref, int | DeviceInfo) else os.fspath(ref)
        try:
            device = ref if isinstance(ref, DeviceInfo) else self._lookup.device(ref)
        except errors.NotFound:
            device = None
        numbers = (self._lookup.node_number(path if isinstance(path, int) else os.fspath(path)) for path in paths)
        there = [number for number in numbers if number is not None]
        await wait_until_gone(
            device,
            ref if isinstance(ref, str) else shown_ref(ref),
            there,
            control=self.control,
            sysfs=self._sysfs,
            timeout=timeout,
            progress=progress,
        )

    def settle(self, *, quiet_for: float = 1.0, timeout: float | None = 30.0) -> None:
        """
        Wait until discovery is quiet: for ``quiet_for`` seconds no event of storage, udevd and multipathd idle.

        Args:
            quiet_for: Seconds; with 0 udevd alone is waited for.
            timeout: Seconds; ``None`` waits for ever.

        Raises:
            WaitTimeout: it is not quiet in time; ``.seen`` has what happened last.
            ValueError: seconds that are none.
        """
        in_a_loop(lambda: self.settle_async(quiet_for=quiet_for, timeout=timeout))

    async def settle_async(self, *, quiet_for: float = 1.0, timeout: float | None = 30.0) -> None:
        """Do the same in a task."""
        from .settling import wait_until_quiet

        await wait_until_quiet(self.control, quiet_for, timeout)

    # What happens.

    def watch(self) -> AsyncIterator[Event]:
        """Yield every map as present, then every change in order, none lost; for ``async for``."""
        from .watch import watch_async

        return watch_async(self.control)

    def watch_blocking(self, timeout: float | None = None) -> Iterator[Event]:
        """Yield the same for ``for``; ends when ``timeout`` seconds pass in which nothing happens."""
        from .watch import watch_blocking

        return watch_blocking(self.control, timeout)

    # How.

    def _configuration(self) -> Configuration:
        """Return multipath.conf and its drop-ins, or the defaults for a world in memory."""
        from ..config.configuration import Configuration
        from ..config.files import load

        return load() if self._has_nodes else Configuration()

    def _state(self) -> StateFolder | None:
        """Return multipath-tools' folder; a world in memory has none."""
        from .state_file import StateFolder

        return StateFolder() if self.control.shared else None

    @property
    def _lookup(self) -> Lookup:
        return Lookup(self.control, self._sysfs)

    @property
    def _has_nodes(self) -> bool:
        """Whether the nodes of this machine are those of its devices; device-mapper is not opened for this."""
        return self._control is None or self._control.shared

    def _asks(self) -> Asker | None:
        """Return who asks paths; a world in memory is asked by the asker that this host was given, or not at all."""
        return self.asker if self.control.shared or self._asker is not None else None

    def handle(self, snapshot: MapSnapshot) -> Map:
        """Return the handle on a map that was read already; nothing is asked."""
        return Map(
            self.control,
            snapshot,
            sysfs=self._sysfs,
            commands=lambda: self.commands,
            asker=self._asks,
            reader=lambda: self.asker,  # made when a map is read: few are, and its workers are for those alone
        )
