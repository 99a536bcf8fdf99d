"""
Emulated hardware: an NVMe controller on the PCI bus for each path, all of one subsystem, which shares its namespaces.

For stock kernels, in QEMU. The driver's own multipathing is off, so that each path is a disk. All paths write to one
store.
"""

from pathlib import Path
from typing import Final

from .. import hba
from ..machine import Machine

STOCK: Final = "it is emulated hardware, on a bus that user-mode Linux has not"


def script(machine: Machine) -> str:
    """Return the shell text that waits for the array of ``machine``."""
    return (
        "modprobe dm_multipath\nmodprobe nvme_core multipath=N\nmodprobe nvme\n"
        f'n=0\nwhile [ "$(ls /sys/block | grep -c "^nvme")" -lt {machine.paths * machine.luns} ] && [ $n -lt 500 ]; do '
        "n=$((n + 1)); sleep 0.02; done\n"
    )


def hardware(machine: Machine, folder: Path) -> list[str]:
    """
    Return the words that QEMU makes the array by; the images of its namespaces are made in ``folder``.

    Raises:
        LabError: more paths than the bus has slots.
    """
    found = hba.images(machine, folder)
    if not machine.paths:
        return found
    found += hba.words({"driver": "nvme-subsys", "id": "array", "nqn": "lab"})
    for number in range(machine.paths):
        found += hba.words(hba.controller(number))
    for lun in range(machine.luns):
        # The bus names the subsystem, no more: a shared namespace is behind every controller of it.
        found += hba.words({"driver": "nvme-ns", "bus": "hba0", "drive": f"unit{lun}", "nsid": lun + 1, "shared": True})
    return found
