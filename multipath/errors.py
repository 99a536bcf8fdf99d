"""
The error tree.

::

    MultipathError
    ├── TableError (ValueError)               a target line that is not what it says it is; .word is the word at fault
    ├── NameRefused (ValueError)              a device name or uuid that the kernel cannot hold
    ├── NumberRefused (ValueError)            a device, event or sector number that the kernel cannot hold
    ├── Closed (ValueError)                   use of a Control, Host or lab guest after close()
    ├── NotFound (LookupError)                no map answers to a reference
    ├── AmbiguousRef (LookupError)            more than one map answers to a reference
    ├── PathsDiffer                           paths of one map that are not one logical unit; nothing was changed
    ├── PathClaimed                           a path that another map or array holds; nothing was changed
    ├── DaemonOwnsMap                         multipathd manages this map; go through it, or use force=True
    ├── PartitionTableError (ValueError)      a partition table that cannot be used as it stands; nothing was changed
    ├── NoUsablePath                          a map without usable path that queues: nobody may wait for it
    ├── DaemonError                           multipathd did not do what it was asked: .command, .said, .hint
    │   ├── DaemonMissing                     no multipathd listens, or it hung up before it answered
    │   ├── DaemonTimeout (TimeoutError)      no whole answer came in time; what was asked may still be done
    │   ├── DaemonBusy (TimeoutError)         it could not take its own lock in time; nothing was done
    │   ├── DaemonDenied                      it lets root alone change anything
    │   ├── DaemonCommandUnknown              this release of it has no such command
    │   ├── DaemonReplyMalformed              its answer contradicts itself; nothing of it was used
    │   └── DaemonRefused                     it said fail
    │       ├── DaemonNotFound (NotFound)     it knows no such map or path
    │       ├── DaemonMapInUse                the map or a partition of it is in use
    │       └── DaemonBlacklisted             its configuration excludes the map or path
    ├── FormatRefused (ValueError)            a format with a wildcard that nobody knows
    ├── UnexpectedStatus                      the kernel printed a status that this library cannot read
    ├── WaitTimeout (TimeoutError)            a deadline passed; .seen says what was there
    ├── DeviceMapperError (OSError)           the kernel refused: .errno, .ioctl, .device, .hint
    │   ├── DeviceMapperMissing               no device-mapper in this kernel, or no control node
    │   ├── NotPermitted                      no CAP_SYS_ADMIN, or no access to the node
    │   ├── InterfaceMismatch                 the kernel does not speak this version or this command
    │   ├── DeviceNotFound (LookupError)      no such device, or it went away under our feet
    │   ├── DeviceExists                      the name or uuid is taken
    │   ├── DeviceBusy                        someone holds it open; .holders says who
    │   ├── TableLoadError                    the kernel refused a table; .reason is its own log line
    │   ├── MalformedReply                    the kernel's reply contradicts itself
    │   ├── TableMissing                      the device has no live table, which this command needs
    │   └── MessageRefused                    the target did not accept a message
    ├── PathError (OSError)                   a path device did not answer a command as it should
    ├── ConfigError (ValueError)              a configuration that cannot be used; .findings says where and why
    ├── FileError (OSError)                   a file of the configuration or of the state cannot be read or written
    ├── FileLocked (TimeoutError)             another program holds the lock of a state file
    ├── BindingConflict                       an alias or a WWID is bound otherwise; nothing was changed
    ├── ExportRefused                         a root that cannot take the names of this host; nothing was changed
    ├── ReservationError                      reservations could not be changed or read; .results has each path
    │   └── ReservationConflict               another host holds the unit, or the key is not the one that is registered
    ├── PlanOutdated                          the world is not as it was when a map was planned; nothing was changed
    ├── GateClosed                            what was asked for is dangerous, and was not allowed; .gate allows it
    ├── DetachFailed                          some units could not be detached; .report has every step
    ├── ApplyFailed                           some maps of a plan could not be made as planned; .results has each
    ├── TraceError (ValueError)               a recorded trace of I/Os that cannot be read; .line is the line at fault
    ├── PluginError                           a checker or prioritizer of another package that cannot be used
    ├── ExtraMissing                          an optional package is missing; .extra is what installs it
    ├── SimulationOverrun                     I/Os arrive faster than a simulated array serves them
    ├── BlockError (OSError)                  an I/O on a map, or on an open disk of a virtual host, failed
    ├── FabricError (OSError)                 what the Fibre Channel fabric tells cannot be heard
    ├── UdevError (OSError)                   udev synchronisation failed; the device itself is as the kernel left it
    └── LabError                              the laboratory
        ├── KernelUnavailable                 a kernel or a package could not be fetched
        ├── ToolMissing                       a program of this machine is missing; .package names what brings it
        ├── GuestPanicked                     the guest's kernel died; .last_lines is its console
        └── GuestTimeout (TimeoutError)       the hard time limit passed; the guest was killed

No message hides an errno, and every message says what was tried, on what, what was answered, and what can be done.
"""

import errno as _errno
import os
from collections.abc import Sequence
from typing import Any


class MultipathError(Exception):
    """The root of everything that this package raises on purpose."""


class TableError(MultipathError, ValueError):
    """
    A target line that cannot be read.

    Attributes:
        text: The line that was read, without start, length and type.
        word: The 0-based index of the word at fault; the number of words when the line ends too early.
        found: That word, or ``None`` when the line ends too early.
        expected: What should have stood there.
    """

    def __init__(self, what: str, text: str, word: int, found: str | None, expected: str) -> None:
        self.what, self.text, self.word, self.found, self.expected = what, text, word, found, expected
        there = "the line ends" if found is None else f"found {found!r}"
        super().__init__(f"not a {what} line: at word {word} {there}, expected {expected}; in {text!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor: errors cross the guest's border in reports."""
        return type(self), (self.what, self.text, self.word, self.found, self.expected)


class NameRefused(MultipathError, ValueError):
    """A name, uuid or word that the kernel or multipathd would refuse, cut short or mistake for something else."""


class NumberRefused(MultipathError, ValueError):
    """A device, event or sector number for which the kernel's field has no room."""


class Closed(MultipathError, ValueError):
    """Use after ``close()``."""


class NotFound(MultipathError, LookupError):
    """No map answers to a reference."""


class AmbiguousRef(MultipathError, LookupError):
    """More than one map answers to a reference."""


class PathsDiffer(MultipathError):
    """
    Paths of one map that are not one logical unit of one size.

    Attributes:
        evidence: One line for each path, as it was read from the device.
    """

    def __init__(self, message: str, evidence: Sequence[str] = ()) -> None:
        self.evidence = tuple(evidence)
        super().__init__("; ".join([message, *self.evidence]))


class PathClaimed(MultipathError):
    """
    A path that something else is built on already; the kernel itself would let two maps share it.

    Attributes:
        holders: One line for each holder, with the path that it holds.
    """

    def __init__(self, message: str, holders: Sequence[str] = ()) -> None:
        self.holders = tuple(holders)
        super().__init__("; ".join([message, *self.holders]))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (str(self).partition("; ")[0], self.holders)


class DaemonOwnsMap(MultipathError):
    """multipathd runs and manages this map: a change behind its back would be undone, or undo its work."""


class PartitionTableError(MultipathError, ValueError):
    """A partition table that cannot be used as it stands on the disk; nothing was changed."""


class NoUsablePath(MultipathError):
    """A map that queues and has no usable path, or is suspended: what reads it would wait, and was not begun."""


class DaemonError(MultipathError):
    """
    multipathd did not do what it was asked.

    Attributes:
        command: The command, as it was sent.
        said: What multipathd said, or what became of the attempt.
        hint: What can be done, where that is known.
    """

    def __init__(self, command: str, said: str, hint: str = "") -> None:
        self.command, self.said, self.hint = command, said, hint
        super().__init__(f"multipathd, asked to {command!r}: {said}{f'; {hint}' if hint else ''}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.command, self.said, self.hint)


class DaemonMissing(DaemonError):
    """No multipathd listens here, or it hung up before it answered."""


class DaemonTimeout(DaemonError, TimeoutError):
    """No whole answer came in time. The connection is given up; what was asked may still be done."""


class DaemonBusy(DaemonError, TimeoutError):
    """multipathd could not take its own lock in time (``uxsock_timeout``), and did nothing."""


class DaemonDenied(DaemonError):
    """multipathd lets everybody look, and root alone change anything."""


class DaemonCommandUnknown(DaemonError):
    """This release of multipathd has no such command."""


class DaemonReplyMalformed(DaemonError):
    """The answer contradicts itself, or is none to this question; nothing of it was used."""


class DaemonRefused(DaemonError):
    """multipathd said ``fail``; releases before 0.9.8 say no more than that."""


class DaemonNotFound(DaemonRefused, NotFound):
    """multipathd knows no such map or path."""


class DaemonMapInUse(DaemonRefused):
    """The map, or a partition of it, is in use."""


class DaemonBlacklisted(DaemonRefused):
    """The configuration that multipathd goes by excludes the map or path."""


class FormatRefused(MultipathError, ValueError):
    """A format with a wildcard that nobody knows."""


class UnexpectedStatus(MultipathError):
    """The kernel printed something that this library cannot read: a newer kernel, or not a multipath map."""


class WaitTimeout(MultipathError, TimeoutError):
    """
    A deadline passed.

    Attributes:
        seen: What was there when it passed; for a wait for a map its snapshot, or ``None`` where there was no map.
        missing: What was waited for and was not so, one line each.
    """

    def __init__(self, message: str, seen: object = None, missing: Sequence[str] = ()) -> None:
        self.seen, self.missing = seen, tuple(missing)
        super().__init__("; ".join([message, *self.missing]))


class DeviceMapperError(MultipathError, OSError):
    """
    A device-mapper command that the kernel refused.

    Attributes:
        errno: The kernel's answer.
        ioctl: The command's name, for example ``"DM_TABLE_LOAD"``.
        device: The device as the caller named it; empty for commands that name none.
        hint: What can be done, where that is known.
    """

    def __init__(self, errno: int, ioctl: str, device: str = "", said: str = "", hint: str = "") -> None:
        self.ioctl, self.device, self.said, self.hint = ioctl, device, said, hint
        super().__init__(errno, said or os.strerror(errno))

    def __str__(self) -> str:
        """Say what was tried, on what, what the kernel said, and what to do."""
        on = f" on {self.device}" if self.device else ""
        code = _errno.errorcode.get(self.errno, str(self.errno)) if self.errno else "no errno"
        hint = f". {self.hint}" if self.hint else ""
        return f"{self.ioctl}{on}: {self.strerror} ({code}){hint}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.errno, self.ioctl, self.device, self.said, self.hint)


class DeviceMapperMissing(DeviceMapperError):
    """This kernel has no device-mapper, or its control node is not there."""


class NotPermitted(DeviceMapperError):
    """The caller lacks CAP_SYS_ADMIN in the initial user namespace, or may not open the node."""


class InterfaceMismatch(DeviceMapperError):
    """The kernel is too old for this command, or speaks another major version."""


class DeviceNotFound(DeviceMapperError, LookupError):
    """No device answers to this name, uuid or number, or it was removed in between."""


class DeviceExists(DeviceMapperError):
    """The name or uuid is taken."""


class DeviceBusy(DeviceMapperError):
    """
    Someone holds the device.

    Attributes:
        holders: One line for each holder that could be found: maps, partitions, mounts, swap, processes.
    """

    def __init__(
        self, errno: int, ioctl: str, device: str = "", said: str = "", hint: str = "", holders: Sequence[Any] = ()
    ) -> None:
        self.holders = tuple(holders)
        super().__init__(errno, ioctl, device, said, hint)

    def __str__(self) -> str:
        """Add the holders."""
        held = f"; held by {', '.join(map(str, self.holders))}" if self.holders else ""
        return super().__str__() + held

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.errno, self.ioctl, self.device, self.said, self.hint, self.holders)


class TableLoadError(DeviceMapperError):
    """
    The kernel refused a table; the device keeps the tables that it had.

    Attributes:
        targets: The lines that were sent.
        reason: What the kernel logged, or ``None`` where the log cannot be read.
        holders: For EBUSY, who holds the paths of the table.
    """

    def __init__(
        self, errno: int, device: str, targets: Sequence[object], reason: str | None, holders: Sequence[object] = ()
    ) -> None:
        self.targets, self.reason, self.holders = tuple(targets), reason, tuple(holders)
        evidence = [f"the kernel logged: {reason}"] if reason else []
        evidence += [f"a path is held by {', '.join(map(str, self.holders))}"] if self.holders else []
        super().__init__(errno, "DM_TABLE_LOAD", device, os.strerror(errno), "; ".join(evidence))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.errno, self.device, self.targets, self.reason, self.holders)


class TableMissing(DeviceMapperError):
    """The device has no live table, and this command needs one."""


class MalformedReply(DeviceMapperError):
    """The kernel's reply contradicts itself; nothing of it was used."""


class MessageRefused(DeviceMapperError):
    """The target did not accept the message."""


class PathError(MultipathError, OSError):
    """
    A path device did not answer a command as it should.

    Attributes:
        errno: The kernel's answer, or EIO where the device itself refused.
        path: The device.
        sense: The SCSI sense data; empty where there is none.
    """

    def __init__(self, errno: int, message: str, path: str, sense: bytes = b"") -> None:
        self.path, self.sense = path, sense
        super().__init__(errno, message)

    def __str__(self) -> str:
        """Say which path, what was asked, and the answer."""
        sense = f"; sense {self.sense.hex(' ')}" if self.sense else ""
        return f"{self.path}: {self.strerror} ({_errno.errorcode.get(self.errno or 0, self.errno)}){sense}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.errno, self.strerror, self.path, self.sense)


class ConfigError(MultipathError, ValueError):
    """
    A configuration that cannot be used as it is.

    Attributes:
        file: The file at fault.
        line: The line, from 1; 0 where it is the whole file.
        column: The column, from 1; 0 where it is the whole line.
        findings: Everything that was found, not only the first error.
    """

    def __init__(
        self, message: str, file: str = "", line: int = 0, column: int = 0, findings: Sequence[Any] = ()
    ) -> None:
        self.message, self.file, self.line, self.column = message, file, line, column
        self.findings = tuple(findings)
        place = ":".join([file, *(str(number) for number in (line, column) if number)])
        super().__init__(f"{place}: {message}" if file else message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.message, self.file, self.line, self.column, self.findings)


class FileError(MultipathError, OSError):
    """
    A file of the configuration or of the state cannot be read or written; it is as it was.

    Attributes:
        errno: The kernel's answer.
        path: The file.
        what: What was tried.
        hint: What to do next; empty where nobody knows.
    """

    def __init__(self, errno: int, what: str, path: str, hint: str = "") -> None:
        self.what, self.path, self.hint = what, path, hint
        super().__init__(errno, os.strerror(errno))

    def __str__(self) -> str:
        """Say which file, what was tried, the answer, and what to do next."""
        said = f"{self.path}: {self.what}: {self.strerror} ({_errno.errorcode.get(self.errno or 0, self.errno)})"
        return f"{said}; {self.hint}" if self.hint else said

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.errno, self.what, self.path, self.hint)


class FileLocked(MultipathError, TimeoutError):
    """Another program holds the lock of a state file, and did not let go in time; nothing was changed."""


class BindingConflict(MultipathError):
    """
    An alias or a WWID is bound otherwise already; nothing was changed.

    Attributes:
        conflicts: What is bound how, one line each.
    """

    def __init__(self, message: str, conflicts: Sequence[str]) -> None:
        self.message, self.conflicts = message, tuple(conflicts)
        super().__init__("; ".join([message, *self.conflicts]))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.message, self.conflicts)


class ExportRefused(MultipathError):
    """
    The root of another system cannot take the names of this host's maps as they are; nothing was changed.

    Attributes:
        dest: The root.
        conflicts: What speaks against it, one line each.
    """

    def __init__(self, dest: str, conflicts: Sequence[str]) -> None:
        self.dest, self.conflicts = dest, tuple(conflicts)
        super().__init__(f"{dest}: nothing was changed: {'; '.join(self.conflicts)}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.dest, self.conflicts)


class PlanOutdated(MultipathError):
    """
    The world is no longer as it was when a map was planned: plan again. Nothing was changed.

    Attributes:
        evidence: What is different, one line each.
    """

    def __init__(self, message: str, evidence: Sequence[str] = ()) -> None:
        self.message, self.evidence = message, tuple(evidence)
        super().__init__("; ".join([message, *self.evidence]))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.message, self.evidence)


class GateClosed(MultipathError):
    """
    A step that can lose data and that nobody allowed; nothing was changed.

    Attributes:
        gate: The argument that allows it, ``"ghosts"``.
    """

    def __init__(self, message: str, gate: str) -> None:
        self.message, self.gate = message, gate
        super().__init__(f"{message}; nothing was changed; {gate}=True allows it")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.message, self.gate)


class DetachFailed(MultipathError):
    """
    Some units could not be detached; the others are.

    Attributes:
        report: What became of every step, and what is left.
        errors: Why, one for each unit that failed or was refused.
    """

    def __init__(self, message: str, report: Any = None, errors: Sequence[Exception] = ()) -> None:
        self.message, self.report, self.errors = message, report, tuple(errors)
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.message, self.report, self.errors)


class ReservationError(MultipathError):
    """
    An order or a question about reservations that no path, or not every path that must, carried out.

    Attributes:
        results: What became of it on each path.
    """

    def __init__(self, message: str, results: Sequence[Any] = ()) -> None:
        self.message, self.results = message, tuple(results)
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.message, self.results)


class ReservationConflict(ReservationError):
    """Another host holds the unit, or the key is not the one that this host is registered with."""


class ApplyFailed(MultipathError):
    """
    Some maps of a plan could not be made as planned; each is as it was before, and the others are done.

    Attributes:
        results: What became of each map of the plan, in its order.
    """

    def __init__(self, message: str, results: Sequence[Any] = ()) -> None:
        self.message, self.results = message, tuple(results)
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.message, self.results)


class TraceError(MultipathError, ValueError):
    """
    A recorded trace of I/Os that cannot be read.

    Attributes:
        line: The line at fault, from 1; 0 where it is the whole.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        self.message, self.line = message, line
        super().__init__(f"line {line}: {message}" if line else message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.message, self.line)


class PluginError(MultipathError):
    """A checker or prioritizer that is not there, or that another package offers and that cannot be loaded."""


class ExtraMissing(MultipathError):
    """
    An optional package is missing.

    Attributes:
        extra: The extra of this package that installs it.
    """

    def __init__(self, purpose: str, package: str, extra: str) -> None:
        self.purpose, self.package, self.extra = purpose, package, extra
        super().__init__(f"{purpose} needs {package}, which is missing: pip install 'dm-multipath[{extra}]'")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.purpose, self.package, self.extra)


class SimulationOverrun(MultipathError):
    """I/Os arrive faster than a simulated array serves them, and more wait than a simulation holds."""


class BlockError(MultipathError, OSError):
    """
    An I/O on a map, or on an open disk of a virtual host, failed, with the errno that pread or pwrite would have.

    Attributes:
        errno: What the I/O ended with.
        op: ``"read"``, ``"write"`` or ``"flush"``.
        device: The disk.
        offset: Where it began, in bytes.
        length: How many bytes it was to move.
        hint: What can be done about it; empty where nothing is known.
    """

    def __init__(self, errno: int, op: str, device: str, offset: int, length: int, hint: str = "") -> None:
        self.op, self.device, self.offset, self.length, self.hint = op, device, offset, length, hint
        super().__init__(errno, os.strerror(errno))

    def __str__(self) -> str:
        """Say what was tried, where, the answer, and the hint."""
        what = f"{self.op} of {self.length} bytes at {self.offset} on {self.device}"
        said = f"{self.strerror} ({_errno.errorcode.get(self.errno or 0, self.errno)})"
        return f"{what}: {said}{f'. {self.hint}' if self.hint else ''}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.errno, self.op, self.device, self.offset, self.length, self.hint)


class UdevError(MultipathError, OSError):
    """Synchronisation with udev failed; the kernel's part was done."""


class FabricError(MultipathError, OSError):
    """What a Fibre Channel fabric tells cannot be heard; all else goes on."""


class LabError(MultipathError):
    """The laboratory could not do what was asked."""


class KernelUnavailable(LabError):
    """A kernel or a package could not be fetched."""


class ToolMissing(LabError):
    """
    A program of this machine is missing.

    Attributes:
        package: The Debian package that brings it.
    """

    def __init__(self, tool: str, package: str) -> None:
        self.tool, self.package = tool, package
        super().__init__(f"{tool} is missing on this machine; install the package {package}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the arguments of the constructor."""
        return type(self), (self.tool, self.package)


class GuestPanicked(LabError):
    """
    The guest's kernel died.

    Attributes:
        last_lines: The end of its console.
    """

    def __init__(self, message: str, last_lines: Sequence[str] = ()) -> None:
        self.last_lines = tuple(last_lines)
        super().__init__("\n  | ".join([message, *self.last_lines]))


class GuestTimeout(LabError, TimeoutError):
    """The hard time limit passed and the guest was killed."""
