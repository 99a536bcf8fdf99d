"""Waiting for a map: until it is there and ready, or until it is gone."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path as Folder

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceEntry, DeviceInfo
from ..units import DevT
from .daemon import remembered
from .departure import Departing
from .map import Map
from .readiness import Readiness
from .waiting import Missing, Sight, until


async def wait_until_ready(
    find: Callable[[], Map],
    wanted: Readiness,
    control: Control,
    what: str,
    timeout: float | None,
    progress: Missing | None = None,
) -> Map:
    """
    Wait until a map is found that is as wanted, and return it.

    Args:
        find: Finds it; `NotFound` says that it is not there yet.
        wanted: What is wanted of it.
        control: The device-mapper.
        what: What the error calls it.
        timeout: Seconds; ``None`` waits for ever.
        progress: Told what is missing, after each look.

    Raises:
        WaitTimeout: it is not, in time.
    """

    async def look(left: float) -> Sight[Map | None]:
        try:
            found = find()
        except errors.NotFound as absent:
            return Sight(None, (str(absent),))
        try:
            lacks = await found.missing(wanted, left)
        except errors.UnexpectedStatus as unreadable:
            lacks = (str(unreadable),)
        return Sight(found, lacks, found.snapshot)

    ready = await until(control, look, what, timeout, progress)
    assert ready is not None  # for where nothing is missing, something was found
    return ready


async def wait_until_gone(
    device: DeviceEntry | DeviceInfo | None,
    ref: str,
    paths: Iterable[DevT],
    *,
    control: Control,
    sysfs: Folder,
    timeout: float | None,
    progress: Missing | None = None,
) -> None:
    """
    Wait until nothing is left of a device, of the links to it, and of some paths; with multipathd either.

    Args:
        device: The device; ``None`` where it is gone already, and links alone may be left.
        ref: What it was called.
        paths: The paths.
        control: The device-mapper.
        sysfs: The root of sysfs.
        timeout: Seconds; ``None`` waits for ever.
        progress: Told what is left, after each look.

    Raises:
        WaitTimeout: something is left; where it is the device, ``.missing`` names its holders too.
    """
    departing = Departing.of(device, ref, paths, control=control, sysfs=sysfs)

    async def look(left: float) -> Sight[None]:
        lines, info = departing.left(control=control, sysfs=sysfs)
        if info is not None and left <= 0:  # the search for holders goes through every process: only at the end
            lines += [f"held by {holder}" for holder in control.holders(info.devt, sysfs=sysfs)]
        if not lines and control.shared:  # only then, for it forgets last
            lines = await asyncio.to_thread(remembered, departing.wwid, [path for path, _ in departing.paths])
        return Sight(None, tuple(lines), info)

    await until(control, look, f"the removal of {ref}", timeout, progress)
