"""
Remove a map and the maps of its partitions, all of them or none, and leave queueing as it was.

Strategy: nothing is suspended, for the kernel removes a device only while nobody has it open, and who closed it last
has written back what was cached; so at no moment could this process die and leave a map that does not serve I/O. The
partitions go first. What was removed before something fails is made again from its table.
"""

import errno
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Final

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo, DeviceTable
from .partition_map import live_maps
from .queueing_guard import guarded

_POLL: Final = 0.02  # seconds; the kernel tells nobody that a device was closed


@dataclass(frozen=True, slots=True)
class Removal:
    """
    How a map is removed.

    Attributes:
        deferred: What is in use goes away with its last user.
        timeout: For how many seconds users that are about to end are waited for.
    """

    deferred: bool = False
    timeout: float = 5.0

    def deadline(self) -> float:
        """Return until when, from now on, on the monotonic clock."""
        return time.monotonic() + self.timeout


def partitions_of(control: Control, device: DeviceInfo) -> tuple[DeviceInfo, ...]:
    """Return the maps of the partitions of a map that have a table, by their numbers."""
    return tuple(each.info for each in live_maps(control, device) if each.line is not None)


def remove_map(control: Control, device: DeviceInfo, partitions: Sequence[DeviceInfo], how: Removal) -> None:
    """
    Remove the maps of the partitions, then the map; on any error all of them are there as before.

    Args:
        control: The device-mapper.
        device: The map.
        partitions: As `partitions_of` returns them.
        how: What to do about users.

    Raises:
        DeviceBusy: one of them is in use; ``.holders`` says by whom.
    """
    deadline = how.deadline()
    if not how.deferred:
        wait_for_users(control, device, partitions, deadline)
    tables = {each.devt: control.table(each) for each in partitions}
    begun: list[DeviceInfo] = []
    try:
        for each in reversed(partitions):
            begun.append(each)
            control.remove(each, deferred=how.deferred, timeout=max(0.0, deadline - time.monotonic()))
        control.remove(device, deferred=how.deferred, timeout=max(0.0, deadline - time.monotonic()))
    except BaseException as error:
        if not how.deferred:
            for each in reversed(begun):
                bring_back(control, each, tables[each.devt], error)
        raise


@contextmanager
def queued_io_failed(control: Control, device: DeviceInfo) -> Iterator[None]:
    """
    Have a map fail the I/O that waits for a path, for the block; a map that is still there then queues as before.

    It does so even where this process is killed in between; in memory there is nobody who could see to that.

    Raises:
        DeviceMapperError: the message was refused.
    """
    with guarded(device) if control.shared else nullcontext():
        try:
            control.message(device, "fail_if_no_path")
            yield
        finally:
            with suppress(errors.DeviceNotFound):
                control.message(device, "queue_if_no_path")


def wait_for_users(control: Control, device: DeviceInfo, partitions: Sequence[DeviceInfo], deadline: float) -> None:
    """
    Wait until only the partitions have the map open, and nobody them.

    Raises:
        DeviceBusy: somebody has, who does not end in time, or is no process.
    """
    while True:
        busy = [each for each in partitions if control.info(each).open_count]
        if not busy and control.info(device).open_count > len(partitions):
            busy = [device]
        if not busy:
            return
        held = control.stack(busy[0].devt)
        lasting = any(holder.kind != "process" for holder in held if not _is_one_of(holder.device, partitions))
        if lasting or time.monotonic() > deadline:
            hint = "" if held else "nobody that this process can see: another user's program, or the kernel itself"
            raise errors.DeviceBusy(errno.EBUSY, "DM_DEV_REMOVE", str(busy[0]), "it is in use", hint, held)
        time.sleep(_POLL)


def _is_one_of(number: int | None, partitions: Sequence[DeviceInfo]) -> bool:
    return number in {each.devt for each in partitions}


def bring_back(control: Control, was: DeviceInfo, table: DeviceTable, error: BaseException) -> None:
    """Make a partition's map again, if it is gone; what cannot be done is told with the error that is on its way."""
    try:
        with suppress(errors.DeviceNotFound):
            control.info(was)
            return
        made = control.create(was.name, uuid=was.uuid or None)
        try:
            control.load(made, table.targets, read_only=was.read_only)
            control.resume(made)
        except BaseException:
            control.remove(made)
            raise
    except errors.MultipathError as failed:
        error.add_note(f"{was} could not be made again: {failed}")
