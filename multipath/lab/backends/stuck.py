"""
An array whose paths can get stuck behind the target: it takes a command, and neither answers nor gives it up.

Under each path of a loopback target lies a device-mapper device of its own, ``lab-LUN-PATH``; all those of one unit lie
on one store, so all paths write to the same bytes. What is done to such a device happens to one path alone: suspended,
it holds its I/O; as a delay, it is slow. The target waits for it even where the host wants to abort, which is the worst
that a real array does.
"""

from .. import lio
from ..machine import Machine


def script(machine: Machine) -> str:
    """Return the shell text that makes the array of ``machine``."""
    text = lio.modules("target_core_iblock", "tcm_loop", "loop")
    text += "".join(lio.loopback(path) for path in range(machine.paths))
    for lun in range(machine.luns):
        store = f"{lio.STORES}/{lun}"
        text += f"truncate -s {machine.size << 20} {store}\nstore=$(losetup -f --show {store})\n"
        text += "".join(_path(lun, path, machine) for path in range(machine.paths))
    return text + lio.disks(machine.paths * machine.luns)


def _path(lun: int, path: int, machine: Machine) -> str:
    name = f"lab-{lun}-{path}"
    return (
        f'dmsetup create {name} --noudevsync --table "0 {machine.size << 11} linear $store 0"\n'
        f"[ -b /dev/mapper/{name} ] || dmsetup mknodes {name}\n"
        + lio.block_unit(name, f"/dev/mapper/{name}", lun)
        + lio.lun(lio.port(path), lun, f"iblock_0/{name}", lio.group_of(path, machine.paths))
    )
