"""
The kernel's own SCSI target, set up by shell text: units of files or block devices, loopback hosts before them.

The guest's shell makes it before the command starts, through configfs, which is a module of its own in these kernels.
A unit has two target port groups, ``optimized`` and ``nonoptimized``; a path is in one of them. Vendor and product are
the kernel's (``LIO-ORG``); the WWID holds the serial number, of which only hexadecimal digits count.
"""

from typing import Final

TARGET: Final = "/sys/kernel/config/target"
STORES: Final = "/run/multipath-lab-array"
# The names of the groups, with the state that they start in: SPC-5, asymmetric access state.
GROUPS: Final = {"optimized": 0, "nonoptimized": 1}


def modules(*names: str) -> str:
    """Return the shell text that loads the target and what else is named, and mounts configfs."""
    return (
        f"modprobe -a sd_mod sg dm_multipath 2>/dev/null\nmodprobe -a target_core_mod {' '.join(names)}\n"
        "mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config\n"
        # The target writes down every registration, also one that is not to persist, and refuses it where it cannot.
        f"mkdir -p {STORES} /var/target/pr\n"
    )


def file_unit(lun: int, mebibytes: int) -> str:
    """Return the shell text that makes a unit from a file of its own."""
    store, size = f"{STORES}/{lun}", mebibytes << 20
    return f"truncate -s {size} {store}\n" + _unit(
        f"fileio_0/{lun}", f"fd_dev_name={store},fd_dev_size={size}", serial(lun)
    )


def block_unit(name: str, node: str, lun: int) -> str:
    """Return the shell text that makes a unit from a block device; units of one ``lun`` say that they are one."""
    return _unit(f"iblock_0/{name}", f"udev_path={node}", serial(lun))


def serial(lun: int) -> str:
    """Return the serial number of a unit."""
    return f"{0xA11A << 16 | lun:08x}"


def _unit(place: str, control: str, number: str) -> str:
    unit = f"{TARGET}/core/{place}"
    lines = [
        f"mkdir -p {unit}",
        f"echo {control} >{unit}/control",
        f"echo {number} >{unit}/wwn/vpd_unit_serial",
        f"echo 1 >{unit}/enable",
    ]
    for group_id, (name, state) in enumerate(GROUPS.items(), 1):
        group = f"{unit}/alua/{name}"
        lines += [
            f"mkdir {group}",
            f"echo {group_id} >{group}/tg_pt_gp_id",
            # Implicit and explicit: the target may change a state, and the host may ask for it.
            f"echo 3 >{group}/alua_access_type",
            f"echo {state} >{group}/alua_access_state",
        ]
    return "\n".join([*lines, ""])


def port(path: int) -> str:
    """Return the folder of the loopback host that is a path, counted from 0."""
    return f"{TARGET}/loopback/naa.600140500000{path:04x}/tpgt_1"


def loopback(path: int) -> str:
    """Return the shell text that makes the loopback host of a path, without a unit."""
    place = port(path)
    return f"mkdir -p {place}\necho {place.split('/')[-2]} >{place}/nexus\n"


def lun(folder: str, number: int, unit: str, group: str) -> str:
    """Return the shell text that shows a unit on a target port, in a target port group."""
    place = f"{folder}/lun/lun_{number}"
    return f"mkdir {place}\nln -s {TARGET}/core/{unit} {place}/unit\necho {group} >{place}/alua_tg_pt_gp\n"


def access(folder: str, initiator: str, luns: int) -> str:
    """Return the shell text that lets an initiator see so many units of a target port, by their numbers."""
    place = f"{folder}/acls/{initiator}"
    units = range(luns)
    return f"mkdir {place}\n" + "".join(
        f"mkdir {place}/lun_{lun}\nln -s {folder}/lun/lun_{lun} {place}/lun_{lun}/unit\n" for lun in units
    )


def group_of(path: int, paths: int) -> str:
    """Return the target port group of a path: the first half of them is optimized."""
    return "optimized" if path < (paths + 1) // 2 else "nonoptimized"


def disks(count: int) -> str:
    """Return the shell text that waits until so many disks are there: they are probed in the background."""
    return (
        f'n=0\nwhile [ "$(ls /sys/block | grep -c "^sd")" -lt {count} ] && [ $n -lt 500 ]; do '
        "n=$((n + 1)); sleep 0.02; done\n"
    )
