"""A SCSI disk: what INQUIRY and the pages of vital product data said when the kernel scanned it."""

import re
from typing import Final

from ..wire.vpd import port_group_of_page, relative_port_of_page, serial_of_page
from .attributes import Attributes
from .brief import UNKNOWN
from .path import Path
from .place import Disk, Place
from .transport import Target

_HCTL: Final = re.compile(r"([0-9]{1,10}):[0-9]+:[0-9]+:[0-9]+\Z", re.ASCII)
_TPGS: Final = 5  # the byte of INQUIRY data


def is_scsi(place: Place) -> bool:
    """Tell whether the device is one on a SCSI bus: by its name ``H:C:T:L``, or by that of its disk."""
    return place.name.startswith("sd") or _HCTL.match(place.device.rpartition("/")[2]) is not None


def target_folder(place: Place) -> str:
    """Return the folder of the target that the device belongs to."""
    return place.device.rpartition("/")[0]


def read_scsi(disk: Disk, place: Place, below: Attributes, target: Target) -> Path:
    """Return a SCSI disk, or another device on a SCSI bus that is a block device: a CD drive is no path."""
    hctl = _HCTL.match(place.device.rpartition("/")[2])
    page, inquiry = below.binary("vpd_pg83") or b"", below.raw("inquiry") or b""
    handler = below.text("dh_state")
    disks = disk.name.startswith("sd")  # as multipath-tools tells buses apart
    return Path(
        name=disk.name,
        devt=disk.devt,
        size=disk.size,
        designator=below.text("wwid"),
        vendor=below.text("vendor") or UNKNOWN,
        model=below.text("model") or UNKNOWN,
        hctl=hctl and hctl[0],
        state=below.text("state"),
        diskseq=disk.diskseq,
        bus="scsi" if disks else "undef",
        protocol=target.protocol if disks else "undef",
        revision=_revision(below),
        serial=serial_of_page(below.binary("vpd_pg80") or b""),
        target_node=target.node,
        target_port=target.port,
        port_group=port_group_of_page(page),
        relative_port=relative_port_of_page(page),
        tpgs=inquiry[_TPGS] >> 4 & 3 if len(inquiry) > _TPGS else None,
        access_state=below.text("access_state") if handler != "detached" else None,
        preferred=handler != "detached" and below.number("preferred_path") == 1,
        handler=handler if handler != "detached" else None,
        host=int(hctl[1]) if hctl else None,
        adapter=target.adapter,
        read_only=disk.read_only,
        vpd_83=page,
        udev=disk.udev,
        link_speed=target.link_speed,
        pci=target.pci,
        port_state=target.port_state,
    )


def _revision(below: Attributes) -> str:
    """Return the revision: blanks are one, no attribute is none."""
    return below.text("rev") or ("" if below.raw("rev") is not None else UNKNOWN)
