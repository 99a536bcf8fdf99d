"""
A DASD: a disk of a mainframe, behind a channel.

Source: linux ``drivers/s390/block/dasd_devmap.c``; multipath-tools ``libmultipath/discovery.c``,
``ccw_sysfs_pathinfo()`` for vendor and product.
"""

from typing import Final

from .attributes import Attributes
from .path import Path
from .place import Disk

_FIXED_BLOCK: Final = ("3370", "9336")  # the device types without count, key and data


def read_dasd(disk: Disk, below: Attributes) -> Path:
    """Return a DASD."""
    fixed = (below.text("devtype") or "").startswith(_FIXED_BLOCK)
    return Path(
        name=disk.name,
        devt=disk.devt,
        size=disk.size,
        designator=None,
        vendor="IBM",
        model="S/390 DASD FBA" if fixed else "S/390 DASD ECKD",
        hctl=None,
        state=None,
        diskseq=disk.diskseq,
        bus="ccw",
        protocol="ccw",
        read_only=disk.read_only,
        dasd_uid=below.text("uid"),
        udev=disk.udev,
    )
