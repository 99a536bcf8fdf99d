"""
The kernel's own virtual SCSI array: each host of ``scsi_debug`` is one path to the same logical units.

With ``vpd_use_hostno=0`` the unit names of VPD page 0x83 do not depend on the host, so LUN 0 of every host is one
logical unit, with one store behind all of them. ``delay=0`` answers at once; the default of one jiffy would make 96
IOPS here. Vendor and product are the module's own: it pads those with blanks, as a device must, and what it is given
with zeros, at which a WWID made of them would end, the same for all units.
"""

from ..machine import Machine


def script(machine: Machine) -> str:
    """Return the shell text that loads the array of ``machine``."""
    if not machine.paths or not machine.luns:
        return "modprobe scsi_mod 2>/dev/null || true\nmodprobe dm_multipath\n"
    options = {
        "vpd_use_hostno": 0,
        "add_host": machine.paths,
        "num_tgts": 1,
        "max_luns": machine.luns,
        "dev_size_mb": machine.size,
        "delay": 0,
    }
    words = " ".join(f"{key}={value}" for key, value in options.items())
    return f"modprobe -a sd_mod sg dm_multipath 2>/dev/null\nmodprobe scsi_debug {words}\n"
