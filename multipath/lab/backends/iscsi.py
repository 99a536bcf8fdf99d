"""
The kernel's iSCSI target and its own initiator, over the loopback network: a portal for each path, from 127.0.0.2 on.

Each portal is a port group of the target; all show the same files as units. What becomes of the network becomes of the
paths: a portal that is unreachable is noticed by the initiator's pings only. Its time limits are those of open-iscsi,
which is fetched when a guest with this array is asked for.
"""

from typing import Final

from .. import lio
from ..machine import Machine

PACKAGES: Final = ("open-iscsi",)
_NAME: Final = "iqn.2026-11.lab.multipath:array"
_INITIATOR: Final = "iqn.2026-11.lab.multipath:guest"
# Nobody is to be let in by name, and everybody may write: the defaults are the opposite.
_OPEN: Final = {"authentication": 0, "generate_node_acls": 1, "demo_mode_write_protect": 0, "cache_dynamic_acls": 1}


def script(machine: Machine) -> str:
    """Return the shell text that makes the array of ``machine``."""
    text = lio.modules("target_core_file", "iscsi_target_mod", "iscsi_tcp")
    text += "".join(lio.file_unit(lun, machine.size) for lun in range(machine.luns))
    text += f"mkdir -p {lio.TARGET}/iscsi/{_NAME}\n"
    text += "".join(_portal(path, machine) for path in range(machine.paths))
    text += (
        "mkdir -p /run/lock/iscsi /etc/iscsi /var/lib/iscsi\n"
        f"echo InitiatorName={_INITIATOR} >/etc/iscsi/initiatorname.iscsi\n"
        "[ -e /etc/iscsi/iscsid.conf ] || : >/etc/iscsi/iscsid.conf\n"
        "iscsid\n"
    )
    # One after the other: the hosts are numbered as the paths are.
    text += "".join(_session(path) for path in range(machine.paths))
    return text + lio.disks(machine.paths * machine.luns)


def _address(path: int) -> str:
    # Not 127.0.0.1, from which the initiator sends on all sessions.
    return f"127.0.0.{path + 2}:3260"


def _portal(path: int, machine: Machine) -> str:
    folder = f"{lio.TARGET}/iscsi/{_NAME}/tpgt_{path + 1}"
    text = f"mkdir -p {folder}\nmkdir {folder}/np/{_address(path)}\n"
    text += "".join(f"echo {value} >{folder}/attrib/{name}\n" for name, value in _OPEN.items())
    for lun in range(machine.luns):
        text += lio.lun(folder, lun, f"fileio_0/{lun}", lio.group_of(path, machine.paths))
    return f"{text}echo 1 >{folder}/enable\n"


def _session(path: int) -> str:
    words = f"iscsiadm -m node -T {_NAME} -p {_address(path)},{path + 1}"
    return f"{words} -o new >/dev/null\n{words} --login >/dev/null\n"
