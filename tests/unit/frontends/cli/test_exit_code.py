"""Every kind of failure has its number."""

import errno

import pytest

from multipath import errors
from multipath.frontends.cli.exit_code import ExitCode, exit_code

ROWS: list[tuple[BaseException, int]] = [
    (errors.MultipathError("any other"), 1),
    (errors.AmbiguousRef("two maps"), 1),
    (errors.PathsDiffer("two units"), 1),
    (errors.DeviceMapperMissing(errno.ENOENT, "open"), 1),
    (errors.DeviceMapperMissing(errno.EACCES, "open"), 1),
    (errors.DeviceMapperError(errno.ENOMEM, "DM_DEV_CREATE"), 1),
    (errors.TableLoadError(errno.EINVAL, "mpatha", [], "no such path"), 1),
    (OSError(errno.ENOSPC, "no space"), 1),
    (errors.FormatRefused("%Z"), 2),
    (errors.NotFound("no map"), 3),
    (errors.FileError(errno.ENOENT, "reading", "x.conf"), 3),
    (errors.FileError(errno.EACCES, "reading", "x.conf"), 5),
    (errors.FileLocked("held"), 4),
    (errors.ConfigError("no"), 1),
    (errors.ApplyFailed("no"), 1),
    (errors.DeviceNotFound(errno.ENXIO, "DM_DEV_STATUS"), 3),
    (errors.DeviceBusy(errno.EBUSY, "DM_DEV_REMOVE"), 4),
    (errors.DeviceExists(errno.EBUSY, "DM_DEV_CREATE"), 4),
    (errors.DaemonOwnsMap("multipathd runs"), 4),
    (errors.DaemonRefused("fail path sda", "fail"), 1),
    (errors.DaemonNotFound("fail path sda", "device not found"), 3),
    (errors.DaemonMapInUse("del map mpatha", "in use"), 4),
    (errors.DaemonDenied("del maps", "need to be root"), 5),
    (errors.DaemonTimeout("show maps", "nothing in 10 s"), 6),
    (errors.DaemonBusy("show maps", "timeout"), 6),
    (errors.TableLoadError(errno.EBUSY, "mpatha", [], None), 4),
    (errors.NotPermitted(errno.EACCES, "DM_VERSION"), 5),
    (PermissionError(errno.EACCES, "no"), 5),
    (errors.WaitTimeout("too late"), 6),
    (errors.GuestTimeout("too late"), 6),
    (KeyboardInterrupt(), 130),
    (BrokenPipeError(), 141),
]


@pytest.mark.parametrize(("error", "code"), ROWS, ids=lambda value: type(value).__name__)
def test_every_kind_of_error_has_its_code(error: BaseException, code: int) -> None:
    """What callers of ``mpath`` decide by."""
    assert exit_code(error) == code


def test_ok_and_usage_are_those_of_every_program() -> None:
    """0 and 2, as argparse has it."""
    assert (ExitCode.OK, ExitCode.USAGE) == (0, 2)
