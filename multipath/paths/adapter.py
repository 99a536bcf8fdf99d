"""
The host adapter of a SCSI device, from the path of its folder below ``devices``.

Two ports of one card are two PCI functions; what they share is the bridge above them, which the driver ``pcieport``
holds. Paths of a round-robin group are ordered by that bridge, so it is what is called the adapter here.
"""

import os
import re
from collections.abc import Iterator
from typing import Final

_PCI: Final = re.compile(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]\Z", re.ASCII)
_CCW: Final = re.compile(r"[0-9a-f]{1,2}\.[0-3]\.[0-9a-f]{4}\Z", re.ASCII)


def above(folder: str) -> Iterator[tuple[str, str]]:
    """Yield each folder above ``folder`` below ``devices``, nearest first, with its name."""
    while True:
        folder, _, _ = folder.rpartition("/")
        name = folder.rpartition("/")[2]
        if not folder or name == "devices":
            return
        yield folder, name


def pci_function(folder: str) -> str | None:
    """Return the address of the PCI function that a device sits on."""
    return next((name for _, name in above(folder) if _PCI.match(name)), None)


def adapter(folder: str) -> str | None:
    """Return the PCI bridge, or the CCW device of a mainframe, that the ports of one adapter share."""
    for each, name in above(folder):
        if _CCW.match(name) or (_PCI.match(name) and _driver(each) == "pcieport"):
            return name
    return None


def _driver(folder: str) -> str | None:
    try:
        return os.readlink(f"{folder}/driver").rpartition("/")[2]
    except OSError:
        return None
