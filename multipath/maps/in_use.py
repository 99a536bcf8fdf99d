"""Waiting until nobody has a device open, before anything is changed that only then may be."""

import errno
import time
from pathlib import Path
from typing import Final

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.refusal import held_by

_INTERVAL: Final = 0.02  # the kernel tells nobody when a device is closed


def wait_unused(control: Control, device: DeviceInfo, what: str, *, sysfs: Path, timeout: float) -> None:
    """
    Return when nobody has a device open: udev's rules look into each device that comes, and let go of it soon.

    What is built on it, mounts it or swaps to it is not waited for.

    Args:
        control: The device-mapper.
        device: The device.
        what: What is to be done, for the error.
        sysfs: The root of sysfs.
        timeout: Seconds to wait for programs.

    Raises:
        DeviceBusy: it is in use; ``.holders`` says by whom. Nothing was changed.
    """
    deadline = time.monotonic() + timeout
    while control.info(device).open_count:
        held = control.holders(device.devt, sysfs=sysfs)
        if time.monotonic() >= deadline or any(holder.kind != "process" for holder in held):
            said = "it is in use; nothing was changed"
            raise held_by(errors.DeviceBusy(errno.EBUSY, what, str(device), said), held)
        time.sleep(_INTERVAL)
