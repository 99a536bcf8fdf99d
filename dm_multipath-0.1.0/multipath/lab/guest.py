"""
The view from inside a guest: which array is there, and what can be done to its paths.

For tests and demonstrations that run in the guest. Nothing here works on a machine of flesh and blood, by intent: every
function that changes a device refuses outside of a guest.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import LabError
from .nvme_controller import numbers as nvme_numbers

State = Literal["running", "offline"]
_SYS = Path("/sys")


@dataclass(frozen=True, slots=True)
class LogicalUnit:
    """
    One logical unit of the array.

    Attributes:
        wwid: Its identifier, from VPD page 0x83, in the form that sysfs prints.
        paths: The kernel's names of its paths, in the order of their hosts, for example ``("sda", "sdc")``.
    """

    wwid: str
    paths: tuple[str, ...]


def inside() -> bool:
    """Return whether this process runs in a guest of the lab."""
    # The variable alone could have been inherited; the processor of a user-mode Linux is like no other, and no kernel
    # but that of the lab's own QEMU was told this word.
    return "MULTIPATH_LAB_KERNEL" in os.environ and (
        "User Mode Linux" in Path("/proc/cpuinfo").read_text()
        or "multipath_lab.guest=1" in Path("/proc/cmdline").read_text().split()
    )


def stock() -> bool:
    """Return whether this guest runs a stock kernel of Debian, in QEMU."""
    refuse_outside()
    return os.environ["MULTIPATH_LAB_STOCK"] == "yes"


def kernel_name() -> str:
    """Return the name of this guest's kernel in the catalogue."""
    refuse_outside()
    return os.environ["MULTIPATH_LAB_KERNEL"]


def backend_name() -> str:
    """Return the kind of this guest's array: a name of `multipath.lab.backends`."""
    refuse_outside()
    return os.environ["MULTIPATH_LAB_BACKEND"]


def scratch() -> Path:
    """Return the folder that this guest shares with the machine, for reading and writing."""
    refuse_outside()
    return Path(os.environ["MULTIPATH_LAB_SCRATCH"])


def logical_units(*, sysfs: Path = _SYS) -> list[LogicalUnit]:
    """Return the logical units of the array, each with all of its paths, in the order of their numbers."""
    paths: dict[str, list[str]] = {}
    for disk in sorted((sysfs / "block").glob("sd*"), key=lambda disk: _address(disk)[::-1]):
        paths.setdefault((disk / "device/wwid").read_text().strip(), []).append(disk.name)
    namespaces = {numbers: disk for disk in (sysfs / "block").glob("nvme*") if (numbers := nvme_numbers(disk.name))}
    for _, disk in sorted(namespaces.items()):
        paths.setdefault((disk / "wwid").read_text().strip(), []).append(disk.name)
    return [LogicalUnit(wwid, tuple(names)) for wwid, names in paths.items()]


def luns() -> list[list[str]]:
    """Return the kernel's names of the paths, one list for each logical unit."""
    return [list(unit.paths) for unit in logical_units()]


def set_state(path: str, state: State) -> None:
    """
    Take a path down, or up again: the SCSI device's own state.

    The map is not told: an offline path fails at its next I/O, and a running one must be reinstated in its map.

    Args:
        path: The kernel's name, for example ``"sda"``.
        state: ``"offline"`` or ``"running"``.
    """
    refuse_outside()
    # The newline belongs to it: the kernel takes a state without one for no state.
    (_SYS / "block" / path / "device/state").write_text(f"{state}\n")


def _address(disk: Path) -> tuple[int, ...]:
    """Return host, channel, target and logical unit of a disk."""
    return tuple(map(int, (disk / "device").resolve().name.split(":")))


def refuse_outside() -> None:
    """
    Do nothing in a guest.

    Raises:
        LabError: this process does not run in one.
    """
    if not inside():
        raise LabError("this works in a guest of the lab only; start one with: mpath lab shell")
