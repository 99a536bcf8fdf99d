"""The error tree: what each error keeps, what it says, and that it survives a border between processes."""

import copy
import errno
import inspect
import pickle
import re
from collections.abc import Callable

import pytest

from multipath import errors
from multipath.dm.holders import Holder
from multipath.dm.target import Target
from multipath.units import Sectors

HELD = (Holder("mount", "/srv"), Holder("map", "root"))
LINES = (Target(Sectors(0), Sectors(8), "multipath", "0 0 1 1 round-robin 0 1 1 8:16 1"),)
EXAMPLES: list[BaseException] = [
    errors.MultipathError("something"),
    errors.TableError("multipath table", "0 0 x", 2, "x", "a number"),
    errors.TableError("multipath table", "0 0", 2, None, "a number"),
    errors.NameRefused("device name 'a b': character ' ' is refused"),
    errors.NumberRefused("the sector -1 is refused"),
    errors.Closed("this Control is closed"),
    errors.NotFound("no map 'x'"),
    errors.AmbiguousRef("'x' is two maps"),
    errors.PathsDiffer("these paths differ", ["sda (8:0): 8 sectors", "sdb (8:16): 16 sectors"]),
    errors.PathClaimed("map second cannot have these paths", ["8:0 is held by map first"]),
    errors.DaemonOwnsMap("multipathd manages mpatha"),
    errors.PartitionTableError("map mpatha: partition 2 ends behind the map"),
    errors.NoUsablePath("map mpatha has no usable path and queues I/O"),
    errors.DaemonError("show maps", "something"),
    errors.DaemonMissing("show maps", "nobody listens", "start it"),
    errors.DaemonTimeout("show maps", "no answer in 10 s"),
    errors.DaemonBusy("show maps", "timeout"),
    errors.DaemonDenied("del maps", "permission deny: need to be root"),
    errors.DaemonCommandUnknown("getprhold map mpatha", "not found"),
    errors.DaemonReplyMalformed("show maps json", "the answer ends at byte 7"),
    errors.DaemonRefused("fail path sda", "fail"),
    errors.DaemonNotFound("fail path sdz", "device not found"),
    errors.DaemonMapInUse("del map mpatha", "map or partition in use"),
    errors.DaemonBlacklisted("add path ram0", "blacklisted"),
    errors.FormatRefused("the format '%Z' has an unknown wildcard"),
    errors.UnexpectedStatus("map mpatha: the kernel's status cannot be read"),
    errors.WaitTimeout("no event of mpatha in time", seen=LINES),
    errors.WaitTimeout("map mpatha is not as it should be after 5 s", LINES, ["1 of 2 paths active", "no node"]),
    errors.DeviceMapperError(errno.EIO, "DM_DEV_SUSPEND", "mpatha", "", "look at the log"),
    errors.DeviceMapperError(errno.EIO, "DM_VERSION"),
    errors.DeviceMapperMissing(errno.ENOENT, "open", "/dev/mapper/control", "no such file", "load dm_mod"),
    errors.NotPermitted(errno.EACCES, "DM_VERSION", hint="run as root"),
    errors.InterfaceMismatch(errno.ENOTTY, "DM_GET_TARGET_VERSION", "zero"),
    errors.DeviceNotFound(errno.ENXIO, "DM_DEV_STATUS", "mpatha"),
    errors.DeviceExists(errno.EBUSY, "DM_DEV_CREATE", "mpatha"),
    errors.DeviceBusy(errno.EBUSY, "DM_DEV_REMOVE", "mpatha", hint="close what holds it", holders=HELD),
    errors.TableLoadError(errno.EINVAL, "mpatha", LINES, "multipath: unknown path selector type", HELD),
    errors.TableLoadError(errno.EINVAL, "mpatha", LINES, None),
    errors.TableMissing(errno.ENODATA, "DM_TARGET_MSG", "mpatha", "the device has no live table"),
    errors.MalformedReply(errno.EBADMSG, "DM_LIST_DEVICES", "", "the reply ends at byte 312"),
    errors.MessageRefused(errno.EINVAL, "DM_TARGET_MSG", "mpatha"),
    errors.PathError(errno.EIO, "INQUIRY failed", "/dev/sda", bytes((0x70, 0, 6))),
    errors.PathError(errno.ENXIO, "cannot be opened", "/dev/sda"),
    errors.BlockError(errno.EIO, "read", "mpatha", 4096, 512),
    errors.BlockError(errno.EINVAL, "write", "mpatha", 1, 512, "whole blocks"),
    errors.ConfigError("no regular expression", "/etc/multipath.conf", 12, 3),
    errors.ConfigError("two files say otherwise"),
    errors.FileError(errno.EACCES, "cannot be read", "/etc/multipath.conf"),
    errors.FileError(errno.EROFS, "cannot be written", "/etc/multipath/wwids", "use another folder"),
    errors.ExportRefused("/target", ["/target/etc/multipath/bindings: alias mpatha for 36001 is bound to '36002'"]),
    errors.FileLocked("/etc/multipath/wwids is locked by another program; try again"),
    errors.BindingConflict("bindings: nothing was changed", ["alias mpatha for 36001 is bound to '36002'"]),
    errors.PlanOutdated("map mpatha was not touched: its paths have changed", ["sda: was disk 1, is disk 9"]),
    errors.GateClosed("map mpatha has no usable path", "ghosts"),
    errors.DetachFailed("map mpatha is in use"),
    errors.ApplyFailed("1 of 2 maps could not be made as planned", ["mpatha: EBUSY"]),
    errors.ReservationError("map mpatha: registering failed on a path", ["sda failed"]),
    errors.ReservationConflict("map mpatha: reserve failed", ["sda conflict"]),
    errors.TraceError("not a number: 'x'", 3),
    errors.TraceError("no I/O that reads or writes data"),
    errors.SimulationOverrun("I/Os arrive faster than they are served"),
    errors.PluginError("there is no checker 'x'"),
    errors.ExtraMissing("a picture", "matplotlib", "plot"),
    errors.FabricError(errno.EPROTONOSUPPORT, "no socket for notices of the fabric"),
    errors.UdevError(errno.ETIMEDOUT, "udev cookie: udev did not finish"),
    errors.LabError("something in the laboratory"),
    errors.KernelUnavailable("no kernel 6.1 in the archive"),
    errors.ToolMissing("gcc", "gcc"),
    errors.GuestPanicked("the guest died", ["BUG: at mm/slub.c", "Kernel panic"]),
    errors.GuestTimeout("the guest ran for 60 s"),
]
CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, BaseException)]
COPIES: list[Callable[[BaseException], BaseException]] = [
    copy.copy,
    copy.deepcopy,
    *(lambda error, protocol=protocol: pickle.loads(pickle.dumps(error, protocol)) for protocol in range(6)),
]


class TestEveryError:
    def test_is_among_these_examples(self) -> None:
        """An error that is not shown here is not proven."""
        assert {type(example) for example in EXAMPLES} == set(CLASSES)

    @pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
    @pytest.mark.parametrize("copied", COPIES)
    def test_survives_a_copy(self, example: BaseException, copied: Callable[[BaseException], BaseException]) -> None:
        """Type, text, errno and every attribute are the same on the other side."""
        other = copied(example)

        assert (type(other), str(other), vars(other)) == (type(example), str(example), vars(example))
        assert getattr(other, "errno", None) == getattr(example, "errno", None)
        assert other.args == example.args

    @pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
    def test_is_one_that_a_caller_of_this_package_expects(self, example: BaseException) -> None:
        """One root catches them all, and a class's own words say what it is."""
        assert isinstance(example, errors.MultipathError)
        assert inspect.getdoc(type(example))

    def test_stands_in_the_tree(self) -> None:
        """The drawing has every class, under its parent, with the built-in one that it also is."""
        drawn, path = {}, [""] * 8
        for line in (errors.__doc__ or "").splitlines():
            if match := re.match(r" {4}([│├└─ ]*)(\w+)(?: \((\w+)\))?(?: {2,}|$)", line):
                depth, name = len(match[1]) // 4, match[2]
                path[depth] = name
                drawn[name] = {path[depth - 1] if depth else "Exception", *filter(None, [match[3]])}

        assert drawn == {each.__name__: {base.__name__ for base in each.__bases__} for each in CLASSES}


class TestWhatAnErrorSays:
    @pytest.mark.parametrize(
        ("error", "text"),
        [
            (
                errors.DeviceBusy(errno.EBUSY, "DM_DEV_REMOVE", "mpatha", hint="close what holds it", holders=HELD),
                "DM_DEV_REMOVE on mpatha: Device or resource busy (EBUSY). close what holds it; "
                "held by mount /srv, map root",
            ),
            (
                errors.TableLoadError(errno.EBUSY, "mpatha", LINES, "multipath: error getting device", HELD),
                "DM_TABLE_LOAD on mpatha: Device or resource busy (EBUSY). the kernel logged: multipath: error "
                "getting device; a path is held by mount /srv, map root",
            ),
            (
                errors.TableLoadError(errno.EINVAL, "mpatha", LINES, None),
                "DM_TABLE_LOAD on mpatha: Invalid argument (EINVAL)",
            ),
            (errors.DeviceMapperError(errno.EIO, "DM_REMOVE_ALL"), "DM_REMOVE_ALL: Input/output error (EIO)"),
            (errors.DeviceMapperError(4711, "DM_VERSION", said="odd"), "DM_VERSION: odd (4711)"),
            (
                errors.PathError(errno.EIO, "INQUIRY failed", "/dev/sda", bytes((0x70, 0, 6))),
                "/dev/sda: INQUIRY failed (EIO); sense 70 00 06",
            ),
            (
                errors.TableError("multipath table", "0 0 x", 2, "x", "a number"),
                "not a multipath table line: at word 2 found 'x', expected a number; in '0 0 x'",
            ),
            (
                errors.TableError("multipath table", "0 0", 2, None, "a number"),
                "not a multipath table line: at word 2 the line ends, expected a number; in '0 0'",
            ),
            (
                errors.BlockError(errno.EINVAL, "write", "mpatha", 1, 512, "whole blocks of 512 bytes alone"),
                "write of 512 bytes at 1 on mpatha: Invalid argument (EINVAL). whole blocks of 512 bytes alone",
            ),
            (errors.PathsDiffer("differ", ["sda: 8", "sdb: 16"]), "differ; sda: 8; sdb: 16"),
            (errors.ToolMissing("gcc", "gcc"), "gcc is missing on this machine; install the package gcc"),
            (errors.GuestPanicked("died", ["BUG", "panic"]), "died\n  | BUG\n  | panic"),
        ],
    )
    def test_is_what_was_tried_on_what_and_what_came_of_it(self, error: BaseException, text: str) -> None:
        """What was tried, on what, what the kernel said, and what can be done."""
        assert str(error) == text

    def test_hides_no_escape_sequences_of_a_table(self) -> None:
        """A word that came from a device does not reach the terminal as it is."""
        assert "\x1b" not in str(errors.TableError("status", "\x1b[2J", 0, "\x1b[2J", "a number"))


class TestAnErrorOfTheSystem:
    @pytest.mark.parametrize(
        ("kind", "also"),
        [
            (errors.DeviceMapperError, OSError),
            (errors.DeviceNotFound, LookupError),
            (errors.NotFound, LookupError),
            (errors.TableError, ValueError),
            (errors.WaitTimeout, TimeoutError),
            (errors.GuestTimeout, TimeoutError),
            (errors.PathError, OSError),
            (errors.BlockError, OSError),
            (errors.FabricError, OSError),
            (errors.UdevError, OSError),
        ],
    )
    def test_is_caught_by_who_knows_nothing_of_this_package(self, kind: type, also: type) -> None:
        """Each is also the built-in error that it amounts to."""
        assert issubclass(kind, also)

    def test_keeps_errno_and_what_was_said(self) -> None:
        """As every `OSError` does."""
        error = errors.DeviceMapperError(errno.EINVAL, "DM_TABLE_LOAD", "mpatha", "not like this")

        assert (error.errno, error.strerror) == (errno.EINVAL, "not like this")
