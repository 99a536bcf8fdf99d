"""
``/dev/mapper/control``: one method for each command of the interface.

Strategy: every method builds one request, sends it, and turns the reply into a snapshot; the order of commands that
makes a change safe is the business of ``maps``. A device is given by name (`str`), by number (`DevT`), or by a snapshot
that this module returned: a snapshot is looked up by its uuid where it has one, else by its number, never by name
alone. An answer about another device is refused, and nothing is sent to change one.
"""

import errno
import os
import select
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final, Protocol, Self

from .. import errors
from .._native import codec
from .._native.control import ControlFile, Unanswered
from ..units import DevT, Sectors, devt
from . import command as commands
from .command import Command, minor_for
from .device import DeviceEntry, DeviceInfo, DeviceTable, Version
from .holders import SYSFS, Holder
from .name import checked_name, checked_uuid, encoded
from .nodes import Nodes, NodesMode, OwnNodes, UdevNodes, choose_nodes, make_control_node
from .reference import SNAPSHOTS, DeviceRef, address, checked_number, label, other_device
from .refusal import held_by, load_refused, refusal, table_missing
from .surroundings import Surroundings
from .target import Target, check_table
from .udev_flag import NO_FLAGS, UdevFlag

# What these do to another device cannot be taken back, so a snapshot's device is looked at before they are sent.
_CHANGES: Final = frozenset(
    {
        commands.REMOVE,
        commands.SUSPEND,
        commands.TABLE_LOAD,
        commands.TABLE_CLEAR,
        commands.TARGET_MSG,
        commands.SET_GEOMETRY,
    }
)
_CONTROL_NODE: Final = "/dev/mapper/control"
_RETRY_INTERVAL: Final = 0.02
_LONGEST_POLL: Final = 86_400.0  # poll(2) counts milliseconds in an int: 24 days; a caller may wait for longer


class OpenControl(Protocol):
    """The open control file: `ControlFile`, or what a device-mapper in memory puts in its place."""

    def call(self, request: codec.Request) -> codec.Reply:
        """Send one request and return its reply."""

    def fileno(self) -> int:
        """Return the descriptor that gets readable with an event."""

    def close(self) -> None:
        """Close it."""


class Control:
    """
    The kernel's device-mapper.

    Args:
        path: The control node; made here where neither devtmpfs nor udev made it.
        nodes: Who keeps ``/dev/mapper``: ``"udev"`` waits for udev after each change, ``"own"`` makes the links here,
            ``"none"`` leaves them, ``"auto"`` takes udev where its daemon runs and else makes them here.

    Raises:
        DeviceMapperMissing: no device-mapper in this kernel, or no node.
        NotPermitted: the node may not be opened; most commands also need CAP_SYS_ADMIN.

    Attributes:
        shared: Whether other programs of this host, multipathd for one, drive the same device-mapper.

    Synchronization: methods may run in several threads at once, but `close` only when none does. The armed event
    counter belongs to the open file: one `Control` for each poller, see `sibling`.
    """

    shared: ClassVar[bool] = True
    _surroundings = Surroundings()
    _nodes_later = 0

    def __init__(self, path: str = _CONTROL_NODE, *, nodes: NodesMode = "auto") -> None:
        self._path, self._mode = path, nodes
        self._nodes: Nodes = choose_nodes(nodes)
        self._open: OpenControl | None = _open(path)

    # The handle.

    def close(self) -> None:
        """Close the control node; a second time does nothing."""
        if self._open is not None:
            self._open.close()
        self._open = None

    def __enter__(self) -> Self:
        """Return the control."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close it."""
        self.close()

    def fileno(self) -> int:
        """Return the descriptor: readable once an event has come since the file was opened or last armed."""
        return self._file.fileno()

    def sibling(self) -> "Control":
        """Return another `Control` of the same kernel, with an event counter of its own."""
        return Control(self._path, nodes=self._mode)

    @property
    def _file(self) -> OpenControl:
        if self._open is None:
            raise self._closed()
        return self._open

    def _closed(self) -> errors.Closed:
        return errors.Closed(f"this Control of {self._path} is closed; open another")

    # The interface.

    def version(self) -> Version:
        """Return the version of the interface that the kernel speaks."""
        return Version(*self._send(commands.VERSION, codec.Request(codec.VERSION)).version)

    def target_versions(self) -> dict[str, Version]:
        """Return the version of every target that the kernel has loaded now."""
        reply = self._send(commands.LIST_VERSIONS, _request(commands.LIST_VERSIONS))
        return {name: Version(*version) for name, version in reply.versions()}

    def target_version(self, target: str) -> Version:
        """
        Return the version of one target; the kernel loads its module if it can.

        Raises:
            DeviceMapperError: ``EINVAL``: this kernel has no such target.
        """
        name = encoded(target, "target type", codec.TYPE_MAX)
        reply = self._send(commands.GET_TARGET_VERSION, _request(commands.GET_TARGET_VERSION, name=name), target)
        return Version(*reply.versions()[0][1])

    def devices(self) -> list[DeviceEntry]:
        """Return every device, in the kernel's order (by name where it sorts them)."""
        # Older kernels ignore the flag that asks for uuids, so it claims no newer version.
        reply = self._send(commands.LIST_DEVICES, codec.Request(codec.LIST_DEVICES, flags=codec.FLAG_UUID))
        return [DeviceEntry(name, DevT(dev), event_nr, uuid) for dev, name, event_nr, uuid in reply.names()]

    def uuid_of(self, entry: DeviceEntry) -> str:
        """Return the uuid of a listed device, empty without one; asked for where the list does not tell."""
        return self.info(entry).uuid if entry.uuid is None else entry.uuid

    # One device.

    def create(self, name: str, *, uuid: str | None = None, minor: int | None = None) -> DeviceInfo:
        """
        Create a device without a table.

        Args:
            name: Letters, digits and ``# + - . : = @ _``; at most 127.
            uuid: The same letters; at most 128. It stays for the device's life.
            minor: The minor number to take; the kernel chooses without one.

        Raises:
            NameRefused: a name or uuid that the kernel would cut short or ``/dev/mapper`` could not show.
            ValueError: a minor number that Linux cannot have; the kernel would take its lowest 20 bits.
            DeviceExists: the name or the uuid is taken.
        """
        request = codec.Request(
            codec.DEV_CREATE,
            name=checked_name(name),
            uuid=b"" if uuid is None else checked_uuid(uuid),
            dev=0 if minor is None else devt(0, minor),
            flags=0 if minor is None else codec.FLAG_PERSISTENT_DEV,
        )
        return _info(self._send(commands.CREATE, request, name))

    def load(self, ref: DeviceRef, targets: Iterable[Target], *, read_only: bool = False) -> DeviceInfo:
        """
        Load a table into the inactive slot, in place of one that waits there; the next `resume` makes it live.

        Raises:
            TableError: the lines leave a gap, or one of them cannot be sent; the kernel was not asked.
            TableLoadError: the kernel refused it: ``reason`` is its log line, ``holders`` who has a path in use.
            DeviceNotFound: no such device.
        """
        lines = tuple(targets)
        check_table(lines)
        info = self.info(ref)
        packed = codec.pack_targets(
            (line.start, line.length, line.type.encode(), line.params.encode()) for line in lines
        )
        flags = codec.FLAG_READONLY if read_only else 0
        with self._surroundings.log() as log:
            try:
                return _info(self._call(commands.TABLE_LOAD, info, flags=flags, payload=packed))
            except errors.DeviceMapperError as error:
                if isinstance(error, errors.DeviceNotFound) and not self._exists(info):
                    raise
                raise load_refused(error, info, lines, log.reason(info.devt), self._surroundings) from None

    def clear(self, ref: DeviceRef) -> DeviceInfo:
        """Drop the inactive table; without one this does nothing."""
        return _info(self._call(commands.TABLE_CLEAR, ref))

    def resume(
        self, ref: DeviceRef, *, flush: bool = False, lockfs: bool = False, udev_flags: UdevFlag = NO_FLAGS
    ) -> DeviceInfo:
        """
        Let I/O flow, with the inactive table made live first if there is one.

        Args:
            ref: The device.
            flush: Wait for queued I/O before the old table goes. A resize needs it; with no path left it loses I/O.
            lockfs: Freeze the file system on the device while the tables change.
            udev_flags: What udev's rules should leave out.

        Raises:
            DeviceMapperError: ``EINVAL``: there is no table to resume.
            UdevError: the device is resumed, but udev did not finish.
        """
        return self._change(commands.SUSPEND, ref, _suspend_flags(flush, lockfs), udev_flags)

    def suspend(self, ref: DeviceRef, *, flush: bool = False, lockfs: bool = False) -> DeviceInfo:
        """
        Hold I/O back until `resume`; what is on its way is waited for.

        Whoever suspends must resume: a process that dies in between leaves every user of the device waiting.
        """
        return _info(self._call(commands.SUSPEND, ref, flags=codec.FLAG_SUSPEND | _suspend_flags(flush, lockfs)))

    def info(self, ref: DeviceRef, *, inactive: bool = False) -> DeviceInfo:
        """Return the device's state; with ``inactive`` its target count and read-only state are those of that table."""
        return _info(self._call(commands.STATUS, ref, flags=codec.FLAG_QUERY_INACTIVE_TABLE if inactive else 0))

    def table(self, ref: DeviceRef, *, inactive: bool = False) -> DeviceTable:
        """Return the lines of the live table, or of the inactive one."""
        flags = codec.FLAG_STATUS_TABLE | codec.FLAG_NOFLUSH | (codec.FLAG_QUERY_INACTIVE_TABLE if inactive else 0)
        return _lines(self._call(commands.TABLE_STATUS, ref, flags=flags))

    def status(self, ref: DeviceRef, *, flush: bool = False, inactive: bool = False) -> DeviceTable:
        """Return the status of each line; ``flush`` asks targets that buffer their metadata to commit it first."""
        flags = (0 if flush else codec.FLAG_NOFLUSH) | (codec.FLAG_QUERY_INACTIVE_TABLE if inactive else 0)
        return _lines(self._call(commands.TABLE_STATUS, ref, flags=flags))

    def measurements(self, ref: DeviceRef) -> DeviceTable:
        """Return the lines as the kernel gives them to IMA; interface 4.45."""
        return _lines(self._call(commands.TABLE_STATUS, ref, flags=codec.FLAG_IMA_MEASUREMENT))

    def deps(self, ref: DeviceRef, *, inactive: bool = False) -> tuple[DevT, ...]:
        """Return the devices that the table uses, each once, in the kernel's order: the last used first."""
        flags = codec.FLAG_QUERY_INACTIVE_TABLE if inactive else 0
        return tuple(map(DevT, self._call(commands.TABLE_DEPS, ref, flags=flags).deps()))

    def message(self, ref: DeviceRef, text: str, *, sector: Sectors | int = 0, secure: bool = False) -> str | None:
        """
        Send a message to the target that holds ``sector``; return its answer, if it gave one.

        Args:
            ref: The device.
            text: The words of the message.
            sector: Any sector of the target.
            secure: Have the kernel and this library wipe the text after use.

        Raises:
            NumberRefused: a sector that no device can have.
            MessageRefused: the target does not accept it, or not now.
            TableMissing: the device has no live table.
        """
        flags = codec.FLAG_SECURE_DATA if secure else 0
        payload = codec.pack_message(checked_number(sector, 64, "sector"), encoded(text, "message", 1 << 16))
        try:
            return self._call(commands.TARGET_MSG, ref, flags=flags, payload=payload).text()
        except (Unanswered, errors.MessageRefused, errors.DeviceNotFound) as error:
            raise self._unheard(ref, error) from None

    def wait(self, ref: DeviceRef, event_nr: int, *, timeout: float | None = None) -> DeviceTable:
        """
        Block until the device's event number is not ``event_nr``, and return its status then.

        Without ``timeout`` the kernel waits (``DM_DEV_WAIT``); with one, this polls a file of its own.

        Raises:
            NumberRefused: an event number that no device can have.
            TableMissing: without a live table nothing would ever wake it.
            WaitTimeout: the number was still the same; ``.seen`` is the last status.
        """
        checked_number(event_nr, 32, "event number")
        if not self.info(ref).live_table:
            raise table_missing(commands.WAIT, ref)
        if timeout is not None:
            return self._wait_until(ref, event_nr, time.monotonic() + timeout)
        return _lines(self._call(commands.WAIT, ref, event_nr=event_nr, flags=codec.FLAG_NOFLUSH))

    def rename(self, ref: DeviceRef, new: str, *, udev_flags: UdevFlag = NO_FLAGS) -> DeviceInfo:
        """
        Give the device another name.

        Args:
            ref: The device.
            new: Its new name.
            udev_flags: What udev's rules should leave out.

        Raises:
            NameRefused, DeviceExists, DeviceNotFound, UdevError: as their names say.
        """
        payload = codec.pack_text(checked_name(new))
        old = self.info(ref)
        self._change(commands.RENAME, old.name, 0, udev_flags, payload)
        return self.info(old)

    def set_uuid(self, ref: DeviceRef, uuid: str) -> DeviceInfo:
        """Give a device that has no uuid one, for the rest of its life."""
        payload = codec.pack_text(checked_uuid(uuid))
        old = self.info(ref)
        self._change(commands.RENAME, old.name, codec.FLAG_UUID, NO_FLAGS, payload)
        return self.info(old.devt)

    def set_geometry(
        self, ref: DeviceRef, cylinders: int, heads: int, sectors: int, *, start: Sectors | int = 0
    ) -> None:
        """Set the geometry that old boot loaders ask for; it is lost when the size changes."""
        payload = codec.pack_text(f"{cylinders} {heads} {sectors} {start}".encode())
        self._call(commands.SET_GEOMETRY, ref, payload=payload)

    def remove(self, ref: DeviceRef, *, deferred: bool = False, timeout: float = 5.0) -> None:
        """
        Remove the device.

        A device that udev's rules still have open is tried again; one that a map, a mount or swap holds is not.

        Args:
            ref: The device.
            deferred: If it is open, let it go away with its last user; its flag tells.
            timeout: Seconds to try for.

        Raises:
            DeviceBusy: it is in use; ``.holders`` says by whom, as far as this process can see.
            DeviceNotFound: there is none.
        """
        device = self.info(ref)
        deadline = time.monotonic() + timeout
        while True:
            try:
                self._change(commands.REMOVE, device, codec.FLAG_DEFERRED_REMOVE if deferred else 0, NO_FLAGS)
                break
            except errors.DeviceBusy as busy:
                held = self.holders(device.devt)
                if time.monotonic() > deadline or any(holder.kind != "process" for holder in held):
                    raise held_by(busy, self.stack(device.devt) or held) from None
                time.sleep(_RETRY_INTERVAL)

    def remove_all(self, *, deferred: bool = False) -> None:
        """Remove every device that is not open; with ``deferred``, mark the others. For tests and last resorts."""
        self._send(commands.REMOVE_ALL, _request(commands.REMOVE_ALL, codec.FLAG_DEFERRED_REMOVE if deferred else 0))
        self.make_nodes()

    def holders(self, device: DevT, *, sysfs: Path = SYSFS) -> tuple[Holder, ...]:
        """Return who holds a block device or one of its partitions, as far as this process can see."""
        return self._surroundings.holders(device, sysfs=sysfs)

    def stack(self, device: DevT, *, sysfs: Path = SYSFS) -> tuple[Holder, ...]:
        """Return who holds a block device, and who holds those, all the way up."""
        return self._surroundings.stack(device, sysfs=sysfs)

    def write_back(self, ref: DeviceRef, timeout: float = 30.0) -> None:
        """
        Have everything that was written to the device reach its medium; the caches of the array as well.

        It is done by a process of its own, for the kernel may keep who waits for it as long as a map queues.

        Raises:
            DeviceMapperError: an I/O failed: what was written is not all there.
            WaitTimeout: it took longer than ``timeout`` seconds. It may still be done, and holds the device until then.
        """
        device = self.info(ref)
        try:
            self._surroundings.write_back(device, timeout)
        except TimeoutError:
            what = f"{device}: what was written to it did not reach its medium within {timeout:g} s"
            raise errors.WaitTimeout(f"{what}; the kernel goes on trying, and holds it meanwhile", device) from None
        except OSError as error:
            hint = "what was written to it last may be lost"
            raise errors.DeviceMapperError(error.errno or errno.EIO, "fsync", str(device), hint=hint) from None

    @property
    def waits_for_udev(self) -> bool:
        """Whether each change waits until udev's rules have run; several at once then wait together."""
        return isinstance(self._nodes, UdevNodes)

    @contextmanager
    def reloading_for(self, seconds: float) -> Iterator[None]:
        """
        Wait for udev for at most so long where a map gets another table, in the block, in all threads.

        Udev reads such a map, and waits for its paths; who has to give it paths cannot wait for udev.
        """
        nodes = self._nodes
        if not isinstance(nodes, UdevNodes):
            yield
            return
        before, nodes.reload_timeout = nodes.reload_timeout, seconds
        try:
            yield
        finally:
            nodes.reload_timeout = before

    @property
    def has_nodes(self) -> bool:
        """Whether a device is to have a link in ``/dev/mapper``, whoever makes it."""
        return isinstance(self._nodes, UdevNodes | OwnNodes)

    @contextmanager
    def nodes_at_the_end(self) -> Iterator[None]:
        """Bring ``/dev/mapper`` in step once at the end, not after each change; for many changes, by one thread."""
        self._nodes_later += 1
        try:
            yield
        finally:
            self._nodes_later -= 1
            self.make_nodes()

    def make_nodes(self) -> None:
        """Bring ``/dev/mapper`` in step with the kernel where this control keeps it itself; udev needs no help."""
        if isinstance(self._nodes, OwnNodes) and not self._nodes_later:
            with self._nodes.locked():
                self._nodes.synchronise(self._numbers_by_name, self._is_live)

    # Events.

    def arm_poll(self) -> None:
        """Forget the events so far: the file gets readable with the next one. Arm, then list, then poll."""
        self._send(commands.ARM_POLL, _request(commands.ARM_POLL))

    def poll(self, timeout: float | None = None) -> bool:
        """Wait for an event since the file was opened or armed; ``False`` when ``timeout`` seconds passed without."""
        poller = select.poll()
        poller.register(self._file.fileno(), select.POLLIN)
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = _LONGEST_POLL if deadline is None else min(max(0, deadline - time.monotonic()), _LONGEST_POLL)
            if poller.poll(left * 1000):
                return True
            if deadline is not None and not time.monotonic() < deadline:
                return False

    def probe_paths(self, ref: DeviceRef) -> None:
        """
        Let a multipath map test the active paths of its current group now, and fail those that do not answer.

        Blocks as long as the slowest path does, and nothing can interrupt it. Interface 4.50.

        Raises:
            DeviceMapperError: ``ENOTCONN``: no usable path is left.
            InterfaceMismatch: the kernel cannot, or the device is no multipath map.
        """
        device, version = self.info(ref), self.version()
        if version.minor < commands.PROBE_PATHS.minor:  # it would be passed on to a path, and hang where there is none
            hint = f"it needs interface 4.{commands.PROBE_PATHS.minor}, this kernel has {version}"
            raise errors.InterfaceMismatch(errno.ENOTTY, commands.PROBE_PATHS.name, str(device), hint=hint)
        try:
            self._surroundings.probe_paths(device)
        except OSError as error:
            raise refusal(commands.PROBE_PATHS, error.errno or 0, str(device)) from None

    # How a request goes out and a refusal comes back.

    def _call(
        self, command: Command, ref: DeviceRef, *, flags: int = 0, payload: bytes = b"", event_nr: int = 0
    ) -> codec.Reply:
        """Send a command about one device; an answer about another one is refused, and nothing is changed on it."""
        if isinstance(ref, SNAPSHOTS) and command in _CHANGES:
            self._check_identity(command, ref)
        name, uuid, dev = address(ref)
        minor = minor_for(command, flags) if flags else command.minor
        request = codec.Request(
            command.number, minor, flags=flags, name=name, uuid=uuid, dev=dev, event_nr=event_nr, payload=payload
        )
        reply = self._send(command, request, ref)
        other = other_device(ref, reply) if isinstance(ref, SNAPSHOTS) else ""
        if other:
            raise errors.DeviceNotFound(errno.ENXIO, command.name, str(ref), hint=f"it is gone; {other}")
        return reply

    def _check_identity(self, command: Command, ref: DeviceRef) -> None:
        try:
            self.info(ref)
        except errors.DeviceNotFound as gone:
            code = gone.errno or errno.ENXIO
            raise errors.DeviceNotFound(code, command.name, gone.device, gone.said, gone.hint) from None

    def _send(self, command: Command, request: codec.Request, on: DeviceRef = "") -> codec.Reply:
        """Send any command; what the kernel refuses comes back as its typed error."""
        file = self._open
        if file is None:
            raise self._closed()
        try:
            return file.call(request)
        except OSError as error:
            raise self._refused(command, error.errno or 0, label(on), request) from None
        except ValueError as error:
            raise errors.MalformedReply(errno.EBADMSG, command.name, label(on), str(error)) from None

    def _refused(self, command: Command, code: int, label: str, request: codec.Request) -> errors.DeviceMapperError:
        if code == errno.EINVAL and command is not commands.VERSION and request.minor > self.version().minor:
            hint = f"it needs interface 4.{request.minor}, this kernel has {self.version()}"
            return errors.InterfaceMismatch(code, command.name, label, hint=hint)
        return refusal(command, code, label)

    def _unheard(self, ref: DeviceRef, error: Unanswered | errors.DeviceMapperError) -> errors.DeviceMapperError:
        """
        Tell why a message was not taken.

        Without a live table some kernels answer a positive number, others EINVAL as for an unknown message; and ENXIO
        may mean a path that the message names.
        """
        if isinstance(error, errors.DeviceNotFound) and not self._exists(ref):
            return error
        if isinstance(error, Unanswered) or not self.info(ref).live_table:
            return table_missing(commands.TARGET_MSG, ref)
        if isinstance(error, errors.DeviceNotFound):
            hint = "the device is there; a device that the message names is not"
            return errors.MessageRefused(error.errno or errno.ENXIO, error.ioctl, error.device, error.said, hint)
        return error

    def _change(
        self, command: Command, ref: DeviceRef, flags: int, udev_flags: UdevFlag, payload: bytes = b""
    ) -> DeviceInfo:
        """Send a command that causes a uevent, and see the nodes into step."""
        with self._nodes.announced(udev_flags) as announcement:
            reply = self._call(command, ref, flags=flags, event_nr=announcement.value, payload=payload)
            told = reply.version[1] >= commands.UEVENT_GENERATED_MINOR
            announcement.generated = bool(reply.flags & codec.FLAG_UEVENT_GENERATED) if told else True
        self.make_nodes()
        return _info(reply)

    def _exists(self, ref: DeviceRef) -> bool:
        try:
            self.info(ref)
        except errors.DeviceNotFound:
            return False
        return True

    def _numbers_by_name(self) -> dict[str, DevT]:
        return {entry.name: entry.devt for entry in self.devices()}

    def _is_live(self, ref: DeviceRef) -> bool:
        """Tell whether a device has a live table; one that went away meanwhile has none."""
        try:
            return self.info(ref).live_table
        except errors.DeviceNotFound:
            return False

    def _wait_until(self, ref: DeviceRef, event_nr: int, deadline: float) -> DeviceTable:
        with self.sibling() as poller:
            while True:
                poller.arm_poll()
                seen = poller.status(ref)
                if seen.info.event_nr != event_nr:
                    return seen
                if not poller.poll(deadline - time.monotonic()):
                    raise errors.WaitTimeout(f"no event of {label(ref)} after number {event_nr} in time", seen)


def _open(path: str) -> ControlFile:
    try:
        try:
            return ControlFile(path)
        except FileNotFoundError:
            make_control_node(path)
            return ControlFile(path)
    except PermissionError as error:
        code, hint = error.errno or errno.EACCES, "run as root, with CAP_SYS_ADMIN"
        raise errors.NotPermitted(code, "open", path, os.strerror(code), hint) from None
    except OSError as error:
        code, hint = error.errno or errno.ENOENT, "load the module dm_mod, or use a kernel that has device-mapper"
        raise errors.DeviceMapperMissing(code, "open", path, os.strerror(code), hint) from None


def _request(command: Command, flags: int = 0, name: bytes = b"") -> codec.Request:
    return codec.Request(command.number, minor_for(command, flags), flags=flags, name=name)


def _info(reply: codec.Reply) -> DeviceInfo:
    return DeviceInfo(*reply.device())


def _lines(reply: codec.Reply) -> DeviceTable:
    return DeviceTable(DeviceInfo(*reply.device()), tuple([Target(*line) for line in reply.targets()]))


def _suspend_flags(flush: bool, lockfs: bool) -> int:
    return (0 if flush else codec.FLAG_NOFLUSH) | (0 if lockfs else codec.FLAG_SKIP_LOCKFS)
