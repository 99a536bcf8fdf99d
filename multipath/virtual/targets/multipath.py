"""
The multipath target: priority groups of paths, one of which takes each I/O, and another when it fails.

Theory of operation: the constructor reads the line and opens the paths; `PriorityGroups` decides, `Failover` moves the
bios, `Activation` runs the device handler, and the texts are printed from all of them. Here is what the kernel's core
asks of a target: its status, its messages, its part in a suspend, and the probe of its paths.

Source: linux ``drivers/md/dm-mpath.c``.
"""

import errno
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final

from ...units import Sectors, format_devt
from ...wire.selectors import HistoricalServiceTime
from ...wire.table import MultipathTable
from ..bio import Bio, BlockDevice, BlockStatus
from .activation import Activation
from .failover import Failover
from .handler import handler_of
from .multipath_constructor import construct, decisions
from .multipath_texts import Loaded, ima_text, info_text, table_text
from .patience import Patience
from .target import Area, DeviceKind, Owner, RunningTarget

_MILLISECONDS: Final = 1000
_CPUS: Final = 1  # of the machine that a virtual kernel runs on


class RunningMultipath(RunningTarget):
    """A multipath map at work."""

    type: ClassVar[str] = "multipath"
    singleton: ClassVar[bool] = True
    immutable: ClassVar[bool] = True
    takes_messages: ClassVar[bool] = True

    def __init__(self, owner: Owner, start: Sectors, length: Sectors, params: str) -> None:
        super().__init__(owner, start, length, params)
        made = construct(params, owner)
        table, self._devices = made.table, made.devices
        self.kind = DeviceKind.BIO if table.features.is_bio else DeviceKind.REQUEST
        handler = handler_of(table, made.devices)
        profile = owner.profile
        self._groups = decisions(
            table, handler=bool(handler), pending_first=not profile.current_group_first, cpus=_CPUS
        )
        numbers = tuple(format_devt(device.devt) for device in made.devices)
        self._loaded = Loaded(table, numbers, self._groups, handler, profile.prints_retain, _CPUS)
        self._failover = Failover(
            self._groups,
            made.devices,
            owner,
            event=self._happened,
            bio_based=table.features.is_bio,
            timed=_looks_at_the_time(table),
        )
        self._patience = Patience(self._failover, owner)
        self._activation = Activation(self._failover, made.devices, _delay(table))
        self._probe_lock, self._probing = threading.Lock(), False
        self.map = self._failover.submit  # type: ignore[method-assign] # the way of every I/O: one call less

    def areas(self) -> Iterator[Area]:
        """Yield every path, as long as the map."""
        for device in self._devices:
            yield device, self.start, self.length

    # What it tells.

    def status(self, *, flush: bool) -> str:  # noqa: ARG002
        """Return the state of groups and paths."""
        return info_text(self._loaded)

    def table(self) -> str:
        """Return the table as it is by now."""
        return table_text(self._loaded)

    def measured(self) -> str:
        """Return what is measured."""
        return ima_text(self._loaded)

    # What it is told.

    def message(self, words: Sequence[str]) -> None:
        """
        Take a message.

        Raises:
            OSError: ``EBUSY`` while the map is suspended; ``EINVAL`` for what no multipath target understands; what the
                look-up of a device says.
        """
        if self.owner.suspended:
            raise _error(errno.EBUSY)
        verb, arguments = words[0].lower(), words[1:]
        if not arguments and verb in _QUEUEING:
            self._queue(queue=_QUEUEING[verb])
        elif len(arguments) == 1 and verb in _GROUP_VERBS:
            _GROUP_VERBS[verb](self, self._group(arguments[0]))
        elif len(arguments) == 1 and verb in _PATH_VERBS:
            self._change_paths(arguments[0], _PATH_VERBS[verb])
        else:
            self.owner.log(f"device-mapper: multipath: Unrecognised multipath message received: {words[0]}")
            raise _error(errno.EINVAL)
        self._failover.announce()

    def probe_paths(self) -> None:
        """
        Read a block down each path of the current group, and fail those that do not answer.

        Raises:
            OSError: ``EAGAIN`` while the map is suspended; ``ENOTCONN``: no path of the map is usable.
        """
        if self.owner.suspended:
            raise _error(errno.EAGAIN)
        self._take_probe()
        try:
            for path in self._groups.begin_probe():
                if self._reads_badly(self._devices[path]):
                    self._groups.fail_path(path)
                    self._failover.announce()
            self._groups.end_probe()
        finally:
            self._probing = False
            self.owner.clock.notify()
        if not self._groups.valid_paths:
            raise _error(errno.ENOTCONN)

    # Its life.

    def presuspend(self, *, noflush: bool) -> None:
        """Hold nothing any more: what has no path fails, or goes back to device-mapper's core."""
        self._groups.presuspend(noflush=noflush)
        if noflush and self.kind is DeviceKind.REQUEST:
            self._failover.push_back()
        else:
            self._failover.release()

    def presuspend_undo(self) -> None:
        """Hold again what finds no path."""
        self._groups.presuspend_undo()
        self._failover.hold_again()

    def postsuspend(self) -> None:
        """Wait for activations."""
        if not self._groups.postsuspend():
            self.owner.clock.wait_for(lambda: self._groups.pg_init_in_progress == 0)

    def resume(self) -> None:
        """Serve I/O; queue as before the suspend."""
        self._groups.resume()
        self._failover.hold_again()
        self._patience.look()
        self._failover.release()

    def close(self) -> None:
        """End its life."""
        self._patience.end()

    # How.

    def _queue(self, *, queue: bool) -> None:
        self._groups.queue_if_no_path = queue
        self._patience.look(anew=True)
        if not queue:
            self._failover.release()

    def _happened(self) -> None:
        self._patience.look()
        self.owner.event()

    def _group(self, word: str) -> int:
        """Return the number of a group of this map."""
        try:
            number = self.owner.profile.number(word)
        except ValueError:
            number = 0
        if not 1 <= number <= self._groups.n_groups:
            raise _error(errno.EINVAL)
        return number

    def _change_paths(self, word: str, change: "Callable[[RunningMultipath, int], bool]") -> None:
        """Fail or reinstate every path that a word names."""
        number = self.owner.number(word)
        paths = [path for path, device in enumerate(self._devices) if device.devt == number]
        if not paths:
            if self.owner.profile.message_opens_path:
                self.owner.check(number)
            raise _error(errno.EINVAL)
        changed = [change(self, path) for path in paths]
        self._failover.announce()
        if any(changed):
            self._activation.run()
            self._failover.release()

    def _fail(self, path: int) -> bool:
        return self._groups.fail_path(path)

    def _reinstate(self, path: int) -> bool:
        return self._groups.reinstate_path(path)

    def _switch(self, group: int) -> None:
        self._groups.switch_group(group)

    def _enable(self, group: int) -> None:
        self._groups.bypass_group(group, bypass=False)

    def _disable(self, group: int) -> None:
        self._groups.bypass_group(group, bypass=True)

    def _take_probe(self) -> None:
        """Wait for the end of another probe; no lock is held while one reads."""
        while True:
            with self._probe_lock:
                if not self._probing:
                    self._probing = True
                    return
            self.owner.clock.wait_for(lambda: not self._probing)

    def _reads_badly(self, device: BlockDevice) -> bool:
        """Read the first block of a path, and return whether it does not answer as a path should."""
        ends: list[Bio] = []
        clock = self.owner.clock

        def ended(bio: Bio) -> None:
            ends.append(bio)
            clock.notify()

        device.submit(Bio("read", 0, memoryview(bytearray(device.block_size)), ended))
        clock.wait_for(lambda: bool(ends))
        return (ends[0].status or BlockStatus.OK).is_path_error


_QUEUEING: Final = {"queue_if_no_path": True, "fail_if_no_path": False}
_GROUP_VERBS: Final = {
    "switch_group": RunningMultipath._switch,
    "enable_group": RunningMultipath._enable,
    "disable_group": RunningMultipath._disable,
}
_PATH_VERBS: Final = {"fail_path": RunningMultipath._fail, "reinstate_path": RunningMultipath._reinstate}


def _looks_at_the_time(table: MultipathTable) -> bool:
    return any(isinstance(group.selector, HistoricalServiceTime) for group in table.groups)


def _delay(table: MultipathTable) -> float | None:
    """Return the seconds before an activation that was put off is tried again."""
    delay = table.features.pg_init_delay_msecs
    return None if delay is None else delay / _MILLISECONDS


def _error(code: int) -> OSError:
    return OSError(code, os.strerror(code))
