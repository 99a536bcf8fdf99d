"""
A machine in memory: its kernel, its storage network, and the seams through which `multipath.Host` sees it.

Strategy: each part knows only what it stands on: the clock nobody, devices and sysfs the clock, the network and the
kernel those three. Here they are put together, and taken apart again.
"""

import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypedDict

from .. import errors
from ..units import DevT, devt, format_devt, parse_devt
from .array import VirtualArray
from .asker import VirtualAsker
from .block import BlockDevices
from .clock import VirtualClock
from .commands import VirtualCommands
from .control import VirtualControl
from .disk import Disk
from .fabric import DEFAULT_SIZE, Fabric
from .file_path import FilePath
from .kernel import VirtualKernel
from .mapped_device import MappedDevice
from .model import Model
from .path import VirtualPath
from .port import AccessState
from .profile import PROFILES
from .store import Store
from .sysfs import SysfsTree
from .world_folder import WorldFolder

_FILE_MAJOR: Final = 259  # the major number that Linux gives to block devices without one of their own
_PARAMETERS: Final = "module/dm_multipath/parameters"
_ONE_GROUP: Final = (AccessState.OPTIMIZED,)


class Seams(TypedDict):
    """The arguments of `multipath.Host` that make it see this world alone."""

    control: VirtualControl
    sysfs: Path
    commands: VirtualCommands


class VirtualHost:
    """
    A machine in memory; a context manager that ends it.

    Args:
        kernel: Whose device-mapper is played: ``"6.1"``, ``"6.12"`` or ``"7.2"``.
        clock: The time; one that moves on when everybody waits, where none is given.

    Attributes:
        clock: The time.
        devices: Every block device, by its number.
        sysfs: The files of the world's sysfs, in a temporary folder.
        kernel: The device-mapper.
        control: An open control file, with the methods of `multipath.Control`.
        commands: How a path is asked what it is.

    Synchronization: any number of threads; `close` when none is at work.

    >>> from multipath import Host, MultipathTable
    >>> with VirtualHost() as world, Host(**world.seams()) as host:
    ...     array = world.add_array(paths=2)
    ...     table = MultipathTable.build([[path.name for path in array.paths]])
    ...     mpath = host.create("mpatha", table, uuid=f"mpath-{array.wwid}")
    ...     with world.open("mpatha") as disk:
    ...         array.paths[0].break_cable()
    ...         written = disk.write(0, bytes(4096))
    ...     mpath.status().failed_paths == {"8:0"}
    True
    """

    def __init__(self, kernel: str = "7.2", *, clock: VirtualClock | None = None) -> None:
        if kernel not in PROFILES:
            raise ValueError(f"no kernel {kernel!r} can be played; there are {', '.join(PROFILES)}")
        self._folder = WorldFolder()
        self.clock = VirtualClock() if clock is None else clock
        self.devices, self.sysfs = BlockDevices(), SysfsTree(self._folder.path / "sys")
        self.kernel = VirtualKernel(PROFILES[kernel], clock=self.clock, devices=self.devices, sysfs=self.sysfs)
        self.control, self.commands = VirtualControl(self.kernel, self.sysfs.root), VirtualCommands(self.devices)
        self.sysfs.mkdir(_PARAMETERS)
        self.sysfs.write(_PARAMETERS, {"queue_if_no_path_timeout_secs": 0})
        self._fabric = Fabric(self.clock, self.devices, self.sysfs)
        self._file_paths: list[FilePath] = []
        self._file_numbers = count()

    def __enter__(self) -> Self:
        """Return the machine."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.close()

    def close(self) -> None:
        """
        End the machine; a second time does nothing.

        I/O that waits for a path fails, who waits for an event wakes, the files below are closed, and the folder with
        sysfs goes away. A command to its device-mapper is ENODEV from then on.
        """
        if not self._folder.remove.alive:
            return
        self.kernel.end()
        self.control.close()
        for path in self._file_paths:
            path.break_cable()
        self._fabric.close()
        self._folder.remove()

    def __repr__(self) -> str:
        """Return the kernel, and how much there is."""
        return f"<VirtualHost with Linux {self.kernel.profile.release}: {len(list(self.devices))} block devices>"

    def seams(self) -> Seams:
        """Return the arguments for `multipath.Host`: ``Host(**world.seams())``."""
        return {"control": self.control, "sysfs": self.sysfs.root, "commands": self.commands}

    def asker(self) -> VirtualAsker:
        """Return who asks in this world what may never be answered: ``Host(**world.seams(), asker=world.asker())``."""
        self._check_open()
        return VirtualAsker(self.devices, self.sysfs.root, self.clock)

    # What there is.

    @property
    def arrays(self) -> tuple[VirtualArray, ...]:
        """The arrays."""
        return tuple(self._fabric.arrays)

    def add_array(
        self,
        *,
        paths: int = 4,
        units: int = 1,
        size: int = DEFAULT_SIZE,
        ports: int | None = None,
        groups: Sequence[AccessState | str] = _ONE_GROUP,
        alua: str | None = None,
        block_size: int = 512,
        stores: Sequence[Store] = (),
        model: Model | None = None,
    ) -> VirtualArray:
        """
        Add an array, and find its disks.

        Args:
            paths: How many paths lead to each unit: so many ports of adapters times target ports.
            units: How many units it has, at LUN 0 and following.
            size: The size of each, in sectors.
            ports: How many target ports it has. Where it is not given: as many as there are paths, or half of them,
                each seen by two adapters, when there are four or more.
            groups: The access state of each target port group, in words of sysfs; the ports are dealt to the groups.
            alua: Who may change access states: ``"implicit"`` (the array), ``"explicit"`` (hosts), ``"both"``, or
                ``"none"``, where none are reported. Where it is not given: the array, if there are several groups.
            block_size: The bytes of one block.
            stores: Where the bytes of each unit are; memory for those beyond the end.
            model: What the array says of itself; ``alua`` and its serial number are set in it.

        Raises:
            ValueError: what no array can be.
            Closed: after `close`.
        """
        self._check_open()
        return self._fabric.add_array(
            paths=paths,
            units=units,
            size=size,
            ports=ports,
            groups=groups,
            alua=alua,
            block_size=block_size,
            stores=stores,
            model=model,
        )

    def scan(self) -> list[VirtualPath]:
        """Look for units that have no disk yet, and return the new disks."""
        self._check_open()
        return self._fabric.scan()

    def delete(self, path: VirtualPath) -> None:
        """
        Remove a disk, as ``echo 1 > device/delete`` does; who holds it keeps a dead device. A second time does nothing.

        Raises:
            NotFound: it is no disk of this world.
        """
        self._check_open()
        self._fabric.delete(path)

    def add_file_path(self, path: str | os.PathLike[str], *, direct: bool = True, wwid: str | None = None) -> FilePath:
        """
        Add a real file or block device as a disk; a map over several of them is multipath I/O in user space.

        Which unit it leads to stands in this world's sysfs, and `multipath.Host.create` compares it as for any disk
        that is not SCSI: paths of one map must agree in it and in their size.

        Args:
            path: The file.
            direct: Past the page cache.
            wwid: Which unit it leads to, where the caller knows better; see `FilePath`.

        Raises:
            PathError: it cannot be opened, or is neither a file nor a block device; ``EBUSY``: a block device that is
                mounted or held by somebody else.
        """
        self._check_open()
        index = next(self._file_numbers)
        number, name = devt(_FILE_MAJOR, index), f"file{index}"
        added = FilePath(path, number, name, direct=direct, wwid=wwid)
        folder = f"devices/virtual/block/{name}"
        self.sysfs.add_block(folder, number, added.size)
        self.sysfs.mkdir(f"{folder}/device")
        if added.wwid:
            self.sysfs.write(folder, {"wwid": added.wwid})
        self.devices.add(added)
        self._file_paths.append(added)
        return added

    def open(self, ref: str | DevT) -> Disk:
        """
        Open a block device, as a program would with O_DIRECT.

        Args:
            ref: The name of a map, the kernel's name (``sda``, ``dm-0``), a node below ``/dev``, ``major:minor``, or
                the number.

        Raises:
            NotFound: there is no such block device.
            PathError: it cannot be opened now.
        """
        self._check_open()
        number = self._number(ref)
        if number is None or self.devices.get(number) is None:
            shown = repr(ref) if isinstance(ref, str) else format_devt(ref)
            raise errors.NotFound(f"no block device of this world answers to {shown}")
        try:
            device = self.devices.open(number)
        except OSError as error:
            raise errors.PathError(error.errno or 0, f"cannot be opened: {error.strerror}", str(ref)) from None
        name = device.dm_name if isinstance(device, MappedDevice) else device.name
        return Disk(
            device,
            self.clock,
            name=name,
            closed=lambda: self.devices.close(device),
            block_size=device.block_size,
        )

    def _check_open(self) -> None:
        if not self._folder.remove.alive:
            raise errors.Closed("this VirtualHost is closed; make another")

    def _number(self, ref: str | DevT) -> DevT | None:
        if not isinstance(ref, str):
            return ref
        found = next((device.devt for device in self.kernel.maps if device.dm_name == ref and device.in_sysfs), None)
        if found is not None:
            return found
        if ref.startswith("/"):
            return self.kernel.lookup.behind(ref)
        try:
            return parse_devt(ref)
        except ValueError:
            named = self.devices.named(ref)
            return None if named is None else named.devt
