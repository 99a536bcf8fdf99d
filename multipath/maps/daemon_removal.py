"""
Have multipathd remove a map that is its own, and be sure of what became of it.

Strategy: its users are waited for here first, for multipathd turns queueing off before it looks, and leaves it off
where it then finds one. It removes partitions and map, by a suspend. Whatever it says, the kernel is looked at
afterwards: a map that is still there is resumed, queues as before, and has its partitions again.
"""

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Final

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo, DeviceTable
from ..multipathd.client import Multipathd
from ..paths.path import Path
from .queueing_guard import guarded
from .removal import Removal, bring_back, wait_for_users
from .snapshot import read_snapshot

_LEAST: Final = 30.0  # seconds for an answer: multipathd may be busy with a path


def remove_by_daemon(
    control: Control,
    device: DeviceInfo,
    partitions: Sequence[DeviceInfo],
    how: Removal,
    *,
    fail_io: bool = False,
    connect: Callable[[float], AbstractContextManager[Multipathd]] = lambda timeout: Multipathd(timeout=timeout),
) -> None:
    """
    Remove a map and the maps of its partitions through multipathd; on any error all of them are as before.

    Args:
        control: The device-mapper.
        device: The map.
        partitions: As `partitions_of` returns them.
        how: How long users are waited for.
        fail_io: Whether I/O that waits for a path is to fail first.
        connect: Makes a connection that has so many seconds for an answer.

    Raises:
        DeviceBusy: one of them is in use.
        DaemonError: multipathd did not do it.
    """
    snapshot = read_snapshot(control, device)
    tables = {each.devt: control.table(each) for each in partitions}
    try:
        with connect(max(how.timeout, _LEAST)) as daemon, ExitStack() as stack:
            if fail_io:
                stack.enter_context(guarded(device))
                stack.enter_context(_queueing_disabled(daemon, device.name))
            wait_for_users(control, device, partitions, how.deadline())
            daemon.remove_map(device.name)
        if _is_there(control, device):
            raise errors.DaemonRefused(f"del map {device.name}", "ok, but the map is still there")
    except BaseException as error:
        queues = snapshot is not None and snapshot.table.features.queue_if_no_path
        _as_before(control, device, [(each, tables[each.devt]) for each in partitions], error, queues=queues)
        if isinstance(error, errors.DaemonMapInUse):
            held = control.stack(device.devt)
            raise errors.DeviceBusy(
                errno.EBUSY, "del map", str(device), "multipathd found it in use", "", held
            ) from error
        raise


def forget_paths(paths: Sequence[Path]) -> None:
    """Have multipathd forget paths whose disks are to go, so that it makes no map of them in between."""
    with suppress(errors.DaemonError), Multipathd() as daemon:
        for path in paths:
            with suppress(errors.DaemonRefused):
                daemon.remove_path(path.name)


@contextmanager
def _queueing_disabled(daemon: Multipathd, name: str) -> Iterator[None]:
    try:
        daemon.disable_queueing(name)
        yield
    finally:
        with suppress(errors.DaemonError):  # it is gone, and its queueing with it
            daemon.restore_queueing(name)


def _as_before(
    control: Control,
    device: DeviceInfo,
    partitions: Sequence[tuple[DeviceInfo, DeviceTable]],
    error: BaseException,
    *,
    queues: bool,
) -> None:
    """Put back what multipathd left: what cannot be is told with the error that is on its way."""
    try:
        now = control.info(device)
    except errors.DeviceNotFound:
        return
    try:
        if now.suspended and not device.suspended:
            control.resume(now)
        if queues:
            control.message(now, "queue_if_no_path")
    except errors.MultipathError as failed:
        error.add_note(f"{device} is not as it was: {failed}")
    for each, table in partitions:
        bring_back(control, each, table, error)


def _is_there(control: Control, device: DeviceInfo) -> bool:
    try:
        control.info(device)
    except errors.DeviceNotFound:
        return False
    return True
