"""
Real Fibre Channel without hardware: over Ethernet (FCoE), between two ends of a virtual cable for each path.

For stock kernels: user-mode Linux has no FCoE. The initiator's end is ``hbaN``, the target's ``portN``; each is a Fibre
Channel host of its own, and they find each other without a switch (VN2VN). What becomes of the cable becomes of the
path. All show the same files as units, the first half of the paths is optimized.
"""

from typing import Final

from .. import lio
from ..machine import Machine

STOCK: Final = "user-mode Linux has no FCoE"
# Their full frames are longer than those of Ethernet.
_MTU: Final = 2500
# What `multipath.lab.cable` needs.
_CABLE: Final = "sch_ingress sch_netem cls_matchall cls_u32 act_gact"
_CREATE: Final = "/sys/module/libfcoe/parameters/create_vn2vn"
_SCAN: Final = "/sys/module/scsi_mod/parameters/scan"


def script(machine: Machine) -> str:
    """Return the shell text that makes the array of ``machine``."""
    text = f"modprobe -a veth fcoe {_CABLE}\n{lio.modules('target_core_file', 'tcm_fc')}"
    text += "".join(lio.file_unit(lun, machine.size) for lun in range(machine.luns))
    # All of them log in at once, but the disks are to be called by the order of the paths.
    text += f"scan=$(cat {_SCAN})\nprintf manual >{_SCAN}\n"
    text += "".join(_path(path, machine) for path in range(machine.paths))
    # The kernel dies of a frame that comes in while a host is being made: no cable is plugged in before all are.
    text += "".join(f"ip link set {end}{path} up\n" for path in range(machine.paths) for end in ("hba", "port"))
    text += "".join(_disks(path, machine.luns) for path in range(machine.paths))
    return f'{text}printf "$scan" >{_SCAN}\n'


def _path(path: int, machine: Machine) -> str:
    initiator, target = _address(path, 1), _address(path, 2)
    folder = f"{lio.TARGET}/fc/{_port_name(target)}/tpgt_1"
    text = (
        f"ip link add hba{path} address {initiator} mtu {_MTU} type veth "
        f"peer name port{path} address {target} mtu {_MTU}\n"
        f"mkdir -p {folder}\n"
    )
    for lun in range(machine.luns):
        text += lio.lun(folder, lun, f"fileio_0/{lun}", lio.group_of(path, machine.paths))
    text += lio.access(folder, _port_name(initiator), machine.luns)
    return f"{text}echo port{path} >{_CREATE}\necho hba{path} >{_CREATE}\n"


def _address(path: int, end: int) -> str:
    return f"0a:00:00:00:{path:02x}:{end:02x}"


def _port_name(address: str) -> str:
    # As the kernel makes it of the address of an interface.
    return f"20:00:{address}"


def _disks(path: int, luns: int) -> str:
    """Return the shell text that waits for the remote port of a path, and has its units looked for."""
    return (
        f"host=$(basename /sys/class/net/hba{path}/ctlr_*/host*)\nn=0\n"
        f'until grep -qs Target /sys/class/fc_remote_ports/rport-"${{host#host}}":*/roles || [ $n -ge 1000 ]; do '
        "n=$((n + 1)); sleep 0.02; done\n"
        f'echo "- - -" >"/sys/class/scsi_host/$host/scan"\n' + lio.disks((path + 1) * luns)
    )
