"""
A map of the kernel, and the `PriorityGroups` that are to decide as it does: whatever is done, is done to both.

The paths are those of the array. A read is one command, so the commands that each path was given tell who was chosen.
"""

import errno
import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from mmap import mmap
from pathlib import Path
from typing import Final

from multipath import Control, MultipathStatus, MultipathTable, Target
from multipath._native.control import probe_paths
from multipath._native.group import DH_OK, FAIL, INIT, QUEUE, PriorityGroups
from multipath._native.passthrough import sg_read
from multipath.dm.udev_flag import UdevFlag
from multipath.units import Sectors
from multipath.wire.selection import path_selector

BLOCK: Final = 4096
SIZE: Final = Sectors(131072)
INQUIRY: Final = bytes([0x12, 0, 0, 0, 96, 0])
# Nobody but the test reads the map, or the choices would not be its own.
UNREAD: Final = UdevFlag.DISABLE_DISK_RULES | UdevFlag.DISABLE_OTHER_RULES | UdevFlag.DISABLE_SUBSYSTEM_RULES
NAME: Final = "twin"
PENDING_FIRST_BEFORE: Final = (1, 15)


def eventually(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Look until ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        os.sched_yield()
    return True


class Reader(threading.Thread):
    """One read of the map that may have to wait."""

    def __init__(self, fd: int, offset: int) -> None:
        super().__init__(daemon=True)
        self._fd, self._offset = fd, offset
        self.outcome = ""

    def run(self) -> None:
        """Read."""
        self.outcome = read(self._fd, self._offset)

    @property
    def waits(self) -> bool:
        """Whether it is in the kernel, waiting for its I/O."""
        stat = Path(f"/proc/self/task/{self.native_id}/stat")
        return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "D"


def read(fd: int, offset: int) -> str:
    """Read one block past every cache; return what became of it."""
    try:
        os.preadv(fd, [mmap(-1, BLOCK)], offset)
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "data"


class Twin:
    """
    The two maps.

    Args:
        control: Where the real one is made; its creator removes it.
        table: Its table.
    """

    def __init__(self, control: Control, table: MultipathTable) -> None:
        self.control, self.table = control, table
        self.devices = [path.device for group in table.groups for path in group.paths]
        self.offline: set[str] = set()
        self.log: list[str] = []
        self._compared = self._at_least = 0  # events: ours at the last comparison, and the kernel's till then
        self._last: int | None = None  # the last path that failed the read
        control.create(NAME)
        control.load(NAME, [Target(Sectors(0), SIZE, "multipath", str(table))])
        info = control.resume(NAME, udev_flags=UNREAD)
        version = control.target_version("multipath")
        self.groups = PriorityGroups(
            [path_selector(group) for group in table.groups],
            initial_group=table.initial_group,
            queue_if_no_path=table.features.queue_if_no_path,
            handler=table.handler is not None and not table.features.is_bio,
            pending_first=(version.major, version.minor) < PENDING_FIRST_BEFORE,
            bio_based=table.features.is_bio,
        )
        self.probes = control.version().minor >= 50
        self.fd = os.open(f"/dev/{info.node}", os.O_RDONLY | os.O_DIRECT)

    def close(self) -> None:
        """Let go of the real map, and of what it holds."""
        self.control.message(NAME, "fail_if_no_path")
        os.close(self.fd)
        for device in self.devices:
            self.set_state(device, "running")

    # What is done to both.

    def read(self, rng: random.Random) -> None:
        """Read a block. If it must wait, help it: bring a path back, or end the queueing."""
        before, offset, self._last = self.commands(), rng.randrange(0, SIZE * 512, BLOCK), None
        asked, end = self._serve()
        if end == "held":
            reader = Reader(self.fd, offset)
            reader.start()
            assert eventually(lambda: reader.waits), self.log
            self.agree()
            self._help(rng)
            asked, end = self._serve()
            self._end_again(end)
            reader.join(60)
            self.expect("read, held", reader.outcome, end)
        else:
            self.expect("read", read(self.fd, offset), end)
        self.expect("commands", self._grown(before), asked)

    def inquire(self, rng: random.Random) -> None:
        """Send an ioctl, which takes a path but no I/O of the map."""
        if self.groups.queue_if_no_path and not self.groups.valid_paths:
            return  # it would wait, and nothing but a path ends that
        before = self.commands()
        while (path := self.groups.choose()) in (INIT, QUEUE):
            self._activate()
        chosen = [] if path == FAIL or self.devices[path] in self.offline else [self.devices[path]]
        with suppress(OSError):
            sg_read(self.fd, INQUIRY, 96, 10_000)
        self.expect("inquire", self._grown(before), chosen)

    def probe(self, rng: random.Random) -> None:
        """Have the kernel read from the paths of the current group, where it can."""
        if not self.probes:
            return
        before, asked = self.commands(), []
        for path in self.groups.begin_probe():
            if self.devices[path] in self.offline:
                self.groups.fail_path(path)
            else:
                asked.append(self.devices[path])
        self.groups.end_probe()
        try:
            probe_paths(self.fd)
            outcome = "data"
        except OSError as error:
            outcome = errno.errorcode[error.errno or 0]
        self.expect("probe", outcome, "data" if self.groups.valid_paths else "ENOTCONN")
        self.expect("probed", sorted(self._grown(before)), sorted(asked))

    def fail_path(self, rng: random.Random) -> None:
        """Fail a device, wherever it stands."""
        self._change_device("fail_path", rng.choice(self.devices))

    def reinstate_path(self, rng: random.Random) -> None:
        """Reinstate a device, wherever it stands."""
        self._change_device("reinstate_path", rng.choice(self.devices))

    def switch_group(self, rng: random.Random) -> None:
        """Prefer a group."""
        number = rng.randint(1, self.groups.n_groups)
        self._message(f"switch_group {number}")
        self.groups.switch_group(number)

    def disable_group(self, rng: random.Random) -> None:
        """Avoid a group."""
        self._bypass("disable_group", rng.randint(1, self.groups.n_groups))

    def enable_group(self, rng: random.Random) -> None:
        """Avoid it no longer."""
        self._bypass("enable_group", rng.randint(1, self.groups.n_groups))

    def queue_if_no_path(self, rng: random.Random) -> None:
        """Turn queueing on."""
        self._queue("queue_if_no_path")

    def fail_if_no_path(self, rng: random.Random) -> None:
        """Turn queueing off."""
        self._queue("fail_if_no_path")

    def cut_or_mend(self, rng: random.Random) -> None:
        """Take a device down without a word to the map, or up again."""
        device = rng.choice(self.devices)
        self.set_state(device, "running" if device in self.offline else "offline")
        self.log.append(f"{device} {'offline' if device in self.offline else 'running'}")

    def suspend(self, rng: random.Random) -> None:
        """Suspend, with or without a flush, look, and resume."""
        flush = rng.random() < 0.5
        self.control.suspend(NAME, flush=flush)
        self.groups.presuspend(noflush=not flush)
        self.expect(f"suspend flush={flush}", self.groups.postsuspend(), True)
        self.agree()
        self.control.resume(NAME, udev_flags=UNREAD)
        self.groups.resume()

    def _bypass(self, verb: str, number: int) -> None:
        self._message(f"{verb} {number}")
        self.groups.bypass_group(number, bypass=verb == "disable_group")

    def _queue(self, message: str) -> None:
        self._message(message)
        self.groups.queue_if_no_path = message == "queue_if_no_path"

    def _change_device(self, verb: str, device: str) -> None:
        self._message(f"{verb} {device}")
        change = getattr(self.groups, verb)
        for path in self._occurrences(device):
            change(path)
        self._activate()

    def _message(self, text: str) -> None:
        self.log.append(text)
        self.control.message(NAME, text)

    def _occurrences(self, device: str) -> list[int]:
        return [path for path, each in enumerate(self.devices) if each == device]

    def _help(self, rng: random.Random) -> None:
        running = [device for device in self.devices if device not in self.offline]
        if running and rng.random() < 0.5:
            self._change_device("reinstate_path", rng.choice(running))
        else:
            self._queue("fail_if_no_path")

    # What the groups decide, played to its end.

    def _serve(self) -> tuple[list[str], str]:
        """Send a read until it has ended or must wait; return the devices that were asked, and what became of it."""
        while (path := self.groups.map(BLOCK)) >= 0 or path == INIT:
            if path == INIT:
                self._activate()
            elif self.devices[path] not in self.offline:
                self.groups.end(path, BLOCK)
                return [self.devices[path]], "data"
            else:
                self._last = path
                self.groups.fail_path(path)
                self.groups.end(path, BLOCK)
                if self.groups.after_failure() == FAIL:
                    return [], "EIO"
        return [], "held" if path == QUEUE else "EIO"

    def _end_again(self, end: str) -> None:
        """The kernel ends a bio that was held and fails on its last path once more."""
        if end == "EIO" and self._last is not None and self.table.features.is_bio:
            self.groups.end_held(self._last, BLOCK)

    def _activate(self) -> None:
        """Without device handlers every activation succeeds."""
        while due := self.groups.pg_init_paths() or self.groups.pg_init_paths(delayed=True):
            for path in due:
                self.groups.pg_init_done(path, DH_OK)

    # What can be seen.

    def set_state(self, device: str, state: str) -> None:
        """Set the state of a path device."""
        Path(f"/sys/dev/block/{device}/device/state").write_text(f"{state}\n")
        (self.offline.discard if state == "running" else self.offline.add)(device)

    def commands(self) -> dict[str, int]:
        """Return how many commands each device was given so far."""
        counts = {device: Path(f"/sys/dev/block/{device}/device/iorequest_cnt") for device in self.devices}
        return {device: int(count.read_text(), 16) for device, count in counts.items()}

    def _grown(self, before: dict[str, int]) -> list[str]:
        return [device for device, count in self.commands().items() for _ in range(count - before[device])]

    def expect(self, what: str, seen: object, expected: object) -> None:
        """Note a step; the kernel's side of it must be as the groups decided."""
        self.log.append(f"{what}: {expected}")
        assert seen == expected, (what, self.log)

    def agree(self) -> None:
        """The kernel prints what the groups know."""
        assert eventually(lambda: self._kernel() == self._native()), (self._kernel(), self._native(), self.log)
        self._at_least += min(self.groups.events - self._compared, 1)
        self._compared = self.groups.events
        table = MultipathTable.parse(self.control.table(NAME)[0].params)
        known = (self.groups.queue_if_no_path, self.groups.current_group)
        assert (table.features.queue_if_no_path, table.initial_group) == known, self.log

    def _kernel(self) -> tuple[object, ...]:
        status = MultipathStatus.parse(self.control.status(NAME)[0].params, self.table)
        groups = [str(group.state) for group in status.groups]
        paths = [(path.active, path.fail_count, *map(int, path.selector_words())) for path in status.paths]
        return status.queue_io, status.pg_init_count, status.current_group, groups, paths, self._events()

    def _native(self) -> tuple[object, ...]:
        groups = [self.groups.group_state(number) for number in range(1, self.groups.n_groups + 1)]
        numbers = [numbers for selector in self.groups.selectors for numbers in selector.status()]
        paths = [
            (self.groups.path_active(path), self.groups.fail_count(path), *numbers[path])
            for path in range(self.groups.n_paths)
        ]
        head = self.groups.queue_io, self.groups.pg_init_count, self.groups.current_group
        return *head, groups, paths, self.groups.events

    def _events(self) -> int:
        """Return the event number, or ours where the kernel may have merged some: those that one step raised."""
        events = self.control.info(NAME).event_nr
        raised = self.groups.events - self._compared
        return self.groups.events if self._at_least + min(raised, 1) <= events <= self.groups.events else events
