"""
The kernel's NVMe target and its own initiator, by TCP on the loopback network: a port for each path, 127.0.0.2 on.

For stock kernels: user-mode Linux has no NVMe. The driver's own multipathing is off, so that each path is a disk. Every
port has its asymmetric access, the first half of them optimized; all show the same files as namespaces. A controller
that is lost is tried again every second, for as long as it takes.
"""

from typing import Final

from .. import lio
from ..machine import Machine

STOCK: Final = "user-mode Linux has no NVMe"
SUBSYSTEM: Final = "nqn.2026-11.lab.multipath:array"
_HOST: Final = "nqn.2026-11.lab.multipath:guest"
_HOST_ID: Final = "6c616200-0000-4000-8000-000000000001"
_TARGET: Final = "/sys/kernel/config/nvmet"
_FOLDER: Final = f"{_TARGET}/subsystems/{SUBSYSTEM}"
_TIMES: Final = "reconnect_delay=1,ctrl_loss_tmo=-1,keep_alive_tmo=5"


def script(machine: Machine) -> str:
    """Return the shell text that makes the array of ``machine``."""
    text = (
        "modprobe dm_multipath\nmodprobe nvme_core multipath=N\nmodprobe -a nvmet nvmet_tcp nvme_tcp\n"
        "mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config\n"
        f"mkdir -p {lio.STORES}\nmkdir {_FOLDER}\necho 1 >{_FOLDER}/attr_allow_any_host\n"
    )
    text += "".join(_namespace(lun, machine.size) for lun in range(machine.luns))
    text += "".join(_port(path, lio.group_of(path, machine.paths)) for path in range(machine.paths))
    text += "".join(_controller(path) for path in range(machine.paths))
    return text + (
        f'n=0\nwhile [ "$(ls /sys/block | grep -c "^nvme")" -lt {machine.paths * machine.luns} ] && [ $n -lt 500 ]; do '
        "n=$((n + 1)); sleep 0.02; done\n"
    )


def _namespace(lun: int, mebibytes: int) -> str:
    store, folder = f"{lio.STORES}/{lun}", f"{_FOLDER}/namespaces/{lun + 1}"
    return (
        f"truncate -s {mebibytes << 20} {store}\nmkdir {folder}\necho {store} >{folder}/device_path\n"
        # A file in memory takes no direct I/O.
        f"echo 1 >{folder}/buffered_io\necho 6c616200-0000-4000-8000-{lun:012x} >{folder}/device_uuid\n"
        # Reservations: since Linux v6.13.
        f"[ ! -e {folder}/resv_enable ] || echo 1 >{folder}/resv_enable\n"
        f"echo 1 >{folder}/enable\n"
    )


def _port(path: int, group: str) -> str:
    folder = f"{_TARGET}/ports/{path + 1}"
    state = "optimized" if group == "optimized" else "non-optimized"
    return (
        f"mkdir {folder}\necho ipv4 >{folder}/addr_adrfam\necho tcp >{folder}/addr_trtype\n"
        f"echo 127.0.0.{path + 2} >{folder}/addr_traddr\necho 4420 >{folder}/addr_trsvcid\n"
        f"echo {state} >{folder}/ana_groups/1/ana_state\nln -s {_FOLDER} {folder}/subsystems/\n"
    )


def _controller(path: int) -> str:
    where = f"transport=tcp,traddr=127.0.0.{path + 2},trsvcid=4420,nqn={SUBSYSTEM}"
    return f'echo "{where},hostnqn={_HOST},hostid={_HOST_ID},{_TIMES}" >/dev/nvme-fabrics\n'
