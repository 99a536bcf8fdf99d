"""
The folders of SCSI hosts, remote ports and disks in sysfs: what the kernel shows of them.

Source: linux ``drivers/scsi/scsi_sysfs.c``, ``drivers/scsi/sd.c``, ``drivers/scsi/scsi_transport_fc.c``,
``block/genhd.c``.
"""

from typing import Final

from .path import DEFAULT_RETRIES, VirtualPath
from .port import InitiatorPort
from .remote_port import Link, RemotePort
from .scsi_device import DEFAULT_TIMEOUT
from .sysfs import SysfsTree, Value

_PCI: Final = "devices/pci0000:00/0000:00"
_CLASSES: Final = ("scsi_host", "scsi_device", "scsi_disk", "fc_host", "fc_remote_ports")
_DEV_LOSS: Final = 60
_COUNTERS: Final = ("iorequest_cnt", "iodone_cnt", "iotmo_cnt")
_PAGES: Final = (0x00, 0x80, 0x83, 0xB0)


def host_folder(initiator: InitiatorPort) -> str:
    """Return the folder of a SCSI host, from the root."""
    return f"{_PCI}:{initiator.host + 3:02x}.0/host{initiator.host}"


def add_host(tree: SysfsTree, initiator: InitiatorPort) -> None:
    """Make the folders of a SCSI host."""
    name = f"host{initiator.host}"
    folder, name_of_port = host_folder(initiator), f"{initiator.name:#018x}"
    tree.mkdir(*(f"class/{each}" for each in _CLASSES))
    _add_class(tree, folder, "scsi_host", name, {"proc_name": "virtual", "state": "running", "unique_id": 0})
    ports: dict[str, Value] = {
        "port_name": name_of_port,
        "node_name": name_of_port,
        "port_state": "Online",
        "port_type": "NPort",
        "speed": "16 Gbit",
    }
    _add_class(tree, folder, "fc_host", name, ports)


def add_remote_port(tree: SysfsTree, port: RemotePort) -> None:
    """Make the folders of a target port behind an adapter."""
    target = f"{port.nexus.target.name:#018x}"
    values: dict[str, Value] = {
        "port_name": target,
        "node_name": f"{port.nexus.target.name & ~0xFF:#018x}",
        "port_id": f"{port.nexus.target.number:#08x}",
        "port_state": Link.UP.port_state,
        "roles": "FCP Target",
        "scsi_target_id": port.number,
        "dev_loss_tmo": _DEV_LOSS,
        "fast_io_fail_tmo": 0,
    }
    folder = f"{host_folder(port.nexus.initiator)}/{port.name}"
    _add_class(tree, folder, "fc_remote_ports", port.name, values)


def disk_folder(path: VirtualPath) -> str:
    """Return the folder of the SCSI device of a disk, from the root."""
    port = path.remote_port
    target = f"target{path.initiator.host}:0:{port.number}"
    return f"{host_folder(path.initiator)}/{port.name}/{target}/{path.hctl}"


def add_disk(tree: SysfsTree, path: VirtualPath) -> int:
    """Make the folders of a disk, and return its number."""
    folder, block = path.folder, f"{path.folder}/block/{path.name}"
    _add_class(tree, folder, "scsi_device", path.hctl, {})
    _add_class(tree, folder, "scsi_disk", path.hctl, {"max_retries": DEFAULT_RETRIES})
    tree.share(f"{folder}/scsi_disk/{path.hctl}", {"cache_type": "write back"})
    tree.share(folder, {**make_values(path), **dict.fromkeys(_COUNTERS, "0x0")})
    tree.write(folder, device_values(path))
    tree.replace(f"{folder}/state", path.state, time=0)
    diskseq = tree.add_block(block, path.devt, path.size)
    size = path.block_size
    tree.share(f"{block}/queue", {"logical_block_size": size, "physical_block_size": size, "rotational": 0})
    tree.link(f"{block}/device", folder)
    return diskseq


def remove_disk(tree: SysfsTree, path: VirtualPath) -> None:
    """Remove the folders of a disk."""
    tree.remove_block(path.devt)
    tree.unlink(f"class/scsi_device/{path.hctl}", f"class/scsi_disk/{path.hctl}")
    tree.remove(path.folder)


def make_values(path: VirtualPath) -> dict[str, Value]:
    """Return what is the same for all disks of one make."""
    inquiry = path.execute(bytes((0x12, 0, 0, 0, 96, 0))).data
    return {
        "vendor": inquiry[8:16].decode("ascii"),
        "model": inquiry[16:32].decode("ascii"),
        "rev": inquiry[32:36].decode("ascii"),
        "type": inquiry[0] & 0x1F,
        "scsi_level": inquiry[2] + 1,
        "inquiry": inquiry,
    }


def device_values(path: VirtualPath) -> dict[str, Value]:
    """Return what identifies the unit, and what programs may write."""
    values: dict[str, Value] = {"timeout": DEFAULT_TIMEOUT, "eh_timeout": 10, "queue_depth": 32}
    for page in _PAGES:
        reply = path.execute(bytes((0x12, 1, page, 0x10, 0, 0)))
        if reply.is_good:
            values[f"vpd_pg{page:x}"] = reply.data
    if path.unit is not None:
        values["wwid"] = f"naa.{path.unit.naa.hex()}"
    return values


def _add_class(tree: SysfsTree, folder: str, kind: str, name: str, values: dict[str, Value]) -> None:
    """Make the folder of a class below that of a device, and the link to it from ``class``."""
    below = f"{folder}/{kind}/{name}"
    tree.mkdir(below)
    tree.write(below, values)
    tree.link(f"class/{kind}/{name}", below)
    tree.link(f"{below}/device", folder)
