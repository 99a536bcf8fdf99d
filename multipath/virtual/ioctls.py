"""
The commands of the interface: what each checks, in which order, what it does, and what it answers.

Source: linux ``drivers/md/dm-ioctl.c``, and the observations of ``docs/kernel-interface.md``.
"""

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from .._native import codec
from .._native.control import Unanswered
from ..units import DevT
from ..wire.words import split_words
from .answer import Answer, raw, shown
from .mapped_device import MappedDevice
from .table import RunningTable
from .targets.registry import RUNNING
from .targets.target import DeviceKind

if TYPE_CHECKING:
    from .control_file import VirtualControlFile
    from .kernel import VirtualKernel

_RESERVED: Final = frozenset({"control", ".", ".."})
_NO_ANSWER: Final = 2
_TAKE_BOTH: Final = frozenset({codec.REMOVE_ALL, codec.LIST_DEVICES, codec.LIST_VERSIONS, codec.DEV_CREATE})
_GEOMETRY: Final = re.compile(r"\s*([0-9]+)\s+([0-9]+)\s+([0-9]+)\s+([0-9]+)", re.ASCII)
_MOST_CYLINDERS: Final = 65535
_MOST_HEADS_AND_SECTORS: Final = 255

Handler = Callable[[codec.Request, Answer, "VirtualControlFile"], None]


class Ioctls:
    """
    The commands of one kernel.

    Synchronization: any number of threads; a command that waits holds nothing that another device needs.
    """

    def __init__(self, kernel: "VirtualKernel") -> None:
        self._kernel, self._profile = kernel, kernel.profile
        self._handlers: dict[int, Handler] = {
            codec.REMOVE_ALL: self._remove_all,
            codec.LIST_DEVICES: self._list,
            codec.DEV_CREATE: self._create,
            codec.DEV_REMOVE: self._remove,
            codec.DEV_RENAME: self._rename,
            codec.DEV_SUSPEND: self._suspend_or_resume,
            codec.DEV_STATUS: self._status,
            codec.DEV_WAIT: self._wait,
            codec.TABLE_LOAD: self._load,
            codec.TABLE_CLEAR: self._clear,
            codec.TABLE_DEPS: self._deps,
            codec.TABLE_STATUS: self._table_status,
            codec.LIST_VERSIONS: self._list_versions,
            codec.TARGET_MSG: self._message,
            codec.DEV_SET_GEOMETRY: self._set_geometry,
            codec.DEV_ARM_POLL: self._arm_poll,
            codec.GET_TARGET_VERSION: self._target_version,
        }

    def answer(self, request: codec.Request, file: "VirtualControlFile") -> bytes:
        """
        Run one command and return the reply.

        Raises:
            OSError: it is refused.
            Unanswered: a message that reached nobody, on kernels that say so.
        """
        version = self._profile.interface
        if request.minor > version.minor:
            raise _refusal(errno.EINVAL)
        answer = Answer(request)
        if request.command != codec.VERSION:
            handler = self._handlers.get(request.command)
            if handler is None:
                raise _refusal(errno.ENOTTY)
            self._check_names(request)
            handler(request, answer, file)
        return answer.packed(version)

    def _check_names(self, request: codec.Request) -> None:
        if request.command == codec.DEV_CREATE and not request.name:
            raise self._logged(errno.EINVAL, "name not supplied when creating device")
        if request.command not in _TAKE_BOTH and request.name and request.uuid:
            raise self._logged(errno.EINVAL, f"only supply one of name or uuid, cmd({request.command})")

    # All devices.

    def _remove_all(self, request: codec.Request, answer: Answer, _: "VirtualControlFile") -> None:  # noqa: ARG002
        """Remove what is not open, again as long as that sets others free."""
        deferred = bool(answer.flags & codec.FLAG_DEFERRED_REMOVE)
        while True:
            with self._kernel.changed:
                free = [device for device in self._kernel.maps if not device.open_count]
                for device in free:
                    self._kernel.unlist(device)
                for device in self._kernel.maps:
                    device.deferred = device.deferred or deferred
            if not free:
                break
            for device in free:
                self._kernel.destroy(device)
        self._kernel.issue_event()

    def _list(self, _: codec.Request, answer: Answer, __: "VirtualControlFile") -> None:
        """List the devices whose name and uuid begin as those of the request."""
        name, uuid = raw(answer.name), raw(answer.uuid)
        with self._kernel.changed:
            devices = [
                (device.devt, raw(device.dm_name), device.event_nr, raw(device.uuid))
                for device in self._kernel.maps
                if raw(device.dm_name).startswith(name) and raw(device.uuid).startswith(uuid)
            ]
        answer.payload = codec.pack_names(devices, uuids=bool(answer.flags & codec.FLAG_UUID))

    # One device.

    def _create(self, request: codec.Request, answer: Answer, _: "VirtualControlFile") -> None:
        self._check_name(answer.name)
        minor = os.minor(request.dev) if answer.flags & codec.FLAG_PERSISTENT_DEV else None
        with self._kernel.changed:
            minor = self._kernel.free_minor(minor)
            if minor is None:
                raise _refusal(errno.ENXIO)
            if self._kernel.map_named(answer.name) or (answer.uuid and self._kernel.map_with(answer.uuid)):
                raise _refusal(errno.EBUSY)
            device = self._kernel.make(answer.name, answer.uuid, minor)
            answer.set_flag(codec.FLAG_INACTIVE_PRESENT, None)
            answer.tell_state(device)
        self._kernel.issue_event()

    def _remove(self, _: codec.Request, answer: Answer, __: "VirtualControlFile") -> None:
        with self._kernel.changed:
            device = self._found(answer)
            if device.open_count and not answer.flags & codec.FLAG_DEFERRED_REMOVE:
                raise self._logged(errno.EBUSY, f"unable to remove open device {device.dm_name}")
            device.deferred = bool(device.open_count)
            if not device.deferred:
                self._kernel.unlist(device)
        if not device.deferred:
            answer.set_flag(codec.FLAG_DEFERRED_REMOVE, None)
            answer.set_flag(codec.FLAG_UEVENT_GENERATED, device.in_sysfs)
            self._kernel.destroy(device)
        self._kernel.issue_event()

    def _rename(self, request: codec.Request, answer: Answer, _: "VirtualControlFile") -> None:
        """Give a device, found by its name alone, another name or its uuid."""
        sets_uuid = bool(answer.flags & codec.FLAG_UUID)
        new = self._text(request, codec.UUID_MAX if sets_uuid else codec.NAME_MAX)
        if not sets_uuid:
            self._check_name(new)
        with self._kernel.changed:
            if self._kernel.map_with(new) if sets_uuid else self._kernel.map_named(new):
                raise _refusal(errno.EBUSY)
            device = self._kernel.map_named(answer.name)
            if device is None:
                raise _refusal(errno.ENXIO)
            if sets_uuid and device.uuid:
                raise _refusal(errno.EINVAL)
            device.dm_name, device.uuid = (device.dm_name, new) if sets_uuid else (new, device.uuid)
        device.show()
        if device.live is not None:
            self._kernel.count_event(device)
        answer.set_flag(codec.FLAG_UEVENT_GENERATED, device.in_sysfs)
        answer.tell_state(device)
        self._kernel.issue_event()

    def _status(self, _: codec.Request, answer: Answer, __: "VirtualControlFile") -> None:
        with self._kernel.changed:
            answer.tell_state(self._found(answer))

    def _table_status(self, _: codec.Request, answer: Answer, __: "VirtualControlFile") -> None:
        with self._in_hand(answer) as device:
            self._tell_lines(device, answer)

    def _wait(self, request: codec.Request, answer: Answer, _: "VirtualControlFile") -> None:
        """Block until the device's event number is another, whatever it is; nothing but an event ends this."""
        with self._in_hand(answer) as device:
            with self._kernel.changed:
                self._kernel.changed.wait_for(lambda: device.event_nr != request.event_nr)
            self._tell_lines(device, answer)

    def _deps(self, _: codec.Request, answer: Answer, __: "VirtualControlFile") -> None:
        """Tell what a table is built on: what was used first stands last."""
        with self._in_hand(answer) as device:
            answer.tell_state(device)
            table = answer.table_of(device)
            if table is not None:
                answer.payload = codec.pack_deps([*reversed(table.devices)])

    # Tables.

    def _load(self, request: codec.Request, answer: Answer, _: "VirtualControlFile") -> None:
        with self._in_hand(answer) as device:
            with device.loading:
                table = self._made(device, request, read_only=bool(answer.flags & codec.FLAG_READONLY))
            with self._kernel.changed:
                old, device.inactive = device.inactive, table
                answer.set_flag(codec.FLAG_INACTIVE_PRESENT, table)
                answer.tell_state(device)
            if old is not None:
                old.close()

    def _made(self, device: MappedDevice, request: codec.Request, *, read_only: bool) -> RunningTable:
        try:
            lines = codec.unpack_targets(request.payload)
        except ValueError:
            raise _refusal(errno.EINVAL) from None
        if not lines:
            raise _refusal(errno.EOVERFLOW)
        try:
            table = RunningTable(device, lines, read_only=read_only)
        except OSError:
            self._kernel.log.write("device-mapper: ioctl: error adding target to table")
            raise
        try:
            self._check_type(device, table)
            if device.kind is None:
                table.check_areas()
                device.appear(table.kind)
        except BaseException:
            table.close()
            raise
        return table

    def _check_type(self, device: MappedDevice, table: RunningTable) -> None:
        """Refuse a table that could never follow the one that is live."""
        bound = device.live.immutable_type if device.live else None
        if bound and bound != table.immutable_type and not table.is_wildcard:
            raise self._logged(errno.EINVAL, f"can't replace immutable target type {bound}")
        if device.kind not in (None, table.kind):
            kinds = f"(old={device.kind.value if device.kind else 0} vs new={table.kind.value})"
            raise self._logged(errno.EINVAL, f"can't change device type {kinds} after initial table load.")

    def _clear(self, _: codec.Request, answer: Answer, __: "VirtualControlFile") -> None:
        with self._in_hand(answer) as device:
            with self._kernel.changed:
                old, device.inactive = device.inactive, None
                answer.set_flag(codec.FLAG_INACTIVE_PRESENT, None)
                answer.tell_state(device)
            if old is not None:
                old.close()

    # Suspend and resume.

    def _suspend_or_resume(self, _: codec.Request, answer: Answer, __: "VirtualControlFile") -> None:
        noflush = bool(answer.flags & codec.FLAG_NOFLUSH)
        with self._in_hand(answer) as device:
            with device.changing:
                if answer.flags & codec.FLAG_SUSPEND:
                    if not device.suspended:
                        device.suspend(noflush=noflush)
                else:
                    self._resume(device, answer, noflush=noflush)
            device.show()
            answer.tell_state(device)

    def _resume(self, device: MappedDevice, answer: Answer, *, noflush: bool) -> None:
        """Make the inactive table live if there is one, and let I/O flow if it does not."""
        with self._kernel.changed:
            new, device.inactive = device.inactive, None
        answer.set_flag(codec.FLAG_INACTIVE_PRESENT, None)
        old = None if new is None else self._swap(device, new, noflush=noflush)
        try:
            if device.suspended:
                device.resume()
                answer.flags |= codec.FLAG_UEVENT_GENERATED
        finally:
            if old is not None:
                old.close()

    def _swap(self, device: MappedDevice, new: RunningTable, *, noflush: bool) -> RunningTable | None:
        """Suspend, and put a table in the place of the live one; an interrupted suspension leaves both as they were."""
        try:
            if not device.suspended:
                device.suspend(noflush=noflush)
        except BaseException:
            with self._kernel.changed:
                waiting, device.inactive = device.inactive, device.inactive or new
            if waiting is not None:
                new.close()
            raise
        try:
            if device.live is None or new.kind is DeviceKind.BIO or self._profile.measures_requests:
                new.check_areas()
        except BaseException:
            new.close()
            raise
        old = device.swap(new)
        self._kernel.issue_event()
        return old

    # Messages.

    def _message(self, request: codec.Request, answer: Answer, _: "VirtualControlFile") -> None:
        with self._in_hand(answer) as device:
            try:
                sector, text = codec.unpack_message(request.payload)
            except ValueError:
                raise self._logged(errno.EINVAL, "Invalid target message parameters.") from None
            words = split_words(shown(text))
            if not words:
                raise self._logged(errno.EINVAL, "Empty message.")
            said = self._heard(device, sector, words)
            answer.tell_state(device)
            if said is not None:
                answer.flags |= codec.FLAG_DATA_OUT
                answer.payload = codec.pack_text(raw(said))

    def _heard(self, device: MappedDevice, sector: int, words: list[str]) -> str | None:
        """Give a message to device-mapper itself or to a target."""
        if words[0].startswith("@"):
            return self._heard_by_core(device, words)
        if device.live is None:
            raise _refusal(errno.EINVAL) if self._profile.message_needs_table else Unanswered(_NO_ANSWER)
        if device.deleting:
            raise _refusal(errno.ENXIO)
        target = device.live.target_at(sector)
        if target is None:
            raise self._logged(errno.EINVAL, "Target message sector outside device.")
        if not target.takes_messages:
            raise self._logged(errno.EINVAL, "Target type does not support messages")
        return target.message(words)

    def _heard_by_core(self, device: MappedDevice, words: list[str]) -> str | None:
        with self._kernel.changed:
            if words[0].lower() != "@cancel_deferred_remove":
                return device.statistics.message(words, device.size)
            if len(words) != 1:
                raise self._logged(errno.EINVAL, "Invalid arguments for @cancel_deferred_remove")
            if device.deleting:
                raise _refusal(errno.EBUSY)
            device.deferred = False
        return None

    # The rest.

    def _list_versions(self, _: codec.Request, answer: Answer, __: "VirtualControlFile") -> None:
        answer.payload = codec.pack_versions(
            [(name.encode(), self._profile.targets[name]) for name in RUNNING if name in self._profile.targets]
        )

    def _target_version(self, request: codec.Request, answer: Answer, _: "VirtualControlFile") -> None:
        version = self._profile.targets.get(answer.name) if answer.name in RUNNING else None
        if version is None:
            raise _refusal(errno.EINVAL)
        answer.payload = codec.pack_versions([(request.name, version)])

    def _arm_poll(self, _: codec.Request, __: Answer, file: "VirtualControlFile") -> None:
        with self._kernel.changed:
            file.arm()

    def _set_geometry(self, request: codec.Request, _: Answer, __: "VirtualControlFile") -> None:
        """Look at a geometry, which nobody can ask for again."""
        with self._in_hand(Answer(request)):  # nothing is copied back
            found = _GEOMETRY.fullmatch(self._text(request, len(request.payload)))
            if found is None:
                raise self._logged(errno.EINVAL, "Unable to interpret geometry settings.")
            cylinders, heads, sectors, start = map(int, found.groups())
            if cylinders > _MOST_CYLINDERS or max(heads, sectors) > _MOST_HEADS_AND_SECTORS:
                raise self._logged(errno.EINVAL, "Geometry exceeds range limits.")
            if start > cylinders * heads * sectors:
                raise self._logged(errno.EINVAL, "Start sector is beyond the geometry limits.")

    # How.

    def _found(self, answer: Answer) -> MappedDevice:
        """
        Return the device that is meant; the caller holds ``changed``.

        Raises:
            OSError: ``ENXIO``: there is none, or it is named in more than one way.
        """
        device = None
        if answer.uuid:
            device = None if answer.name or answer.dev else self._kernel.map_with(answer.uuid)
        elif answer.name:
            device = None if answer.dev else self._kernel.map_named(answer.name)
        elif answer.dev:
            device = self._kernel.map_numbered(DevT(answer.dev))
        if device is None:
            raise _refusal(errno.ENXIO)
        answer.tell_device(device)
        return device

    @contextmanager
    def _in_hand(self, answer: Answer) -> Iterator[MappedDevice]:
        """Find the device and keep it from going away; its removal waits."""
        with self._kernel.changed:
            device = self._found(answer)
            device.references += 1
        try:
            yield device
        finally:
            with self._kernel.changed:
                device.references -= 1
                self._kernel.changed.notify_all()

    def _tell_lines(self, device: MappedDevice, answer: Answer) -> None:
        with self._kernel.changed:
            answer.tell_state(device)
            table = answer.table_of(device)
        if table is not None:
            answer.tell_lines(table)

    def _text(self, request: codec.Request, longest: int) -> str:
        """Return the string behind the header."""
        try:
            text = codec.unpack_text(request.payload)
        except ValueError:
            text = b""
        if not 0 < len(text) <= longest:
            raise self._logged(errno.EINVAL, "Invalid new mapped device name or uuid string supplied.")
        return shown(text)

    def _check_name(self, name: str) -> None:
        if "/" in name or (self._profile.reserves_names and name in _RESERVED):
            raise self._logged(errno.EINVAL, f"invalid device name {name}")

    def _logged(self, code: int, line: str) -> OSError:
        self._kernel.log.write(f"device-mapper: ioctl: {line}")
        return _refusal(code)


def _refusal(code: int) -> OSError:
    return OSError(code, os.strerror(code))
