"""A device-mapper of any number of maps that were never made: it answers what a kernel would have printed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from multipath import Control, Host
from multipath.dm.device import DeviceEntry, DeviceInfo, DeviceTable, DmFlag
from multipath.dm.target import Target
from multipath.units import DevT, Sectors, devt, format_devt

_PATHS: Final = 8
_SIZE: Final = Sectors(1 << 21)
_DISKS: Final = 1 << 20  # numbers of one major


class SyntheticControl:
    """
    As much of `Control` as listing takes: ``maps`` maps of two groups with four paths each.

    Attributes:
        faults: How often the first path of each map has failed; an odd number of times, and it has failed now.
    """

    shared = False

    def __init__(self, maps: int) -> None:
        self._entries = [DeviceEntry(f"mpath{n}", devt(253, n), 0, f"mpath-36001405{n:024}") for n in range(maps)]
        self._paths = [[_number(n * _PATHS + path) for path in range(_PATHS)] for n in range(maps)]
        self.faults = 0

    def devices(self) -> list[DeviceEntry]:
        """Return the list."""
        return self._entries

    def table(self, ref: DeviceInfo) -> DeviceTable:
        """Return the table of one."""
        first, second = (_words(paths, "1") for paths in self._groups(ref.devt))
        text = f"1 queue_if_no_path 1 alua 2 1 service-time 0 4 1 {first} service-time 0 4 1 {second} "
        return self._answer(ref.devt, text)

    def status(self, ref: DeviceEntry) -> DeviceTable:
        """Return the status of one, with something in flight down each path of its first group."""
        first, second = self._groups(ref.devt)
        fault = f"{first[0]} {'AF'[self.faults % 2]} {(self.faults + 1) // 2} 0 1"
        used, unused = _words(first[1:], f"A 0 {ref.devt % 4096} 1"), _words(second, "A 0 0 1")
        return self._answer(ref.devt, f"2 0 0 0 2 1 A 0 4 2 {fault} {used} E 0 4 2 {unused} ")

    def _groups(self, number: DevT) -> tuple[Sequence[str], Sequence[str]]:
        paths = self._paths[int(format_devt(number).partition(":")[2])]
        return paths[:4], paths[4:]

    def _answer(self, number: DevT, params: str) -> DeviceTable:
        entry = self._entries[int(format_devt(number).partition(":")[2])]
        info = DeviceInfo(entry.name, str(entry.uuid), number, 1, self.faults, 1, DmFlag.ACTIVE_PRESENT)
        return DeviceTable(info, (Target(Sectors(0), _SIZE, "multipath", params),))


def synthetic_host(maps: int, folder: Path) -> tuple[SyntheticControl, Host]:
    """Return a device-mapper and the host that it belongs to, whose sysfs is an empty folder."""
    control = SyntheticControl(maps)
    return control, Host(control=cast(Control, control), sysfs=folder)


def _number(index: int) -> str:
    """Return the number of a disk of which there are more than a major has."""
    return f"{8 + index // _DISKS}:{index % _DISKS}"


def _words(paths: Sequence[str], more: str) -> str:
    return " ".join([f"{path} {more}" for path in paths])
