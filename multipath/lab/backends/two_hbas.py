"""
Emulated hardware: a virtio SCSI host on the PCI bus for each path, all of them on the same image.

For stock kernels, in QEMU. What such hosts can do that no module can: be pulled from their slots and plugged in again,
and show units that stop to answer or change their size (`multipath.lab.faults`). All paths write to one store.
"""

from pathlib import Path
from typing import Final

from .. import hba, lio
from ..machine import Machine

STOCK: Final = "it is emulated hardware, on a bus that user-mode Linux has not"


def script(machine: Machine) -> str:
    """Return the shell text that waits for the array of ``machine``."""
    return f"modprobe -a virtio_scsi sd_mod sg dm_multipath\n{lio.disks(machine.paths * machine.luns)}"


def hardware(machine: Machine, folder: Path) -> list[str]:
    """
    Return the words that QEMU makes the array by; the images of its units are made in ``folder``.

    Raises:
        LabError: more paths than the bus has slots.
    """
    found = hba.images(machine, folder)
    for number in range(machine.paths):
        found += hba.words(hba.adapter(number))
        for lun in range(machine.luns):
            found += hba.words(hba.disk(number, lun))
    return found
