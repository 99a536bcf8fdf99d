"""One function that turns the kernel's errno into the typed error of the command that met it."""

import errno
import os
from typing import Final

from .. import errors
from . import command as commands
from .command import Command

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
