"""A block device of no bus that multipath knows: virtio, MMC, Xen. It has no identity to find its other paths by."""

from .attributes import Attributes
from .path import Path
from .place import Disk


def read_other(disk: Disk, attributes: Attributes, below: Attributes) -> Path:
    """Return such a device; of the old Smart Arrays it is known what INQUIRY said."""
    array = disk.name.startswith("cciss")
    return Path(
        name=disk.name,
        devt=disk.devt,
        size=disk.size,
        designator=below.text("wwid") or attributes.text("wwid"),
        vendor=below.text("vendor") if array else None,
        model=below.text("model") if array else None,
        hctl=None,
        state=None,
        diskseq=disk.diskseq,
        bus="cciss" if array else "undef",
        protocol="cciss" if array else "undef",
        revision=below.text("rev") if array else None,
        read_only=disk.read_only,
        udev=disk.udev,
    )
