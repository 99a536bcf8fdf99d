"""What the kernel refused, as typed errors with their evidence: errno, reason, holders, and what can be done."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from .. import errors
from ..units import parse_devt
from . import command as commands
from .command import Command
from .device import DeviceInfo
from .holders import Holder
from .reference import DeviceRef, label
from .surroundings import Surroundings
from .target import Target

_PRIVILEGE: Final = "device-mapper needs CAP_SYS_ADMIN in the initial user namespace; a container's root is not enough"
_GONE: Final = "it does not exist, or was removed in between; list the devices and compare uuid and number"
_TOO_OLD: Final = "this kernel's interface is too old for it"

_HINTS: Final = {
    (commands.CREATE.number, errno.EBUSY): "the name or the uuid is in use",
    (commands.RENAME.number, errno.EBUSY): "the new name or uuid is in use",
    (commands.RENAME.number, errno.EINVAL): "a uuid can be set once only, and a name must be new and valid",
    (
        commands.SUSPEND.number,
        errno.EINVAL,
    ): "there is no live table to resume, or the loaded one could not take its place",
    (commands.TARGET_MSG.number, errno.EBUSY): "the device is suspended; resume it first",
    (commands.TARGET_MSG.number, errno.EINVAL): "the target does not know this message or its argument",
    (commands.SET_GEOMETRY.number, errno.EINVAL): "cylinders to 65535, heads and sectors to 255, start within them",
}


def refusal(command: Command, code: int, device: str) -> errors.DeviceMapperError:
    """
    Return the error for ``code``, which the kernel answered to ``command``.

    Table loads and busy devices carry more evidence; `Control` adds it.
    """
    kind, hint = _kind(command, code)
    return kind(code, command.name, device, os.strerror(code), hint or _HINTS.get((command.number, code), ""))


def table_missing(command: Command, ref: DeviceRef) -> errors.TableMissing:
    """Return the error for a command that needs a live table where there is none."""
    hint = "load a table and resume the device first"
    return errors.TableMissing(errno.ENODATA, command.name, label(ref), "the device has no live table", hint)


def held_by(error: errors.DeviceBusy, held: Sequence[Holder]) -> errors.DeviceBusy:
    """Return ``error`` with those who hold the device."""
    hint = "close what holds it, or remove it deferred"
    return errors.DeviceBusy(error.errno or errno.EBUSY, error.ioctl, error.device, error.said, hint, held)


def load_refused(
    error: errors.DeviceMapperError,
    device: DeviceInfo,
    lines: Sequence[Target],
    reason: str | None,
    surroundings: Surroundings,
) -> errors.TableLoadError:
    """Return the error for a refused load: the kernel's reason and, for EBUSY, who holds the paths."""
    # The device itself holds the paths that stay, and keeps nobody from anything.
    own = Holder("map", device.name)
    found = list(_holders(lines, surroundings)) if error.errno == errno.EBUSY else []
    held = tuple(dict.fromkeys(holder for holder in found if holder != own))
    return errors.TableLoadError(error.errno or errno.EINVAL, str(device), lines, reason, held)


def _holders(lines: Sequence[Target], surroundings: Surroundings) -> Iterator[Holder]:
    """Yield who holds the devices that the lines name."""
    for word in dict.fromkeys(word for line in lines for word in line.params.split() if ":" in word or "/" in word):
        with suppress(ValueError):
            number = surroundings.number_behind(word) if "/" in word else parse_devt(word)
            if number is not None:
                yield from surroundings.holders(number)


def _kind(command: Command, code: int) -> tuple[type[errors.DeviceMapperError], str]:
    if code in (errno.EACCES, errno.EPERM):
        return errors.NotPermitted, _PRIVILEGE
    if code == errno.ENOTTY:
        return errors.InterfaceMismatch, _TOO_OLD
    if command is commands.TARGET_MSG and code != errno.ENXIO:
        return errors.MessageRefused, ""
    if code == errno.EBUSY and command in (commands.CREATE, commands.RENAME):
        return errors.DeviceExists, ""
    if code == errno.EBUSY:
        return errors.DeviceBusy, ""
    if code == errno.ENXIO:
        return errors.DeviceNotFound, _GONE
    return errors.DeviceMapperError, ""
