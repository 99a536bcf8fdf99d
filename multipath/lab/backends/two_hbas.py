"""
Emulated hardware: a virtio SCSI host on the PCI bus for each path, all of them on the same image.

For stock kernels, in QEMU. What such hosts can do that no module can: be pulled from their slots and plugged in again,
and show units that stop to answer or change their size (`multipath.lab.faults`). All paths write to one store.
"""

from pathlib import Path

from ...errors import LabError
from .. import hba, lio
from ..machine import Machine


def script(machine: Machine) -> str:
    """Return the shell text that waits for the array of ``machine``."""
    return f"modprobe -a virtio_scsi sd_mod sg dm_multipath\n{lio.disks(machine.paths * machine.luns)}"


def hardware(machine: Machine, folder: Path) -> list[str]:
    """
    Return the words that QEMU makes the array by; the images of its units are made in ``folder``.

    Raises:
        LabError: more paths than the bus has slots.
    """
    if machine.paths > hba.LIMIT:
        raise LabError(f"two_hbas has up to {hba.LIMIT} paths, not {machine.paths}")
    found: list[str] = []
    for lun in range(machine.luns):
        image = folder / f"unit{lun}"
        with image.open("wb") as store:
            store.truncate(machine.size << 20)
        found += ["-blockdev", f"driver=raw,node-name=unit{lun},file.driver=file,file.filename={image}"]
    for number in range(machine.paths):
        found += hba.words(hba.adapter(number))
        for lun in range(machine.luns):
            found += hba.words(hba.disk(number, lun))
    return found
