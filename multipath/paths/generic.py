"""
The generic node of a SCSI disk, through which a command may have a short time limit.

Source: linux ``block/blk-mq.c`` and ``drivers/scsi/scsi_ioctl.c``: of a command that is sent through the node of a disk
every limit below 7 s becomes 7 s. Where an abort fails, the reset waits for every command of the host adapter, so a
check of a silent path would keep the I/O that it was to save.
"""

import os
from pathlib import Path as Folder
from typing import Final

from ..units import DevT, format_devt
from .sysfs import SYSFS, number

LEAST: Final = 7.0  # seconds, through the node of a disk


def generic_node(devt: DevT, diskseq: int | None = None, *, sysfs: Folder = SYSFS) -> str | None:
    """
    Return the generic node of a disk.

    Args:
        devt: The number of the disk.
        diskseq: The disk that is meant; another one of that number has no node here.
        sysfs: The root of sysfs.

    Returns:
        ``/dev/sg4``; ``None`` for what is no SCSI disk, and where the kernel has no such nodes.
    """
    folder = sysfs / "dev/block" / format_devt(devt)
    try:
        names = os.listdir(folder / "device/scsi_generic")
    except OSError:
        return None
    if len(names) != 1 or (diskseq is not None and number(folder, "diskseq") not in (None, diskseq)):
        return None
    return f"/dev/{names[0]}"
