"""What ``mpath`` tells its caller: one number for each kind of failure."""

import enum
import errno
from typing import Final

from ... import errors


class ExitCode(enum.IntEnum):
    """The exit codes of ``mpath``; `INTERRUPTED` and `PIPE_CLOSED` are those that a shell gives for the signals."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_FOUND = 3
    BUSY = 4
    DENIED = 5
    TIMEOUT = 6
    INTERRUPTED = 130
    PIPE_CLOSED = 141


_KINDS: Final[dict[type[BaseException], ExitCode]] = {
    KeyboardInterrupt: ExitCode.INTERRUPTED,
    BrokenPipeError: ExitCode.PIPE_CLOSED,
    errors.FormatRefused: ExitCode.USAGE,
    errors.NotFound: ExitCode.NOT_FOUND,
    errors.DeviceNotFound: ExitCode.NOT_FOUND,
    errors.DeviceBusy: ExitCode.BUSY,
    errors.DeviceExists: ExitCode.BUSY,
    errors.DaemonOwnsMap: ExitCode.BUSY,
    errors.DaemonMapInUse: ExitCode.BUSY,
    errors.DaemonDenied: ExitCode.DENIED,
    errors.DaemonTimeout: ExitCode.TIMEOUT,
    errors.DaemonBusy: ExitCode.TIMEOUT,
    errors.PathClaimed: ExitCode.BUSY,
    errors.FileLocked: ExitCode.BUSY,
    errors.ReservationConflict: ExitCode.BUSY,
    errors.NotPermitted: ExitCode.DENIED,
    errors.WaitTimeout: ExitCode.TIMEOUT,
    errors.GuestTimeout: ExitCode.TIMEOUT,
}
_NUMBERS: Final = {errno.EBUSY: ExitCode.BUSY, errno.EACCES: ExitCode.DENIED, errno.EPERM: ExitCode.DENIED}


def exit_code(error: BaseException) -> ExitCode:
    """
    Return the exit code for ``error``: by its type, else by its errno, else `ExitCode.ERROR`.

    >>> exit_code(errors.NotFound("no map")).name
    'NOT_FOUND'
    """
    for kind, code in _KINDS.items():
        if isinstance(error, kind):
            return code
    if isinstance(error, errors.DeviceMapperMissing):
        return ExitCode.ERROR
    if isinstance(error, errors.FileError) and error.errno == errno.ENOENT:
        return ExitCode.NOT_FOUND
    return _NUMBERS.get(getattr(error, "errno", None) or 0, ExitCode.ERROR)
