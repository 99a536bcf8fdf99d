"""
The kernel's SCSI target looped back: one unit with asymmetric access, seen through a host for each path.

Each unit is a file; a loopback host is a path to all of them. The first half of the paths is optimized, the others are
not, and both groups change their state at any time (`multipath.lab.faults`). All paths write to one store.
"""

from .. import lio
from ..machine import Machine


def script(machine: Machine) -> str:
    """Return the shell text that makes the array of ``machine``."""
    text = lio.modules("target_core_file", "tcm_loop")
    text += "".join(lio.file_unit(lun, machine.size) for lun in range(machine.luns))
    for path in range(machine.paths):
        text += lio.loopback(path)
        for lun in range(machine.luns):
            text += lio.lun(lio.port(path), lun, f"fileio_0/{lun}", lio.group_of(path, machine.paths))
    return text + lio.disks(machine.paths * machine.luns)
