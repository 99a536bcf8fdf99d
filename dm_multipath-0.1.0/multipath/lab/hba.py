"""
Emulated hosts on the PCI bus, SCSI and NVMe: what QEMU is told of them, and from the guest, which path is whose.

The same words stand on QEMU's command line and in the requests that plug a host in again.
"""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ..errors import LabError
from . import guest, place
from .machine import Machine
from .qmp import Qmp

# The slots of the bus from here on: what a host is called follows from where it is.
_FIRST_SLOT: Final = 0x10
LIMIT: Final = 0x1F - _FIRST_SLOT + 1
_SLOT: Final = re.compile(r"/0000:00:(?P<slot>[0-9a-f]{2})\.0/(virtio\d+/host\d+|nvme/nvme\d+)/")
_PATIENCE: Final = 20.0
_POLL: Final = 0.02


def adapter(number: int) -> dict[str, Any]:
    """Return the words for a SCSI host."""
    return {"driver": "virtio-scsi-pci", "id": f"hba{number}", "addr": hex(_FIRST_SLOT + number)}


def controller(number: int) -> dict[str, Any]:
    """Return the words for an NVMe controller; it shows all namespaces of its subsystem."""
    place = {"id": f"hba{number}", "addr": hex(_FIRST_SLOT + number)}
    return {"driver": "nvme", "serial": "lab", "subsys": "array", **place}


def images(machine: Machine, folder: Path) -> list[str]:
    """
    Return the words for what the units are stored in, one file in ``folder`` for each.

    Raises:
        LabError: more paths than the bus has slots.
    """
    if machine.paths > LIMIT:
        raise LabError(f"{machine.backend} has up to {LIMIT} paths, not {machine.paths}")
    found = []
    for lun in range(machine.luns):
        image = folder / f"unit{lun}"
        with image.open("wb") as store:
            store.truncate(machine.size << 20)
        found += ["-blockdev", f"driver=raw,node-name=unit{lun},file.driver=file,file.filename={image}"]
    return found


def disk(number: int, lun: int) -> dict[str, Any]:
    """Return the words for a unit behind a host; all hosts show the same."""
    serial = f"{lun:08x}"
    return {
        "driver": "scsi-hd", "id": name(number, lun), "bus": f"hba{number}.0", "scsi-id": 0, "lun": lun,
        "drive": f"unit{lun}", "share-rw": True, "serial": serial, "device_id": serial,
        "vendor": "QEMU", "product": "LAB", "wwn": 0x5001405A00000000 + lun,
    }  # fmt: skip


def words(device: dict[str, Any]) -> list[str]:
    """Return the words of QEMU's command line for a device."""
    return ["-device", json.dumps(device)]


def name(number: int, lun: int) -> str:
    """Return what QEMU calls a unit behind a host."""
    return f"path{number}-{lun}"


def number_of(path: str) -> int:
    """
    Return which host a path leads through.

    Raises:
        LabError: not one of these.
    """
    found = _SLOT.search(f"{place.device(path)}/")
    if found is None or int(found["slot"], 16) < _FIRST_SLOT:
        raise LabError(f"{path} is not behind an emulated host")
    return int(found["slot"], 16) - _FIRST_SLOT


def name_of(path: str) -> str:
    """Return what QEMU calls the unit that a path leads to."""
    return name(number_of(path), int(place.address(path).split(":")[3]))


def unplug(number: int) -> None:
    """Pull a host from its slot, and wait until the guest has let go of it."""
    with Qmp() as qemu:
        qemu.execute("device_del", id=f"hba{number}")
        _wait(lambda: not any(device["qdev_id"] == f"hba{number}" for device in _plugged(qemu)), f"hba{number} to go")


def plug(number: int) -> None:
    """Plug a host in again, with its units, and wait until the guest has all of them; does nothing if it is there."""
    luns = int(os.environ["MULTIPATH_LAB_LUNS"])
    with Qmp() as qemu:
        if any(device["qdev_id"] == f"hba{number}" for device in _plugged(qemu)):
            return
        for device in _devices(number, luns):
            qemu.execute("device_add", **device)
    _wait(lambda: len(paths_of(number)) == luns, f"the disks of hba{number}")


def resize(path: str, mebibytes: int) -> None:
    """Give the unit behind a path another size, through whichever host; the guest is not told."""
    lun = place.address(path).split(":")[3]
    with Qmp() as qemu:
        qemu.execute("block_resize", **{"node-name": f"unit{lun}", "size": mebibytes << 20})


def _devices(number: int, luns: int) -> list[dict[str, Any]]:
    if guest.backend_name() == "nvme_pci":
        return [controller(number)]
    return [adapter(number), *(disk(number, lun) for lun in range(luns))]


def paths_of(number: int) -> list[str]:
    """Return the kernel's names of the paths that lead through a host, in the order of their units."""
    slot = Path(f"/sys/bus/pci/devices/0000:00:{_FIRST_SLOT + number:02x}.0")
    disks = sorted(slot.glob("virtio*/host*/target*/*/block/*"), key=lambda disk: int(disk.parts[-3].split(":")[3]))
    return [disk.name for disk in (*disks, *sorted(slot.glob("nvme/nvme*/nvme*n*")))]


def _plugged(qemu: Qmp) -> list[dict[str, Any]]:
    return [device for bus in qemu.execute("query-pci") for device in bus["devices"]]


def _wait(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise LabError(f"waited {_PATIENCE:g} s for {what}")
        time.sleep(_POLL)
