"""
The storage network of a virtual world: this host's adapters, the arrays that they see, and the disks that come of it.

Strategy: as in the kernel, a disk is found by a scan: for each adapter, each target port and each LUN. Its number is
the lowest that is free; that of a disk which was deleted is not free while a map still holds it.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Final

from ..errors import NotFound
from .array import VirtualArray
from .block import BlockDevices
from .clock import VirtualClock
from .disk_folder import add_disk, add_host, add_remote_port, disk_folder, remove_disk
from .disk_number import disk_devt, disk_name
from .model import Model
from .path import VirtualPath
from .port import AccessState, InitiatorPort, access_state
from .remote_port import RemotePort
from .store import Store
from .sysfs import SysfsTree
from .unit import LogicalUnit

DEFAULT_SIZE: Final = 131_072  # sectors: 64 MiB
_ADAPTERS: Final = 0x2100_00E0_0000_0000
_NAA: Final = "6001405"  # of units: the numbers of the array and of the unit follow
_INQUIRY: Final = bytes((0x12, 0, 0, 0, 36, 0))
_MOST_PATHS: Final = 1024  # as dm-mpath takes in a group
_MOST_UNITS: Final = 16384  # that a LUN of two bytes can number
_ALUA: Final = {"none": (False, False), "implicit": (True, False), "explicit": (False, True), "both": (True, True)}


class Fabric:
    """
    Adapters, arrays and disks.

    Attributes:
        arrays: The arrays.
        initiators: The ports of this host's adapters.

    Args:
        clock: The time of the world.
        devices: Where the disks are found by their numbers.
        sysfs: Where they are shown.

    Synchronization: any number of threads.
    """

    def __init__(self, clock: VirtualClock, devices: BlockDevices, sysfs: SysfsTree) -> None:
        self.arrays: list[VirtualArray] = []
        self.initiators: list[InitiatorPort] = []
        self._clock, self._devices, self._sysfs = clock, devices, sysfs
        self._lock = threading.RLock()
        self._disks: dict[int, VirtualPath] = {}
        self._lowest = 0  # no index below is free
        self._remote_ports: dict[VirtualArray, list[RemotePort]] = {}
        self._serials = count(1)

    def add_array(
        self,
        *,
        paths: int = 4,
        units: int = 1,
        size: int = DEFAULT_SIZE,
        ports: int | None = None,
        groups: Sequence[AccessState | str] = (AccessState.OPTIMIZED,),
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
        """
        if ports is None:
            ports = paths // 2 if paths >= 4 and paths % 2 == 0 else paths
        if ports < 1 or paths < ports or paths % ports:
            raise ValueError(f"{paths} paths do not come of {ports} target ports: each is seen by as many adapters")
        if paths > _MOST_PATHS or units > _MOST_UNITS:
            raise ValueError(f"{paths} paths to {units} units: there are up to {_MOST_PATHS}, and {_MOST_UNITS} units")
        states = [access_state(state) for state in groups]
        implicit, explicit = _access(alua, several=len(states) > 1)
        with self._lock:
            serial = next(self._serials)
            array = VirtualArray(
                replace(model or Model(), serial=serial, implicit=implicit, explicit=explicit),
                [_unit(serial, number, size, block_size, stores) for number in range(units)],
                states=states,
                ports=ports,
                clock=self._clock,
            )
            self.arrays.append(array)
            self._connect(array, paths // ports)
            self.scan()
        return array

    def scan(self) -> list[VirtualPath]:
        """Look for units that have no disk yet, and return the new disks."""
        with self._lock:
            places = [
                (array, port, lun)
                for array in self.arrays
                for port in self._remote_ports[array]
                for lun in sorted(array.luns)
            ]
            there = {(path.remote_port, path.lun) for path in self._disks.values() if path.state != "deleted"}
            self._lowest = 0
            found = [self._add_disk(*place) for place in places if place[1:] not in there]
            return [path for path in found if path is not None]

    def delete(self, path: VirtualPath) -> None:
        """Remove a disk; the same as its own ``delete``."""
        if not any(path is disk for disk in self._disks.values()):
            raise NotFound(f"{path!r} is no disk of this world")
        path.delete()

    def close(self) -> None:
        """Close the stores of all units."""
        for array in self.arrays:
            array.close()

    def _connect(self, array: VirtualArray, adapters: int) -> None:
        while len(self.initiators) < adapters:
            host = len(self.initiators)
            self.initiators.append(InitiatorPort(_ADAPTERS + host, host))
            add_host(self._sysfs, self.initiators[-1])
        remote_ports = self._remote_ports[array] = []
        for initiator in self.initiators[:adapters]:
            known = sum(port.nexus.initiator is initiator for ports in self._remote_ports.values() for port in ports)
            for number, target in enumerate(array.ports, known):
                remote_ports.append(RemotePort(initiator, target, number, clock=self._clock, sysfs=self._sysfs))
                add_remote_port(self._sysfs, remote_ports[-1])
        array.connect(port.nexus for port in remote_ports)

    def _add_disk(self, array: VirtualArray, port: RemotePort, lun: int) -> VirtualPath | None:
        index = self._free_index()
        path = VirtualPath(
            disk_name(index),
            disk_devt(index),
            array,
            port,
            lun,
            clock=self._clock,
            sysfs=self._sysfs,
            forget=self._forget,
        )
        path.folder = disk_folder(path)
        if not path.execute(_INQUIRY).is_good:  # nobody is there: no disk
            return None
        path.rescan()
        path.diskseq = add_disk(self._sysfs, path)
        path.attach_handler()
        path.commands_seen = 0
        self._disks[index] = path
        port.devices.append(path)
        array.paths.append(path)
        self._devices.add(path)
        return path

    def _forget(self, path: VirtualPath) -> None:
        with self._lock:
            path.remote_port.devices.remove(path)
            path.array.paths.remove(path)
            self._devices.remove(path)
            remove_disk(self._sysfs, path)

    def _free_index(self) -> int:
        while not self._is_free(self._lowest):
            self._lowest += 1
        return self._lowest

    def _is_free(self, index: int) -> bool:
        path = self._disks.get(index)
        return path is None or (path.state == "deleted" and not self._sysfs.is_held(path.devt))


def _access(alua: str | None, *, several: bool) -> tuple[bool, bool]:
    """Return whether the array changes access states, and whether hosts do."""
    who = alua if alua is not None else "implicit" if several else "none"
    if who not in _ALUA:
        raise ValueError(f"nobody called {who!r} changes access states; there are {', '.join(_ALUA)}")
    return _ALUA[who]


def _unit(serial: int, number: int, size: int, block_size: int, stores: Sequence[Store]) -> LogicalUnit:
    naa = bytes.fromhex(f"{_NAA}{serial:017x}{number + 1:08x}")
    store = stores[number] if number < len(stores) else None
    return LogicalUnit(size, naa=naa, serial=naa.hex()[7:], block_size=block_size, store=store)
