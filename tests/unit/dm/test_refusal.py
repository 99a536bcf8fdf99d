"""The kernel's errno and the error of the command that met it."""

import errno
import os

import pytest

from multipath import errors
from multipath.dm import command as commands
from multipath.dm.command import FLAG_MINOR, Command, minor_for
from multipath.dm.refusal import refusal

COMMANDS = [value for value in vars(commands).values() if isinstance(value, Command)]
CODES = [
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "ENOTTY", "EBUSY", "ENXIO", "EINVAL", "ENOMEM", "EINTR", "ENODATA", "EIO")
]


class TestARefusal:
    @pytest.mark.parametrize(
        ("command", "code", "kind"),
        [
            (commands.VERSION, errno.EACCES, errors.NotPermitted),
            (commands.TARGET_MSG, errno.EPERM, errors.NotPermitted),
            (commands.ARM_POLL, errno.ENOTTY, errors.InterfaceMismatch),
            (commands.CREATE, errno.EBUSY, errors.DeviceExists),
            (commands.RENAME, errno.EBUSY, errors.DeviceExists),
            (commands.REMOVE, errno.EBUSY, errors.DeviceBusy),
            (commands.TABLE_LOAD, errno.EBUSY, errors.DeviceBusy),
            (commands.STATUS, errno.ENXIO, errors.DeviceNotFound),
            (commands.TARGET_MSG, errno.ENXIO, errors.DeviceNotFound),
            (commands.TARGET_MSG, errno.EINVAL, errors.MessageRefused),
            (commands.TARGET_MSG, errno.EBUSY, errors.MessageRefused),
            (commands.SUSPEND, errno.EINVAL, errors.DeviceMapperError),
            (commands.TABLE_LOAD, errno.ENOMEM, errors.DeviceMapperError),
        ],
    )
    def test_is_the_error_of_its_command(self, command: Command, code: int, kind: type[Exception]) -> None:
        """One errno means different things to different commands."""
        assert type(refusal(command, code, "mpatha")) is kind

    @pytest.mark.parametrize("code", CODES)
    @pytest.mark.parametrize("command", COMMANDS)
    def test_keeps_errno_command_and_device(self, command: Command, code: int) -> None:
        """Whatever it is called, nothing of the kernel's answer is lost."""
        error = refusal(command, code, "mpatha")

        assert (error.errno, error.ioctl, error.device) == (code, command.name, "mpatha")
        assert str(error).startswith(f"{command.name} on mpatha: {os.strerror(code)} ({errno.errorcode[code]})")

    @pytest.mark.parametrize(
        ("command", "code", "hint"),
        [
            (commands.VERSION, errno.EACCES, "CAP_SYS_ADMIN"),
            (commands.ARM_POLL, errno.ENOTTY, "too old"),
            (commands.CREATE, errno.EBUSY, "in use"),
            (commands.RENAME, errno.EINVAL, "set once only"),
            (commands.SUSPEND, errno.EINVAL, "no live table to resume"),
            (commands.STATUS, errno.ENXIO, "list the devices"),
            (commands.TARGET_MSG, errno.EBUSY, "resume it first"),
        ],
    )
    def test_says_what_can_be_done(self, command: Command, code: int, hint: str) -> None:
        """Where it is known, the message ends with it."""
        assert hint in str(refusal(command, code, "mpatha")).partition("). ")[2]

    def test_without_a_device_names_none(self) -> None:
        """Commands about the whole interface."""
        assert str(refusal(commands.REMOVE_ALL, errno.EIO, "")).startswith("DM_REMOVE_ALL: Input/output error")


class TestACommand:
    def test_has_a_number_of_its_own(self) -> None:
        """No two share one, and all the header's are there."""
        assert sorted(command.number for command in COMMANDS) == list(range(19))

    @pytest.mark.parametrize(("flag", "minor"), FLAG_MINOR.items())
    def test_claims_the_version_that_its_flags_need(self, flag: int, minor: int) -> None:
        """Not less, and its own when that is more."""
        assert minor_for(commands.STATUS, flag) == minor
        assert minor_for(commands.GET_TARGET_VERSION, flag) == max(41, minor)

    def test_claims_the_lowest_version_without_flags(self) -> None:
        """A kernel refuses whoever claims more than it has."""
        assert all(minor_for(command, 0) == command.minor for command in COMMANDS)
        assert minor_for(commands.TABLE_STATUS, sum(FLAG_MINOR)) == max(FLAG_MINOR.values())
